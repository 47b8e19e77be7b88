#include "base/random.hpp"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <stdexcept>

#include "base/digest.hpp"

namespace elukaar {
namespace {

template <std::size_t n>
std::array<std::uint8_t, n> random_bytes() {
  std::array<std::uint8_t, n> bytes{};
  // Up to 256 bytes come at once or not at all (getrandom(2)).
  if (::getrandom(bytes.data(), n, 0) != static_cast<ssize_t>(n)) {
    throw std::runtime_error("the system gives no random bytes");
  }
  return bytes;
}

}  // namespace

std::string random_token() {
  const auto bytes = random_bytes<32>();
  return to_hex(bytes.data(), bytes.size());
}

Uuid random_id() {
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // RFC 9562: version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return Uuid{bytes};
}

}  // namespace elukaar
