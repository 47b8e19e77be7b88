#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "texts/catalogue.hpp"

// One ICU message pattern, read once into a small tree. Internal to texts.
namespace elukaar::texts {

class Formats;

struct PatternProblem {
  std::string what;
  std::string rule;  // kebab-case
};

// Immutable, so any number of threads may format with it: ICU's own MessageFormat builds its parts
// while formatting and takes dates in the process's time zone (ADR 0007).
// ICU's MessagePattern reads the syntax, and ICU's formats write numbers and dates.
class Pattern {
 public:
  static Result<Pattern, PatternProblem> parse(std::string_view source, const Formats& formats);

  const std::string& source() const { return source_; }
  const std::map<std::string, Argument>& arguments() const { return arguments_; }

  // Arguments for `select`, `plural`, dates and times come from `facts`, those that stand as text
  // from `shown`. Both may hold more than is used.
  Result<std::string, RenderError> format(const Formats& formats, const Json& facts,
                                          const Json& shown) const;

  struct Branch;
  struct Node {
    enum class Kind { text, hash, value, number, date, time, select, plural };
    Kind kind = Kind::text;
    std::string text;   // text: itself; date, time: the style; otherwise empty
    std::string name;   // of the argument
    double offset = 0;  // plural
    bool ordinal = false;
    std::vector<Branch> branches;
  };
  struct Branch {
    std::string selector;  // keyword, or "=3"
    std::vector<Node> nodes;
  };

 private:
  std::string source_;
  std::vector<Node> nodes_;
  std::map<std::string, Argument> arguments_;
};

}  // namespace elukaar::texts
