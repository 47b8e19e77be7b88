#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lifecycle/outcome.hpp"

namespace elukaar::lifecycle {

// How one connector call stands. Stored by name.
enum class CallState {
  pending,    // committed, waiting for a dispatcher
  inflight,   // claimed under a lease; the system may have been called
  backoff,    // waiting for the time of its next attempt
  entrusted,  // an official carries it out; no dispatcher asks again
  succeeded,  // answered
  failed,     // refused, invalid, or given up
  abandoned   // its case no longer wants to know
};

enum class CallEvent {
  claim,          // a dispatcher took it
  answered,       // the system did what was asked
  refused,        // the system understood and said no
  invalid,        // the answer, or the question, does not fit its schema
  unavailable,    // the system could not be reached, and the role's limit is not reached
  gave_up,        // … and the role's limit is reached
  lease_expired,  // outcome unknown: repeat with the same idempotency key
  entrust,        // no system does it here: it is a person's task
  abandon         // the case has left the state that asked, or has ended
};

enum class CallEffect {
  schedule_retry,  // at the time that the connector's policy says, with the same call id
  report_result    // to the case's lane
};

using CallOutcome = Outcome<CallState, CallEffect>;

// Total. accepted = false is what makes a late answer "ignored": to a call that is over nothing
// happens any more, and the caller journals the answer as stale.
CallOutcome next(CallState state, CallEvent event);

// Succeeded, failed or abandoned: no event is accepted any more.
bool is_over(CallState state);

// The names in the database, and back; nothing for any other text.
std::string_view to_string(CallState state);
std::string_view to_string(CallEvent event);
std::string_view to_string(CallEffect effect);
std::optional<CallState> call_state_from(std::string_view name);
std::optional<CallEvent> call_event_from(std::string_view name);

// Every state and every event, in the order of the enums.
const std::vector<CallState>& all_call_states();
const std::vector<CallEvent>& all_call_events();

// The rows that next() runs, as data: for documentation and the exhaustive test.
std::vector<TableRow<CallState, CallEvent>> call_transition_table();
// A Mermaid stateDiagram-v2 of the rows, as README.md shows it.
std::string call_mermaid();
// For a CHECK: "'pending', 'inflight', …".
std::string call_sql_check_values();

}  // namespace elukaar::lifecycle
