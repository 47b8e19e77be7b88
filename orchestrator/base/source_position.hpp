#pragma once

#include <string>
#include <vector>

namespace elukaar {

// Where something stands in a file that a person wrote. Lines and columns count from 1; 0 = unknown.
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;

  auto operator<=>(const SourcePosition&) const = default;
};

enum class Severity { error, warning };

// One thing wrong with a file, told to the person who can mend it.
struct Problem {
  SourcePosition where;
  std::string what;  // what was found and what was expected: "unknown key `postion`"
  std::string hint;  // what to change; may be empty: "did you mean `position`?"
  std::string rule;  // stable name of the check, kebab-case: "unknown-key"
  Severity severity = Severity::error;
};

using Problems = std::vector<Problem>;

// Whether one of them is more than a warning.
bool has_errors(const Problems& problems);

// "file:line:column: error: what; hint [rule]"
std::string to_text(const Problem& problem);

}  // namespace elukaar
