#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cel/program.hpp"
#include "documents/reader.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::workflow {

// Whether a text is meant as an expression: it stands between `{{` and `}}`.
bool is_expression(std::string_view text);
// What stands between the braces of an expression, without the blanks around it.
std::string_view source_in(std::string_view text);

// A type as a service owner would say it: "a date", "a whole number".
std::string in_words(const cel::Type& type);

// Compiles expressions and values of one file and remembers what they mention.
class Expressions {
 public:
  explicit Expressions(documents::Reader& reader) : reader_(reader) {}

  // A value that must be an expression. `what` names it in messages: "the guard".
  std::optional<cel::Program> program(const documents::Node& node, const cel::Environment& environment,
                                      std::optional<cel::Type> expected, std::string_view what);
  // Any value with expressions in it. With `expected` each part must fit its part of the type.
  Template value(const documents::Node& node, const cel::Environment& environment,
                 std::optional<cel::Type> expected, std::string_view what);
  // The type of a value as a whole: of the expression that it is, else of the constant.
  static cel::Type type_of(const Template& value);

  const std::set<std::string>& parameters() const { return parameters_; }
  const std::vector<cel::Mention>& states() const { return states_; }
  const std::vector<cel::Mention>& clocks() const { return clocks_; }
  const std::set<std::string>& conditions() const { return conditions_; }
  const std::set<std::string>& groups() const { return groups_; }

 private:
  struct Build;
  void build(const documents::Node& node, const std::optional<cel::Type>& expected, Json& into,
             const nlohmann::json_pointer<std::string>& at, Build& build);
  void constant(const documents::Node& node, const cel::Type& expected, std::string_view what);
  std::optional<cel::Program> compile(const documents::Node& node, const cel::Environment& environment,
                                      std::optional<cel::Type> expected);

  documents::Reader& reader_;
  std::set<std::string> parameters_;     // names mentioned
  std::vector<cel::Mention> states_;     // paths that state() is asked for
  std::vector<cel::Mention> clocks_;     // names that clock() is asked for
  std::set<std::string> conditions_;     // mentioned
  std::set<std::string> groups_;         // that state() is asked for
};

}  // namespace elukaar::workflow
