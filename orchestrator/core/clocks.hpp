#pragma once

#include <string>
#include <vector>

#include "calendar/calendar.hpp"
#include "core/case.hpp"

namespace elukaar::core {

// The legal clocks of one case during one decision: what starts, ends, lengthens and stops them, and the
// timers that they wait for. Changes the case that it is given, nothing else.
//
// `at` is the moment that counts in law: the event's own time, an act's receipt, a timer's date; never
// later than `now`. Errors are sentences for an operator, without values of the data.
class Clocks {
 public:
  Clocks(const workflow::Workflow& workflow, Case& value, Timestamp at, Timestamp now,
         const calendar::Calendar& calendar)
      : workflow_(workflow), value_(value), at_(at), now_(now), calendar_(calendar) {}

  // Whether a clock of the workflow reacts to the event.
  static bool concerned(const workflow::Workflow& workflow, const std::string& event);
  // The case has accepted the event; its states and context are what it made of them.
  Result<void, std::string> accept(const std::string& event, const Json& payload);
  // The states have come to rest: pauses follow them, a start that lies ahead follows the context.
  Result<void, std::string> settle();
  // The case is over, and so are its clocks.
  void close();
  // A clock's timer has fired. The chart event that this is, `{type, data}`.
  Result<Json, std::string> fired(const Timer& timer);

  // The timers of all clocks as they now stand. They stand beside the states: their state is "".
  Result<std::vector<Timer>, std::string> timers() const;
  // What has happened to clocks, for the journal.
  const Json& trace() const { return trace_; }

  // `clock` of a status (resident-page.md, section 1): null before it is started.
  static Json shown(const Case& value, const std::string& name, const calendar::Calendar& calendar);

 private:
  Result<void, std::string> start(const workflow::ClockRule& rule, const std::string& event,
                                  const Json& payload);
  Result<void, std::string> extend(const workflow::ClockRule& rule, Clock& clock,
                                   const std::string& event, const Json& payload);
  void end(const std::string& name, Clock& clock, const std::string& by);
  Result<std::optional<Date>, std::string> first_day(const workflow::ClockRule::Start& start,
                                                     Date event_day, const Json& payload) const;
  Result<calendar::Term, std::string> term(const workflow::Template& value, const Json& payload,
                                           const std::string& what) const;
  void tell(const std::string& name, const Clock& clock, const char* what, Json more = {});

  const workflow::Workflow& workflow_;
  Case& value_;
  Timestamp at_;
  Timestamp now_;
  const calendar::Calendar& calendar_;
  Json trace_ = Json::array();
};

}  // namespace elukaar::core
