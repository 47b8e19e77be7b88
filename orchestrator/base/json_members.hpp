#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

// Reading JSON that others wrote, without an exception for what is not as expected.
namespace elukaar {

// The document, or nothing where it is no JSON object. Depth and size are for the caller to bound.
std::optional<Json> read_object(std::string_view text);

// Empty where `json` is no object, has no such member, or where the member is no text.
std::string text_member(const Json& json, std::string_view name);

}  // namespace elukaar
