#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace elukaar {

// Ids in URLs: 32 hexadecimal digits.
std::string to_url_id(const Uuid& id);
std::optional<Uuid> parse_url_id(std::string_view text);

}  // namespace elukaar
