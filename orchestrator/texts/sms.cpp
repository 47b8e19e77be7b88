#include "texts/sms.hpp"

#include <cstdint>

namespace elukaar::texts {
namespace {

constexpr std::size_t long_gsm7_units = 153;  // of a message that is one of several
constexpr std::size_t long_ucs2_units = 67;

// TS 23.038 §6.2.1: the default alphabet, and §6.2.1.1: what is reached by an escape.
constexpr std::u32string_view basic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::u32string_view extended = U"\f^{}\\[~]|€";

// One character of valid UTF-8; a stray byte counts as a character of its own.
char32_t next_character(std::string_view& text, std::string_view& bytes) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size()) length = text.size();
  bytes = text.substr(0, length);
  char32_t character = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(length);
  return character;
}

std::size_t messages_of(std::size_t units, std::size_t one, std::size_t of_several) {
  return units <= one ? 1 : (units + of_several - 1) / of_several;
}

}  // namespace

SmsSize measure_sms(std::string_view text) {
  SmsSize size;
  std::size_t gsm7 = 0;
  std::size_t ucs2 = 0;
  std::string_view bytes;
  while (!text.empty()) {
    const char32_t character = next_character(text, bytes);
    ucs2 += character > 0xFFFF ? 2 : 1;
    if (basic.find(character) != std::u32string_view::npos) {
      ++gsm7;
    } else if (extended.find(character) != std::u32string_view::npos) {
      gsm7 += 2;
    } else if (size.gsm7) {
      size.gsm7 = false;
      size.foreign = bytes;
    }
  }
  size.units = size.gsm7 ? gsm7 : ucs2;
  size.messages = size.gsm7 ? messages_of(gsm7, max_gsm7_units, long_gsm7_units)
                            : messages_of(ucs2, max_ucs2_units, long_ucs2_units);
  return size;
}

}  // namespace elukaar::texts
