#include "calendar/term.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <boost/container/static_vector.hpp>
#include <fmt/format.h>

#include "base/nearest.hpp"

namespace elukaar::calendar {
namespace {

constexpr int longest_years = 100;  // nothing that a municipality promises lasts longer
constexpr std::size_t longest_text = 100;

constexpr std::array month_names{"January", "February", "March",     "April",   "May",      "June",
                                 "July",    "August",   "September", "October", "November", "December"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

// The same word, whatever its case.
bool alike(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// Terms are read while expressions are evaluated: their words in place, the fourth for too many.
using Words = boost::container::static_vector<std::string_view, 4>;

Words words_of(std::string_view text) {
  Words words;
  while (words.size() < words.capacity()) {
    const std::size_t start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(text.find(' ', start), text.size());
    words.push_back(text.substr(start, end - start));
    text.remove_prefix(end);
  }
  return words;
}

// A number of at most six digits; nothing for any other text.
std::optional<int> number(std::string_view text) {
  if (text.empty() || text.size() > 6) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string shown(std::string_view text) {
  if (text.size() <= longest_text) return std::string(text);
  return std::string(text.substr(0, longest_text)) + "…";
}

TermError not_a_term(std::string_view text, std::string hint) {
  return {fmt::format("expected a term such as `14 days`, `10 working days`, `2 months` or "
                      "`until 15 May`, found `{}`",
                      shown(text)),
          std::move(hint)};
}

TermError out_of_range(std::string_view text) {
  return {fmt::format("expected a term of at least 1 day and at most {} years, found `{}`",
                      longest_years, shown(text)),
          "set a count within these limits"};
}

// The form for a count of units written out in words; nothing where the unit is unknown.
std::optional<Term::Form> counted(int count, const std::string& unit) {
  if (unit == "day" || unit == "days") return Term::Days{count};
  if (unit == "working day" || unit == "working days") return Term::WorkingDays{count};
  if (unit == "week" || unit == "weeks") return Term::Days{7 * count};
  if (unit == "month" || unit == "months") return Term::Months{count};
  if (unit == "year" || unit == "years") return Term::Months{12 * count};
  return std::nullopt;
}

bool in_range(const Term::Form& form) {
  const auto between = [](int count, int most) { return count >= 1 && count <= most; };
  if (const auto* term = std::get_if<Term::Days>(&form)) {
    return between(term->count, longest_years * 366);
  }
  if (const auto* term = std::get_if<Term::WorkingDays>(&form)) {
    return between(term->count, longest_years * 250);
  }
  if (const auto* term = std::get_if<Term::Months>(&form)) {
    return between(term->count, longest_years * 12);
  }
  return true;
}

Result<Term, TermError> parse_until(std::string_view text, const Words& words) {
  if (words.size() != 3) return failure(not_a_term(text, "write `until`, a day and a month"));
  const auto day = number(words[1]);
  const auto* month =
      std::find_if(month_names.begin(), month_names.end(),
                   [&](const char* name) { return alike(name, words[2]); });
  if (month == month_names.end()) {
    std::string word = lower(words[2]);
    word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    const std::string near = nearest(word, {month_names.begin(), month_names.end()});
    return failure(not_a_term(text, near.empty() ? "write the month in English, in full"
                                                 : fmt::format("did you mean `{}`?", near)));
  }
  const auto index = static_cast<unsigned>(month - month_names.begin()) + 1;
  // In a leap year, so that 29 February is a day one may name.
  const std::chrono::year_month_day ymd{std::chrono::year{2028}, std::chrono::month{index},
                                        std::chrono::day{static_cast<unsigned>(day.value_or(0))}};
  if (!ymd.ok()) {
    return failure(not_a_term(text, fmt::format("{} has no such day", month_names[index - 1])));
  }
  return Term{Term::Until{static_cast<unsigned>(*day), index}};
}

Result<Term, TermError> parse_iso(std::string_view text) {
  const auto period = Period::parse(text);
  if (!period) return failure(period.error());
  if (period->time != std::chrono::seconds{0} || (period->months != 0) == (period->days != 0)) {
    return failure(TermError{
        fmt::format("expected a term in months or in days, found `{}`", shown(text)),
        "write `P2M` or `P14D`; a term counts neither hours nor a mixture"});
  }
  const Term term{period->months != 0 ? Term::Form{Term::Months{period->months}}
                                      : Term::Form{Term::Days{period->days}}};
  if (!in_range(term.form())) return failure(out_of_range(text));
  return term;
}

std::string counted_text(int count, std::string_view unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

}  // namespace

Result<Term, TermError> Term::parse(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return failure(not_a_term(text, "write a number and a unit"));
  if (alike(words[0], "until")) return parse_until(text, words);
  if (words.size() == 1 && (words[0][0] == 'P' || words[0][0] == '-')) return parse_iso(words[0]);
  const auto count = number(words[0]);
  if (!count || words.size() < 2 || words.size() > 3) {
    return failure(not_a_term(text, "write a number, a space and a unit"));
  }
  std::string unit = lower(words[1]);
  if (words.size() == 3) unit += " " + lower(words[2]);
  const auto form = counted(*count, unit);
  if (!form) {
    const std::string near = nearest(
        unit, {"day", "days", "working day", "working days", "week", "weeks", "month", "months",
               "year", "years"});
    return failure(not_a_term(
        text, near.empty() ? "the units are days, working days, weeks, months and years"
                           : fmt::format("did you mean `{} {}`?", *count, near)));
  }
  if (!in_range(*form)) return failure(out_of_range(text));
  return Term{*form};
}

std::string Term::str() const {
  if (const auto* days = std::get_if<Days>(&form_)) return counted_text(days->count, "day");
  if (const auto* days = std::get_if<WorkingDays>(&form_)) {
    return counted_text(days->count, "working day");
  }
  if (const auto* months = std::get_if<Months>(&form_)) {
    return counted_text(months->count, "month");
  }
  const Until& until = std::get<Until>(form_);
  return fmt::format("until {} {}", until.day, month_names[until.month - 1]);
}

namespace {

// Takes "<digits><one of units>" parts in the order of `units` from the front of `rest`, calling
// `take(unit, count)` for each. Whether at least one was there.
template <class Take>
bool take_parts(std::string_view& rest, std::string_view units, Take take) {
  bool any = false;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_not_of("0123456789");
    if (end == std::string_view::npos || end == 0) break;
    const std::size_t unit = units.find(rest[end]);
    const auto count = number(rest.substr(0, end));
    if (unit == std::string_view::npos || !count) break;
    take(rest[end], *count);
    units.remove_prefix(unit + 1);
    rest.remove_prefix(end + 1);
    any = true;
  }
  return any;
}

}  // namespace

Result<Period, TermError> Period::parse(std::string_view text) {
  Period period;
  std::string_view rest = text;
  const bool back = !rest.empty() && rest[0] == '-';
  if (back) rest.remove_prefix(1);
  bool good = !rest.empty() && rest[0] == 'P';
  if (good) {
    rest.remove_prefix(1);
    bool any = take_parts(rest, "YMWD", [&](char unit, int count) {
      if (unit == 'Y') period.months += 12 * count;
      if (unit == 'M') period.months += count;
      if (unit == 'W') period.days += 7 * count;
      if (unit == 'D') period.days += count;
    });
    if (!rest.empty() && rest[0] == 'T') {
      rest.remove_prefix(1);
      any = take_parts(rest, "HMS", [&](char unit, int count) {
        period.time += std::chrono::seconds{count} * (unit == 'H' ? 3600 : unit == 'M' ? 60 : 1);
      });
    }
    good = any && rest.empty();
  }
  if (!good) {
    return failure(TermError{fmt::format("expected a period such as `P18M`, `P7D`, `P1Y6M` or "
                                         "`PT30S`, found `{}`",
                                         shown(text)),
                             "write P, then numbers with Y, M, W or D; T stands before H, M and S"});
  }
  if (period.months > longest_years * 12 || period.days > longest_years * 366 ||
      period.time > std::chrono::hours{longest_years * 366 * 24}) {
    return failure(TermError{
        fmt::format("expected a period of at most {} years, found `{}`", longest_years, shown(text)),
        "set a shorter period"});
  }
  if (back) period = {-period.months, -period.days, -period.time};
  return period;
}

}  // namespace elukaar::calendar
