#pragma once

#include <string>
#include <string_view>

namespace elukaar::texts {

// What a short message may be (resident-page.md, section 5): one message of its alphabet.
inline constexpr std::size_t max_gsm7_units = 160;
inline constexpr std::size_t max_ucs2_units = 70;

// How a text travels as a short message (3GPP TS 23.038): in the alphabet GSM-7, or, as soon as one
// character is not in it, in UCS-2 with fewer than half as many characters to a message.
struct SmsSize {
  bool gsm7 = true;
  std::size_t units = 0;     // of the alphabet: `€` and `[` are two of GSM-7, an emoji two of UCS-2
  std::size_t messages = 1;  // that it takes
  std::string foreign;       // the first character that GSM-7 lacks; empty: none
};
SmsSize measure_sms(std::string_view text);

}  // namespace elukaar::texts
