#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "base/timestamp.hpp"

namespace elukaar::privacy {

// Why a text is no personal code. It never repeats the text.
enum class PersonalCodeFlaw {
  length,    // not eleven characters
  digits,    // something else than digits
  date,      // the first seven digits name no day
  checksum,  // the last digit is not the one that the others ask for
};

// For messages: "has a wrong check digit", …
std::string_view to_text(PersonalCodeFlaw flaw);

// An Estonian personal code (isikukood, EVS 585) that is known to be well-formed: eleven digits, a
// day that exists, the right check digit. Whether the person exists only the register knows.
class PersonalCode {
 public:
  static Result<PersonalCode, PersonalCodeFlaw> parse(std::string_view text);

  // The eleven digits.
  const std::string& reveal() const { return code_.reveal(); }
  // The day of birth that the code states; the register's own date wins over it.
  Date born_on() const { return born_on_; }

 private:
  PersonalCode(Sensitive<std::string> code, Date born_on)
      : code_(std::move(code)), born_on_(born_on) {}

  Sensitive<std::string> code_;
  Date born_on_;
};

// Whether a well-formed personal code stands anywhere in the text, with no digit before or after
// it. The last look before a text leaves for a place where no code may stand.
bool holds_personal_code(std::string_view text);

}  // namespace elukaar::privacy
