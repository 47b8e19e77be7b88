#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace elukaar {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

// Lower-case hexadecimal.
std::string to_hex(const std::uint8_t* bytes, std::size_t size);
inline std::string to_hex(const Digest& digest) { return to_hex(digest.data(), digest.size()); }

}  // namespace elukaar
