#include "lifecycle/case_lifecycle.hpp"

#include "lifecycle/msm.hpp"
#include "lifecycle/naming.hpp"

namespace elukaar::lifecycle {

namespace {

using S = CaseState;
using E = CaseEvent;
template <S Value>
using State = machine::Stands<Value>;
template <E Value>
using On = machine::Occurs<Value>;
template <CaseEffect Value>
using Plan = machine::Plan<Value>;
using machine::Row;

struct CaseMachine : machine::Definition<CaseMachine, CaseEffect> {
  using initial_state = State<S::active>;
  using Raise = Plan<CaseEffect::raise_incident>;
  using Retry = Plan<CaseEffect::retry_waiting>;
  using Abandon = Plan<CaseEffect::abandon_pending>;

  // Stay at 20 rows or fewer: beyond that MPL's limits and the compile time grow.
  struct transition_table
      : boost::mpl::vector<Row<State<S::active>, On<E::suspend>, State<S::suspended>>,
                           Row<State<S::active>, On<E::fault>, State<S::incident>, Raise>,
                           Row<State<S::active>, On<E::complete>, State<S::completed>, Abandon>,
                           Row<State<S::active>, On<E::cancel>, State<S::cancelled>, Abandon>,
                           Row<State<S::suspended>, On<E::resume>, State<S::active>, Retry>,
                           Row<State<S::suspended>, On<E::cancel>, State<S::cancelled>, Abandon>,
                           Row<State<S::incident>, On<E::resolve>, State<S::active>, Retry>,
                           Row<State<S::incident>, On<E::cancel>, State<S::cancelled>, Abandon>> {
  };
};
using Machine = boost::msm::back::state_machine<CaseMachine>;

constexpr std::pair<S, std::string_view> state_names[] = {{S::active, "active"},
                                                          {S::suspended, "suspended"},
                                                          {S::incident, "incident"},
                                                          {S::completed, "completed"},
                                                          {S::cancelled, "cancelled"}};
constexpr std::pair<E, std::string_view> event_names[] = {
    {E::suspend, "suspend"}, {E::resume, "resume"},     {E::fault, "fault"},
    {E::resolve, "resolve"}, {E::complete, "complete"}, {E::cancel, "cancel"}};
constexpr std::pair<CaseEffect, std::string_view> effect_names[] = {
    {CaseEffect::raise_incident, "raise_incident"},
    {CaseEffect::retry_waiting, "retry_waiting"},
    {CaseEffect::abandon_pending, "abandon_pending"}};

}  // namespace

CaseOutcome next(CaseState state, CaseEvent event) {
  return machine::run<Machine, CaseState, CaseEvent, CaseEffect>(state, event);
}

std::string_view to_string(CaseState state) { return naming::name(state_names, state); }
std::string_view to_string(CaseEvent event) { return naming::name(event_names, event); }
std::string_view to_string(CaseEffect effect) { return naming::name(effect_names, effect); }
std::optional<CaseState> case_state_from(std::string_view name) {
  return naming::find(state_names, name);
}
std::optional<CaseEvent> case_event_from(std::string_view name) {
  return naming::find(event_names, name);
}

const std::vector<CaseState>& all_case_states() {
  static const std::vector<CaseState> all = naming::values(state_names);
  return all;
}
const std::vector<CaseEvent>& all_case_events() {
  static const std::vector<CaseEvent> all = naming::values(event_names);
  return all;
}

std::vector<TableRow<CaseState, CaseEvent>> case_transition_table() {
  return machine::rows<Machine, CaseState, CaseEvent>();
}
std::string case_mermaid() { return naming::mermaid(case_transition_table(), all_case_states()); }
std::string case_sql_check_values() { return naming::sql_values(state_names); }

}  // namespace elukaar::lifecycle
