#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace elukaar {

// Data whose member order carries no meaning: event data, contexts, connector inputs and outputs.
using Json = nlohmann::json;

// Data whose member order is meaning: workflow files, where document order decides.
using OrderedJson = nlohmann::ordered_json;

// Json::parse(text) at less than half the time, for what is read with every event: the same values, and
// the same exceptions for what is no JSON. Any number of threads.
Json read_json(std::string_view text);

}  // namespace elukaar
