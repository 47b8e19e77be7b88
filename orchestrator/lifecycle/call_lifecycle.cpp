#include "lifecycle/call_lifecycle.hpp"

#include "lifecycle/msm.hpp"
#include "lifecycle/naming.hpp"

namespace elukaar::lifecycle {

namespace {

using S = CallState;
using E = CallEvent;
template <S Value>
using State = machine::Stands<Value>;
template <E Value>
using On = machine::Occurs<Value>;
using machine::Row;

struct CallMachine : machine::Definition<CallMachine, CallEffect> {
  using initial_state = State<S::pending>;
  using Retry = machine::Plan<CallEffect::schedule_retry>;
  using Report = machine::Plan<CallEffect::report_result>;

  // Stay at 20 rows or fewer: beyond that MPL's limits and the compile time grow.
  struct transition_table
      : boost::mpl::vector<Row<State<S::pending>, On<E::claim>, State<S::inflight>>,
                           Row<State<S::pending>, On<E::abandon>, State<S::abandoned>>,
                           Row<State<S::inflight>, On<E::answered>, State<S::succeeded>, Report>,
                           Row<State<S::inflight>, On<E::refused>, State<S::failed>, Report>,
                           Row<State<S::inflight>, On<E::invalid>, State<S::failed>, Report>,
                           Row<State<S::inflight>, On<E::unavailable>, State<S::backoff>, Retry>,
                           Row<State<S::inflight>, On<E::gave_up>, State<S::failed>, Report>,
                           Row<State<S::inflight>, On<E::lease_expired>, State<S::backoff>, Retry>,
                           Row<State<S::inflight>, On<E::entrust>, State<S::entrusted>>,
                           Row<State<S::inflight>, On<E::abandon>, State<S::abandoned>>,
                           Row<State<S::backoff>, On<E::claim>, State<S::inflight>>,
                           Row<State<S::backoff>, On<E::gave_up>, State<S::failed>, Report>,
                           Row<State<S::backoff>, On<E::abandon>, State<S::abandoned>>,
                           Row<State<S::entrusted>, On<E::answered>, State<S::succeeded>, Report>,
                           Row<State<S::entrusted>, On<E::refused>, State<S::failed>, Report>,
                           Row<State<S::entrusted>, On<E::abandon>, State<S::abandoned>>> {};
};
using Machine = boost::msm::back::state_machine<CallMachine>;

constexpr std::pair<S, std::string_view> state_names[] = {
    {S::pending, "pending"},     {S::inflight, "inflight"},   {S::backoff, "backoff"},
    {S::entrusted, "entrusted"}, {S::succeeded, "succeeded"}, {S::failed, "failed"},
    {S::abandoned, "abandoned"}};
constexpr std::pair<E, std::string_view> event_names[] = {
    {E::claim, "claim"},
    {E::answered, "answered"},
    {E::refused, "refused"},
    {E::invalid, "invalid"},
    {E::unavailable, "unavailable"},
    {E::gave_up, "gave_up"},
    {E::lease_expired, "lease_expired"},
    {E::entrust, "entrust"},
    {E::abandon, "abandon"}};
constexpr std::pair<CallEffect, std::string_view> effect_names[] = {
    {CallEffect::schedule_retry, "schedule_retry"}, {CallEffect::report_result, "report_result"}};

}  // namespace

bool is_over(CallState state) {
  return state == S::succeeded || state == S::failed || state == S::abandoned;
}

CallOutcome next(CallState state, CallEvent event) {
  return machine::run<Machine, CallState, CallEvent, CallEffect>(state, event);
}

std::string_view to_string(CallState state) { return naming::name(state_names, state); }
std::string_view to_string(CallEvent event) { return naming::name(event_names, event); }
std::string_view to_string(CallEffect effect) { return naming::name(effect_names, effect); }
std::optional<CallState> call_state_from(std::string_view name) {
  return naming::find(state_names, name);
}
std::optional<CallEvent> call_event_from(std::string_view name) {
  return naming::find(event_names, name);
}

const std::vector<CallState>& all_call_states() {
  static const std::vector<CallState> all = naming::values(state_names);
  return all;
}
const std::vector<CallEvent>& all_call_events() {
  static const std::vector<CallEvent> all = naming::values(event_names);
  return all;
}

std::vector<TableRow<CallState, CallEvent>> call_transition_table() {
  return machine::rows<Machine, CallState, CallEvent>();
}
std::string call_mermaid() { return naming::mermaid(call_transition_table(), all_call_states()); }
std::string call_sql_check_values() { return naming::sql_values(state_names); }

}  // namespace elukaar::lifecycle
