#pragma once

#include <string>

#include "base/result.hpp"
#include "core/input.hpp"

namespace elukaar::engine {

// An input as text, for one that has to wait in the database. Process facts and pseudonyms only, as
// everything that reaches a case.
std::string encode_input(const core::Input& input);
Result<core::Input, std::string> decode_input(const std::string& text);

// The receipt of an input: the first 128 bits of SHA-256 over (source, id).
Uuid receipt_of(const EventKey& key);

}  // namespace elukaar::engine
