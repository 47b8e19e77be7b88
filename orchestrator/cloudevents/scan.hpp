#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloudevents/decode.hpp"

// What is looked at in bytes before a parser sees them. Internal to cloudevents.
namespace elukaar::cloudevents {

// RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes);

// Refuses bytes that are not UTF-8, hold a NUL (raw or written \u0000), or nest deeper than
// `depth`. Says nothing about whether they are JSON.
std::optional<DecodeError> scan_json(std::string_view bytes, int depth);

// RFC 4648 with padding; nothing for any other text.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace elukaar::cloudevents
