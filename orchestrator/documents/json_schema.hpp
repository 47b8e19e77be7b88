#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace elukaar::documents {

// One way in which data departs from its schema. Names fields, never quotes values.
struct Violation {
  std::string where;  // JSON pointer into the data: "/child/key"
  std::string what;   // "expected a string that matches ^[0-9]{4}$"
};

// Most violations told about one document.
inline constexpr std::size_t max_violations = 5;
// A JSON Schema (draft 7), compiled once and used often. Formats `date`, `date-time` and `uuid` are
// enforced. Immutable and cheap to copy; every const function may be called by any number of threads at
// once.
class Schema {
 public:
  // Refuses, with a sentence, what is not a draft-7 schema that we can compile.
  static Result<Schema, std::string> compile(Json schema);

  const Json& json() const;
  std::vector<Violation> violations(const Json& data) const;

 private:
  struct Compiled;
  Schema() = default;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace elukaar::documents
