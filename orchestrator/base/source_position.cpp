#include "base/source_position.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace elukaar {

bool has_errors(const Problems& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.severity == Severity::error;
  });
}

std::string to_text(const Problem& problem) {
  std::string text = problem.where.file;
  if (problem.where.line > 0) text += fmt::format(":{}:{}", problem.where.line, problem.where.column);
  text += fmt::format(": {}: {}", problem.severity == Severity::error ? "error" : "warning",
                      problem.what);
  if (!problem.hint.empty()) text += "; " + problem.hint;
  if (!problem.rule.empty()) text += fmt::format(" [{}]", problem.rule);
  return text;
}

}  // namespace elukaar
