#include "calendar/legal_clock.hpp"

#include <algorithm>

namespace elukaar::calendar {
namespace {

using std::chrono::days;

bool in_working_days(const LegalClock& clock) {
  return std::holds_alternative<Term::WorkingDays>(clock.length.form());
}

int working_days_within(Date from, Date until, const Calendar& calendar) {
  int count = 0;
  for (Date day = from; day < until; day += days{1}) {
    if (calendar.is_working_day(day)) ++count;
  }
  return count;
}

}  // namespace

Date due(const LegalClock& clock, const Calendar& calendar) {
  Date end = calendar.corresponding_day(clock.from, clock.length);
  for (const Term& extension : clock.extensions) end = calendar.corresponding_day(end, extension);
  for (const ClockPause& pause : clock.pauses) {
    if (!pause.until) continue;
    if (in_working_days(clock)) {
      end = calendar.working_days_after(end,
                                        working_days_within(pause.from, *pause.until, calendar));
    } else {
      end += *pause.until - pause.from;
    }
  }
  const Term& last = clock.extensions.empty() ? clock.length : clock.extensions.back();
  return calendar.shifted(end, last);
}

int used_days(const LegalClock& clock, Date day) {
  days used = std::max(days{0}, day - clock.from);
  for (const ClockPause& pause : clock.pauses) {
    const Date until = std::min(pause.until.value_or(day + days{1}), day + days{1});
    // The day of the event itself was never counted.
    const Date from = std::max(pause.from, clock.from + days{1});
    used -= std::max(days{0}, until - from);
  }
  return static_cast<int>(std::max(days{0}, used).count());
}

Date warning_day(Date due, const Term& before, const Calendar& calendar) {
  if (const auto* count = std::get_if<Term::Days>(&before.form())) return due - days{count->count};
  if (const auto* count = std::get_if<Term::WorkingDays>(&before.form())) {
    return calendar.working_days_after(due, -count->count);
  }
  if (const auto* count = std::get_if<Term::Months>(&before.form())) {
    return add_period(due, Period{-count->count, 0, std::chrono::seconds{0}});
  }
  return due;  // a fixed day is no distance; the loader refuses it
}

void pause(LegalClock& clock, Date day, std::string ground) {
  if (clock.paused()) return;
  // Two pauses that touch on one day must not count it twice.
  if (!clock.pauses.empty()) day = std::max(day, *clock.pauses.back().until);
  clock.pauses.push_back({std::max(day, clock.from), std::nullopt, std::move(ground)});
}

void resume(LegalClock& clock, Date day) {
  if (!clock.paused()) return;
  ClockPause& last = clock.pauses.back();
  last.until = std::max(day, last.from);
}

}  // namespace elukaar::calendar
