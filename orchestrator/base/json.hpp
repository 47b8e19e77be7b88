#pragma once

#include <nlohmann/json.hpp>

namespace elukaar {

// Data whose member order carries no meaning: event data, contexts, connector inputs and outputs.
using Json = nlohmann::json;

// Data whose member order is meaning: workflow files, where document order decides.
using OrderedJson = nlohmann::ordered_json;

}  // namespace elukaar
