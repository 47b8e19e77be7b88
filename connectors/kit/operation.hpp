#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "documents/json_schema.hpp"

namespace elukaar::kit {

// What a role can be asked: `population-register.residence`. Loaded from
// `connectors/systems/<role>/operations/<name>.json`, which holds {"input": schema, "output": schema}.
// The workflow's checker reads the schemas, the connector checks both directions against them. A
// property of the output with `x-personal` never reaches the case: the dispatcher takes it out.
struct Operation {
  std::string name;
  Json input_schema;
  Json output_schema;
  documents::Schema input;   // the same, compiled
  documents::Schema output;
};

// What the answers of a role must keep beyond their schemas, whoever gives them: the first flaw of an
// output that fits its schema, or nothing. Names fields, never quotes values.
using Rule = std::optional<documents::Violation> (*)(const Json& output);

// The operation that `text` (a JSON object) describes. Failures name what is wrong with it.
Result<Operation, std::string> parse_operation(std::string name, std::string_view text);

// All of a folder's `*.json`, in order of their names. Fails on the first file that cannot be used,
// with its path; a folder without any is such a failure too.
Result<std::vector<Operation>, std::string> load_operations(const std::filesystem::path& folder);

// Nothing where `value` fits, otherwise where it does not and why; never a value itself.
Result<void, std::string> check(const documents::Schema& schema, const Json& value);

// Nothing where the role has no such operation.
const Operation* find_operation(const std::vector<Operation>& operations, std::string_view name);

}  // namespace elukaar::kit
