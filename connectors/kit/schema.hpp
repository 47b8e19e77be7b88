#pragma once

#include <memory>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace elukaar::kit {

// A compiled JSON Schema (draft 7). Immutable; may be shared between threads.
class Schema {
 public:
  // Fails on a schema that cannot be read, with the reason.
  static Result<Schema, std::string> compile(const Json& schema);

  // Nothing where `value` fits, otherwise where and why not: "/queue: is missing member 'position'".
  // The text names places and rules, never values: values may be personal.
  Result<void, std::string> check(const Json& value) const;

 private:
  struct Compiled;
  explicit Schema(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace elukaar::kit
