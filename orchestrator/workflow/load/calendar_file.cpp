#include "workflow/load/calendar_file.hpp"

#include <fmt/format.h>

#include "documents/reader.hpp"

namespace elukaar::workflow {
namespace {

std::set<Date> read_days(const documents::Node& file, std::string_view key, documents::Reader& reader) {
  std::set<Date> days;
  for (const documents::Node* item : reader.texts(file, key)) {
    if (const auto day = parse_iso_date(item->text)) {
      days.insert(*day);
    } else {
      reader.error(item->where, "bad-date",
                   fmt::format("`{}`: expected a date such as 2027-01-04, found {}", key,
                               item->describe()));
    }
  }
  return days;
}

}  // namespace

Result<calendar::Calendar, Problems> read_calendar(const std::filesystem::path& content_dir) {
  const std::filesystem::path path = content_dir / "calendar.yaml";
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return calendar::Calendar{};
  auto file = documents::read_yaml_file(path, path.string());
  if (!file) return failure(std::move(file.error()));
  Problems problems;
  documents::Reader reader(problems);
  calendar::CalendarRules rules;
  if (reader.expect(*file, documents::Node::Kind::mapping, "the calendar")) {
    reader.known_keys(*file, "the calendar", {"daysOff", "workingDays", "shiftIfDayOff"});
    rules.extra_days_off = read_days(*file, "daysOff", reader);
    rules.extra_working_days = read_days(*file, "workingDays", reader);
    rules.shift_if_day_off = reader.flag(*file, "shiftIfDayOff", true);
    for (const Date day : rules.extra_days_off) {
      if (rules.extra_working_days.count(day) == 0) continue;
      reader.error(file->where, "bad-date",
                   fmt::format("{} is both a day off and a working day", to_iso_date(day)),
                   "remove it from one of the two");
    }
  }
  if (!problems.empty()) return failure(std::move(problems));
  return calendar::Calendar{std::move(rules)};
}

}  // namespace elukaar::workflow
