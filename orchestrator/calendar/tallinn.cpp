#include <date/tz.h>

#include "calendar/calendar.hpp"

namespace elukaar::calendar {
namespace {

// Throws std::runtime_error where the machine has no zone information: a fault of the installation.
const date::time_zone& tallinn() {
  static const date::time_zone& zone = *date::locate_zone("Europe/Tallinn");
  return zone;
}

using LocalTime = date::local_time<std::chrono::microseconds>;

// Of a time of day that occurs twice the earlier one; one that is skipped becomes the change itself.
Timestamp from_local(LocalTime local) {
  return tallinn().to_sys(local, date::choose::earliest);
}

}  // namespace

Date day_in_tallinn(Timestamp time) {
  const LocalTime local = tallinn().to_local(time);
  return Date{std::chrono::floor<std::chrono::days>(local.time_since_epoch())};
}

std::chrono::seconds offset_in_tallinn(Timestamp time) {
  return tallinn().get_info(time).offset;
}

Timestamp start_of_day(Date day) {
  return from_local(LocalTime{day.time_since_epoch()});
}

Timestamp end_of_day(Date day) { return start_of_day(day + std::chrono::days{1}); }

Timestamp add_period(Timestamp time, const Period& period) {
  // Hours and less are exact time; only a calendar step needs the wall clock.
  if (period.months == 0 && period.days == 0) return time + period.time;
  const LocalTime local = tallinn().to_local(time);
  const Date day{std::chrono::floor<std::chrono::days>(local.time_since_epoch())};
  const auto time_of_day = local.time_since_epoch() - day.time_since_epoch();
  const Date moved = add_period(day, Period{period.months, period.days, {}});
  return from_local(LocalTime{moved.time_since_epoch() + time_of_day}) + period.time;
}

}  // namespace elukaar::calendar
