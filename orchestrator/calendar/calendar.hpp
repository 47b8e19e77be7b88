#pragma once

#include <set>

#include "base/timestamp.hpp"
#include "calendar/term.hpp"

namespace elukaar::calendar {

// How a calendar departs from the computed one; read from a file by the caller.
struct CalendarRules {
  std::set<Date> extra_days_off{};
  std::set<Date> extra_working_days{};  // also on a weekend or holiday
  // Whether "until 15 May" moves to the next working day like any other term. Lawyers differ, so a
  // municipality may choose.
  bool shift_if_day_off = true;
};

// Days off and the ends of terms in Estonia. An immutable value: one may be shared by all threads.
class Calendar {
 public:
  Calendar() = default;
  explicit Calendar(CalendarRules rules) : rules_(std::move(rules)) {}

  // A national or public holiday (PTS §§ 1-2), or an extra day off.
  bool is_holiday(Date day) const;
  // Monday to Friday and no holiday; days shortened by three hours are working days.
  bool is_working_day(Date day) const;
  // `day` itself where it is a working day, else the next one.
  Date working_day_from(Date day) const;
  // The `count`-th working day after `day` (which itself never counts); the latest before it for a
  // negative count; `day` for 0. |count| is cut to a hundred years.
  Date working_days_after(Date day, int count) const;
  // The last day of a term that an event on `event_day` starts (TsÜS §§ 135-136): counting begins the
  // day after; months end on the day corresponding to the event's day, or the month's last; a day off
  // moves to the next working day. The term is over at end_of_day() of it (§ 137).
  Date term_end(Date event_day, const Term& term) const;
  // The same before a day off moves it: where a longer count goes on from.
  Date corresponding_day(Date event_day, const Term& term) const;
  // `day`, the end of `term`, moved to the next working day where the rules say so.
  Date shifted(Date day, const Term& term) const;

 private:
  CalendarRules rules_;
};

// Sunday of Easter by the Gregorian computus.
Date easter_sunday(std::chrono::year year);

// `day` moved by calendar months (the month's last day where it has no such day) and days; never
// shifted to a working day. A period's time part counts in whole days only.
Date add_period(Date day, const Period& period);
// The same on the wall clock of Tallinn: P1D keeps the time of day over a change of summer time.
// An hour that the clock skips becomes the moment of the change.
Timestamp add_period(Timestamp time, const Period& period);
// Whole months of age on `day`: somebody born on 31 August is 18 months old on 28 February.
// Negative before the birth.
int age_in_months(Date born, Date day);

// The day that a moment falls on in Europe/Tallinn.
Date day_in_tallinn(Timestamp time);
// How far the clocks of Tallinn are ahead of UTC at a moment.
std::chrono::seconds offset_in_tallinn(Timestamp time);
// 00:00 and 24:00 of a day in Europe/Tallinn; the end is the first moment that is too late.
Timestamp start_of_day(Date day);
Timestamp end_of_day(Date day);

}  // namespace elukaar::calendar
