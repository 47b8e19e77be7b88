#include <gmock/gmock.h>

#include "lifecycle/case_lifecycle.hpp"
#include "unit/lifecycle/machine_checks.hpp"

namespace elukaar::lifecycle::test {
namespace {

using S = CaseState;
using E = CaseEvent;
using Effects = std::vector<CaseEffect>;

// Written down a second time, by hand: what the engine relies on.
const std::vector<TableRow<S, E>> expected{
    {S::active, E::suspend, S::suspended},   {S::active, E::fault, S::incident},
    {S::active, E::complete, S::completed},  {S::active, E::cancel, S::cancelled},
    {S::suspended, E::resume, S::active},    {S::suspended, E::cancel, S::cancelled},
    {S::incident, E::resolve, S::active},    {S::incident, E::cancel, S::cancelled},
};

TEST(CaseLifecycle, moves_by_these_rows_and_no_others) {
  moves_only_by(expected, all_case_states(), all_case_events());
}

TEST(CaseLifecycle, shows_the_table_it_runs) { EXPECT_EQ(case_transition_table(), expected); }

TEST(CaseLifecycle, plans_what_a_change_brings_with_it) {
  EXPECT_EQ(next(S::active, E::fault).effects, Effects{CaseEffect::raise_incident});
  EXPECT_EQ(next(S::incident, E::resolve).effects, Effects{CaseEffect::retry_waiting});
  EXPECT_EQ(next(S::suspended, E::resume).effects, Effects{CaseEffect::retry_waiting});
  EXPECT_EQ(next(S::active, E::complete).effects, Effects{CaseEffect::abandon_pending});
  for (S from : {S::active, S::suspended, S::incident}) {
    EXPECT_EQ(next(from, E::cancel).effects, Effects{CaseEffect::abandon_pending});
  }
  EXPECT_EQ(next(S::active, E::suspend).effects, Effects{});
}

TEST(CaseLifecycle, reads_back_every_name_it_writes) {
  for (S state : all_case_states()) EXPECT_EQ(case_state_from(to_string(state)), state);
  for (E event : all_case_events()) EXPECT_EQ(case_event_from(to_string(event)), event);
  EXPECT_EQ(case_state_from("unknown"), std::nullopt);
  EXPECT_EQ(case_event_from(""), std::nullopt);
  EXPECT_EQ(to_string(CaseEffect::retry_waiting), "retry_waiting");
}

TEST(CaseLifecycle, the_readme_shows_its_diagram) {
  EXPECT_THAT(readme(), testing::HasSubstr("```mermaid\n" + case_mermaid() + "```"));
}

TEST(CaseLifecycle, the_database_knows_its_states) {
  EXPECT_EQ(case_sql_check_values(),
            "'active', 'suspended', 'incident', 'completed', 'cancelled'");
  EXPECT_THAT(migration("0001_cases"), testing::HasSubstr("check (lifecycle in (" + case_sql_check_values()));
}

}  // namespace
}  // namespace elukaar::lifecycle::test
