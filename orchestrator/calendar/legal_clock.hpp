#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calendar/calendar.hpp"

namespace elukaar::calendar {

// A time in which a legal clock stands still; the day on which it begins counts already not, the day
// on which it is over counts again.
struct ClockPause {
  Date from;
  std::optional<Date> until;  // none: still
  std::string ground;         // code

  bool operator==(const ClockPause&) const = default;
};

// A term that the law sets for an answer, as far as days go: from which day it counts, what lengthens
// it, when it stood still. Days are those of the events, never of their processing. A value.
struct LegalClock {
  Date from;    // the event's day: counting begins the day after (TsÜS § 135(1))
  Term length;
  std::vector<Term> extensions{};
  std::vector<ClockPause> pauses{};  // in order, none within another; at most the last one is open

  bool paused() const { return !pauses.empty() && !pauses.back().until; }
};

// The last day of the clock. Pauses move it by their days (of a term in working days by their working
// days); an open one not yet: where it ends is not known. A day off moves the result once, at the end.
Date due(const LegalClock& clock, const Calendar& calendar);

// How many days have been used up by the end of `day`: from the day after the event, pauses left out.
int used_days(const LegalClock& clock, Date day);

// The day on which to warn, `before` the due day; days of a warning are not shifted.
Date warning_day(Date due, const Term& before, const Calendar& calendar);

// Stops counting with `day`. Nothing where the clock stands still already, or would have begun later.
void pause(LegalClock& clock, Date day, std::string ground);
// Counts again after `day`.
void resume(LegalClock& clock, Date day);

}  // namespace elukaar::calendar
