#include "base/timestamp.hpp"

#include <charconv>

#include <fmt/format.h>

namespace elukaar {
namespace {

// Reads exactly `count` digits at `position`; -1 where there is something else.
int digits(std::string_view text, std::size_t position, std::size_t count) {
  if (position + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = position; i < position + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Minutes east of UTC for "Z" or "+03:00", from `position` to the end of the text.
std::optional<int> offset_minutes(std::string_view text, std::size_t position) {
  if (position + 1 == text.size() && (text[position] == 'Z' || text[position] == 'z')) return 0;
  if (position + 6 != text.size() || text[position + 3] != ':') return std::nullopt;
  const char sign = text[position];
  const int hours = digits(text, position + 1, 2);
  const int minutes = digits(text, position + 4, 2);
  if ((sign != '+' && sign != '-') || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
    return std::nullopt;
  }
  return (sign == '+' ? 1 : -1) * (hours * 60 + minutes);
}

// Writes `value`, which has no more digits than that, as exactly `count` of them.
void write_digits(char* to, std::size_t count, std::int64_t value) {
  for (std::size_t i = count; i > 0; --i, value /= 10) to[i - 1] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string to_iso_date(Date date) {
  const std::chrono::year_month_day ymd{date};
  const int year = static_cast<int>(ymd.year());
  const auto month = static_cast<unsigned>(ymd.month());
  const auto day = static_cast<unsigned>(ymd.day());
  if (year < 0 || year > 9999) return fmt::format("{:04}-{:02}-{:02}", year, month, day);
  std::string text = "0000-00-00";
  write_digits(text.data(), 4, year);
  write_digits(text.data() + 5, 2, month);
  write_digits(text.data() + 8, 2, day);
  return text;
}

std::optional<Date> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{ymd};
}

std::string to_rfc3339(Timestamp time) {
  const Date day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text = to_iso_date(day);
  const std::size_t begin = text.size();
  text += "T00:00:00";
  write_digits(&text[begin + 1], 2, clock.hours().count());
  write_digits(&text[begin + 4], 2, clock.minutes().count());
  write_digits(&text[begin + 7], 2, clock.seconds().count());
  if (const auto micro = clock.subseconds().count(); micro != 0) {
    text += ".000000";
    write_digits(&text[text.size() - 6], 6, micro);
    while (text.back() == '0') text.pop_back();
  }
  text += 'Z';
  return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
    return std::nullopt;
  }
  const auto day = parse_iso_date(text.substr(0, 10));
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!day || text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  std::size_t position = 19;
  long micro = 0;
  if (text[position] == '.') {
    long scale = 100'000;
    const std::size_t first = ++position;
    for (; position < text.size() && text[position] >= '0' && text[position] <= '9'; ++position) {
      micro += (text[position] - '0') * scale;  // digits past the sixth add nothing
      scale /= 10;
    }
    if (position == first) return std::nullopt;
  }
  if (position >= text.size()) return std::nullopt;
  const auto offset = offset_minutes(text, position);
  if (!offset) return std::nullopt;
  return Timestamp{*day} + std::chrono::hours{hour} + std::chrono::minutes{minute - *offset} +
         std::chrono::seconds{second} + std::chrono::microseconds{micro};
}

}  // namespace elukaar
