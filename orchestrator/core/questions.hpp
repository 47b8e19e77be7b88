#pragma once

#include <string>
#include <vector>

#include "calendar/calendar.hpp"
#include "core/case.hpp"

// What can be asked of a case without moving it. Pure, as all of the core; errors are sentences for an
// operator, without values of the data.
namespace elukaar::core {

// The status that the case shows: null, or {actions, args, by, clock, delayed, final, legalBasis, push, text,
// turn, visibleTo}.
Result<Json, std::string> status_of(const workflow::Workflow& workflow, const Case& value,
                                    const calendar::Calendar& calendar);

// What an offered action is about just now: its `subject`, or its `subject_version`; or what an event's rule
// says of it (`confirms`).
Result<Json, std::string> subject_of(const workflow::Workflow& workflow, const Case& value,
                                     const cel::Program& subject, const calendar::Calendar& calendar,
                                     const Json& event = Json::object());

// Whether a condition about the case and an event holds; one that cannot be evaluated does not.
bool holds(const workflow::Workflow& workflow, const Case& value, const cel::Program& condition,
           const Json& event, const calendar::Calendar& calendar);

// The keys that an event gives; a rule whose value is null or absent gives none.
Result<std::vector<Key>, std::string> keys_of(const workflow::Workflow& workflow,
                                              const std::vector<workflow::KeyRule>& rules, const Json& event,
                                              const Case& value, const calendar::Calendar& calendar);

}  // namespace elukaar::core
