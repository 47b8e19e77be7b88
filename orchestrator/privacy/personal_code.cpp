#include "privacy/personal_code.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/assert.hpp"

namespace elukaar::privacy {
namespace {

constexpr std::size_t code_length = 11;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

// The first digit tells century and sex: 1 and 2 the 1800s, 3 and 4 the 1900s, and so on.
std::optional<Date> day_of_birth(std::string_view code) {
  const int century_digit = code[0] - '0';
  if (century_digit < 1 || century_digit > 8) return {};
  const int year = 1800 + (century_digit - 1) / 2 * 100 + number(code.substr(1, 2));
  const std::chrono::year_month_day day{
      std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(number(code.substr(3, 2)))),
      std::chrono::day(static_cast<unsigned>(number(code.substr(5, 2))))};
  if (!day.ok()) return {};
  return Date{day};
}

int weighted_remainder(std::string_view code, const std::array<int, 10>& weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (code[i] - '0');
  return sum % 11;
}

// A remainder of 10 asks for other weights; 10 once more means 0.
char check_digit(std::string_view code) {
  int remainder = weighted_remainder(code, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1});
  if (remainder == 10) remainder = weighted_remainder(code, {3, 4, 5, 6, 7, 8, 9, 1, 2, 3});
  return static_cast<char>('0' + remainder % 10);
}

Result<Date, PersonalCodeFlaw> check(std::string_view text) {
  if (text.size() != code_length) return failure(PersonalCodeFlaw::length);
  if (!std::all_of(text.begin(), text.end(), is_digit)) return failure(PersonalCodeFlaw::digits);
  const std::optional<Date> born_on = day_of_birth(text);
  if (!born_on) return failure(PersonalCodeFlaw::date);
  if (check_digit(text) != text.back()) return failure(PersonalCodeFlaw::checksum);
  return *born_on;
}

}  // namespace

std::string_view to_text(PersonalCodeFlaw flaw) {
  switch (flaw) {
    case PersonalCodeFlaw::length: return "is not eleven digits long";
    case PersonalCodeFlaw::digits: return "holds something else than digits";
    case PersonalCodeFlaw::date: return "names a day of birth that does not exist";
    case PersonalCodeFlaw::checksum: return "has a wrong check digit";
  }
  ELUKAAR_ASSERT(false, "expected a flaw that a personal code can have");
}

Result<PersonalCode, PersonalCodeFlaw> PersonalCode::parse(std::string_view text) {
  const auto born_on = check(text);
  if (!born_on) return failure(born_on.error());
  return PersonalCode(Sensitive<std::string>(std::string(text)), *born_on);
}

bool holds_personal_code(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    if (!is_digit(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (check(text.substr(begin, end - begin))) return true;
    begin = end;
  }
  return false;
}

}  // namespace elukaar::privacy
