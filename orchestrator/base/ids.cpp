#include "base/ids.hpp"

#include <cstring>

#include "base/digest.hpp"

namespace elukaar {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    bytes[nibble / 2] |= static_cast<std::uint8_t>(nibble % 2 == 0 ? value << 4 : value);
    ++nibble;
  }
  return Uuid{bytes};
}

std::string Uuid::str() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t position = 0;
  for (const std::uint8_t byte : bytes_) {
    if (is_dash_position(position)) ++position;
    text[position++] = digits[byte >> 4];
    text[position++] = digits[byte & 15];
  }
  return text;
}

Uuid Uuid::derived(Timestamp received_at, std::string_view source, std::string_view event_id,
                   std::uint32_t ordinal) {
  std::string material;
  material.reserve(source.size() + event_id.size() + 16);
  material.append(source).append(1, '\0').append(event_id).append(1, '\0');
  material.append(std::to_string(ordinal));
  const Digest digest = sha256(material);

  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), digest.data(), bytes.size());
  const auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(received_at).time_since_epoch().count());
  for (int i = 0; i < 6; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  }
  bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0f));  // version 7
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));  // variant of RFC 9562
  return Uuid{bytes};
}

}  // namespace elukaar

std::size_t std::hash<elukaar::Uuid>::operator()(const elukaar::Uuid& id) const noexcept {
  std::size_t value = 0;
  // The last bytes: the first ones are a time that neighbours share.
  std::memcpy(&value, id.bytes().data() + 16 - sizeof(value), sizeof(value));
  return value;
}
