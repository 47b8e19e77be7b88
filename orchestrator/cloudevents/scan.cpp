#include "cloudevents/scan.hpp"

#include <fmt/format.h>

namespace elukaar::cloudevents {
namespace {

// Length of the UTF-8 sequence at `position`; 0 where it is none.
std::size_t sequence_length(std::string_view bytes, std::size_t position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(position);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || position + length > bytes.size()) return 0;
  const unsigned char second = byte(position + 1);
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t i = position + 2; i < position + length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

DecodeError nul_character() {
  return {ErrorCode::nul_character,
          "expected text without the character U+0000, which the database cannot hold; found one",
          ""};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::optional<DecodeError> scan_json(std::string_view bytes, int depth) {
  bool in_string = false;
  int level = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    const char c = bytes[i];
    const std::size_t length = sequence_length(bytes, i);
    if (length == 0) {
      return DecodeError{ErrorCode::invalid_utf8,
                         fmt::format("expected UTF-8, found other bytes at offset {}", i), ""};
    }
    i += length;
    if (c == '\0') return nul_character();
    if (in_string) {
      if (c == '"') in_string = false;
      if (c == '\\') {
        if (bytes.substr(i, 5) == "u0000") return nul_character();
        const bool is_plain = i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80;
        if (is_plain && bytes[i] != '\0') ++i;
      }
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '}' || c == ']') --level;
    if ((c == '{' || c == '[') && ++level > depth) {
      return DecodeError{ErrorCode::too_deep,
                         fmt::format("expected at most {} levels of arrays and objects, found more",
                                     depth),
                         ""};
    }
  }
  return std::nullopt;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const auto digit = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  int held = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const int value = digit(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFF;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>(bits >> held & 0xFF));
    }
  }
  return bytes;
}

}  // namespace elukaar::cloudevents
