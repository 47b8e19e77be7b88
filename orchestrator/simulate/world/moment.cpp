#include "simulate/world/moment.hpp"

#include <charconv>
#include <map>

#include <fmt/format.h>

#include "calendar/calendar.hpp"

namespace elukaar::simulate {
namespace {

constexpr int most_units = 100'000;

std::optional<int> number_at(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Timestamp> parse_moment(std::string_view text) {
  if (const auto date = parse_iso_date(text)) return calendar::start_of_day(*date);
  if (text.size() == 16 && text[10] == ' ' && text[13] == ':') {
    const auto date = parse_iso_date(text.substr(0, 10));
    const auto hour = number_at(text.substr(11, 2));
    const auto minute = number_at(text.substr(14, 2));
    if (!date || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    // The wall clock of that day: from noon, whose offset holds unless the clocks change this very day.
    const Timestamp utc = Timestamp{*date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute};
    const Timestamp guess = utc - calendar::offset_in_tallinn(utc);
    return utc - calendar::offset_in_tallinn(guess);
  }
  return parse_rfc3339(text);
}

std::string to_moment_text(Timestamp time) {
  const Timestamp local = time + calendar::offset_in_tallinn(time);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(local - day).count();
  std::string text = to_iso_date(day);
  if (seconds == 0) return text;
  text += fmt::format(" {:02}:{:02}", seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0) text += fmt::format(":{:02}", seconds % 60);
  return text;
}

std::optional<calendar::Period> parse_stretch(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    auto period = calendar::Period::parse(text);
    if (!period) return std::nullopt;
    return *period;
  }
  const auto count = number_at(text.substr(0, space));
  std::string unit{text.substr(space + 1)};
  if (unit.ends_with('s')) unit.pop_back();
  static const std::map<std::string, calendar::Period> units = {
      {"second", {0, 0, std::chrono::seconds{1}}}, {"minute", {0, 0, std::chrono::minutes{1}}},
      {"hour", {0, 0, std::chrono::hours{1}}},     {"day", {0, 1, {}}},
      {"week", {0, 7, {}}},                        {"month", {1, 0, {}}},
      {"year", {12, 0, {}}}};
  const auto one = units.find(unit);
  if (!count || *count < 0 || *count > most_units || one == units.end()) return std::nullopt;
  return calendar::Period{one->second.months * *count, one->second.days * *count,
                          one->second.time * *count};
}

}  // namespace elukaar::simulate
