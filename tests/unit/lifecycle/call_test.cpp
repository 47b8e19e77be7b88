#include <gmock/gmock.h>

#include "lifecycle/call_lifecycle.hpp"
#include "unit/lifecycle/machine_checks.hpp"

namespace elukaar::lifecycle::test {
namespace {

using S = CallState;
using E = CallEvent;
using Effects = std::vector<CallEffect>;

// Written down a second time, by hand: what the engine relies on.
const std::vector<TableRow<S, E>> expected{
    {S::pending, E::claim, S::inflight},          {S::pending, E::abandon, S::abandoned},
    {S::inflight, E::answered, S::succeeded},     {S::inflight, E::refused, S::failed},
    {S::inflight, E::invalid, S::failed},         {S::inflight, E::unavailable, S::backoff},
    {S::inflight, E::gave_up, S::failed},         {S::inflight, E::lease_expired, S::backoff},
    {S::inflight, E::entrust, S::entrusted},      {S::inflight, E::abandon, S::abandoned},
    {S::backoff, E::claim, S::inflight},          {S::backoff, E::gave_up, S::failed},
    {S::backoff, E::abandon, S::abandoned},       {S::entrusted, E::answered, S::succeeded},
    {S::entrusted, E::refused, S::failed},        {S::entrusted, E::abandon, S::abandoned},
};

TEST(CallLifecycle, moves_by_these_rows_and_no_others) {
  moves_only_by(expected, all_call_states(), all_call_events());
}

TEST(CallLifecycle, shows_the_table_it_runs) { EXPECT_EQ(call_transition_table(), expected); }

TEST(CallLifecycle, an_unknown_outcome_is_repeated_and_not_reported) {
  EXPECT_EQ(next(S::inflight, E::lease_expired).effects, Effects{CallEffect::schedule_retry});
  EXPECT_EQ(next(S::inflight, E::unavailable).effects, Effects{CallEffect::schedule_retry});
}

TEST(CallLifecycle, every_end_but_abandonment_is_reported_to_the_case) {
  for (E event : {E::answered, E::refused, E::invalid, E::gave_up}) {
    EXPECT_EQ(next(S::inflight, event).effects, Effects{CallEffect::report_result});
  }
  EXPECT_EQ(next(S::backoff, E::gave_up).effects, Effects{CallEffect::report_result});
  for (S from : {S::pending, S::inflight, S::backoff, S::entrusted}) {
    EXPECT_EQ(next(from, E::abandon).effects, Effects{});
  }
}

TEST(CallLifecycle, what_a_person_carries_out_is_asked_of_nobody_else_and_reported_like_any_other) {
  EXPECT_EQ(next(S::inflight, E::entrust).effects, Effects{});
  for (E event : {E::claim, E::lease_expired, E::gave_up, E::unavailable}) {
    EXPECT_FALSE(next(S::entrusted, event).accepted) << to_string(event);
  }
  for (E event : {E::answered, E::refused}) {
    EXPECT_EQ(next(S::entrusted, event).effects, Effects{CallEffect::report_result});
  }
}

TEST(CallLifecycle, a_late_answer_to_a_call_that_is_over_is_ignored) {
  for (S state : all_call_states()) {
    bool over = state == S::succeeded || state == S::failed || state == S::abandoned;
    EXPECT_EQ(is_over(state), over);
    if (!over) continue;
    for (E event : all_call_events()) EXPECT_FALSE(next(state, event).accepted);
  }
}

TEST(CallLifecycle, reads_back_every_name_it_writes) {
  for (S state : all_call_states()) EXPECT_EQ(call_state_from(to_string(state)), state);
  for (E event : all_call_events()) EXPECT_EQ(call_event_from(to_string(event)), event);
  EXPECT_EQ(call_state_from("unknown"), std::nullopt);
  EXPECT_EQ(call_event_from(""), std::nullopt);
  EXPECT_EQ(to_string(CallEffect::schedule_retry), "schedule_retry");
}

TEST(CallLifecycle, the_readme_shows_its_diagram) {
  EXPECT_THAT(readme(), testing::HasSubstr("```mermaid\n" + call_mermaid() + "```"));
}

TEST(CallLifecycle, the_database_knows_its_states) {
  EXPECT_EQ(call_sql_check_values(),
            "'pending', 'inflight', 'backoff', 'entrusted', 'succeeded', 'failed', 'abandoned'");
  EXPECT_THAT(migration("0007_tasks"), testing::HasSubstr("check (status in (" + call_sql_check_values()));
}

}  // namespace
}  // namespace elukaar::lifecycle::test
