#pragma once

#include "calendar/calendar.hpp"
#include "core/decision.hpp"

namespace elukaar::core {

// The whole of the core: what one input does to one case.
//
// Pure: reads no clock, file, socket, random number or database; the same arguments give the same
// decision, ids included. Never throws for anything that a file or an input may hold: an expression
// that cannot be evaluated makes a decision with disposition `incident`, in which the case stands
// still with everything else as it was.
//
// `value` is the case as its last decision left it, or a new one (empty configuration), which is
// started first. `now` is the time of the transaction; a time before the case's last decision counts
// as that. Inputs for a case that is suspended or in an incident are answered `deferred`, commands
// excepted.
Decision decide(const workflow::Workflow& workflow, const Case& value, const Input& input,
                Timestamp now, const calendar::Calendar& calendar);

// The decision that begins a new case and offers it nothing: the states that it begins in, and what those
// wait for; nobody is party to it yet and it shows nothing. An input starts a new case by itself; this is
// for showing the beginning alone. Pure like `decide`.
Decision start(const workflow::Workflow& workflow, const Case& value, const Input& input, Timestamp now,
               const calendar::Calendar& calendar);

// The decision that stops a case at an input of which nothing could be stored: an incident with this
// reason, the input waits to be offered again, everything else stays as it was. Pure like `decide`.
Decision stop(const workflow::Workflow& workflow, const Case& value, const Input& input, Timestamp now,
              const calendar::Calendar& calendar, const std::string& why);

// The hash of a journal row, over the row (its trace and its records' data as they are written) and its
// predecessor's hash. `digest` names the workflow.
Digest chained_hash(const Digest& former, const Case& value, const JournalEntry& entry,
                    std::string_view digest);

}  // namespace elukaar::core
