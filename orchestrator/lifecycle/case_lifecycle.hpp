#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lifecycle/outcome.hpp"

namespace elukaar::lifecycle {

// How a case stands as the engine's affair, whatever its workflow says. Stored by name.
enum class CaseState {
  active,     // takes inputs
  suspended,  // an operator has stopped it; inputs wait
  incident,   // a fault has stopped it; inputs wait behind the one that failed
  completed,  // its chart is done
  cancelled   // an operator has ended it
};

enum class CaseEvent { suspend, resume, fault, resolve, complete, cancel };

enum class CaseEffect {
  raise_incident,   // tell the operators
  retry_waiting,    // offer the inputs that have waited, oldest first
  abandon_pending   // drop its timers, abandon its calls
};

using CaseOutcome = Outcome<CaseState, CaseEffect>;

// Total: an event that the state has no row for comes back with accepted = false.
CaseOutcome next(CaseState state, CaseEvent event);

// The names in the database, and back; nothing for any other text.
std::string_view to_string(CaseState state);
std::string_view to_string(CaseEvent event);
std::string_view to_string(CaseEffect effect);
std::optional<CaseState> case_state_from(std::string_view name);
std::optional<CaseEvent> case_event_from(std::string_view name);

// Every state and every event, in the order of the enums.
const std::vector<CaseState>& all_case_states();
const std::vector<CaseEvent>& all_case_events();

// The rows that next() runs, as data: for documentation and the exhaustive test.
std::vector<TableRow<CaseState, CaseEvent>> case_transition_table();
// A Mermaid stateDiagram-v2 of the rows, as README.md shows it.
std::string case_mermaid();
// For a CHECK: "'active', 'suspended', …".
std::string case_sql_check_values();

}  // namespace elukaar::lifecycle
