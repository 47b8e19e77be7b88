// Inputs that come before their state: they wait, are offered again when the case has moved, and
// end parked.
#include "unit/engine/town.hpp"

namespace elukaar::engine {
namespace {

class Waiting : public test::Town {
 protected:
  Waiting() {
    for (Lane& lane : store.take_lanes({test::partition}, "w", test::lease)) adopt(lane);
    for (Lane& lane : store.take_internal_lanes("w", internal_lanes, test::lease)) adopt(lane);
  }

  void adopt(Lane& lane) { lanes[lane.name] = std::move(lane); }

  BatchResult run(std::vector<SourceRecord> records = {}) {
    std::vector<Arrival> arrivals;
    for (SourceRecord& record : records) arrivals.push_back(understood(std::move(record)));
    BatchResult result = run_batch(store, parts, lanes, "w", test::lease, arrivals, 100);
    for (JournalRow& row : store.take_journal()) journal.push_back(std::move(row));
    return result;
  }

  // A case that asks the population register whether the family lives here.
  void apply_for_a_place() {
    run({birth(), application()});
    ASSERT_EQ(text_shown(), "checking");
  }
  void answer(const std::string& operation, const Json& output) {
    for (const auto& [id, call] : store.calls()) {
      if (call.request.operation == operation) store.add_update(id, store.now(), core::CallUpdate::Kind::done, output);
    }
    run();
  }
  void lives_here() {
    answer("residence", {{"childLivesHere", true}, {"applicantLivesHere", true}, {"custody", true},
                         {"asOf", "2026-06-01"}});
    answer("family", {{"alive", true}, {"livesHere", true}, {"protected", false},
                      {"guardians", {{{"key", "p1_parentparentparentparentpa"}}}}});
  }
  void registered() {
    answer("register", {{"registerId", "R"}, {"status", "queued"},
                        {"queue", {{"scope", "s"}, {"position", 12}, {"of", 40},
                                   {"ruleRef", "application-time"}}}});
  }

  std::uint32_t deferred() const { return store.cases().begin()->second.value->deferred; }
  std::vector<std::string> dispositions_of(const std::string& id) const {
    std::vector<std::string> all;
    for (const JournalRow& row : journal) {
      if (row.entry->key.id == id) all.emplace_back(core::to_string(row.entry->disposition));
    }
    return all;
  }

  std::map<std::string, Lane> lanes;
  std::vector<JournalRow> journal;
};

using Words = std::vector<std::string>;

TEST_F(Waiting, keeps_an_event_that_overtakes_until_its_state_comes) {
  apply_for_a_place();
  run({moved("early", 7)});
  EXPECT_EQ(deferred(), 1u);
  lives_here();
  EXPECT_EQ(text_shown(), "registering");
  EXPECT_EQ(deferred(), 1u) << "it does not fit yet";
  EXPECT_EQ(dispositions_of("early"), Words{"deferred"});
  registered();
  EXPECT_EQ(text_shown(), "queued");
  EXPECT_EQ(deferred(), 0u);
  EXPECT_EQ(dispositions_of("early"), (Words{"deferred", "applied"}));
  EXPECT_EQ(status().at("args").at("ahead"), 6);
}

TEST_F(Waiting, journals_which_change_let_it_in) {
  apply_for_a_place();
  run({moved("early", 7)});
  lives_here();
  registered();
  const core::JournalEntry& last = *journal.back().entry;
  EXPECT_EQ(last.key.id, "early");
  EXPECT_EQ(last.cause, last.sequence - 1);
  EXPECT_EQ(journal[journal.size() - 2].entry->kind, "call");
}

TEST_F(Waiting, offers_several_in_the_order_in_which_they_came) {
  apply_for_a_place();
  run({moved("first", 9)});
  run({moved("second", 5), moved("third", 3)});
  EXPECT_EQ(deferred(), 3u);
  lives_here();
  registered();
  Words applied;
  for (const JournalRow& row : journal) {
    const core::JournalEntry& entry = *row.entry;
    if (entry.name != "queue-position-changed") continue;
    if (entry.disposition == core::Disposition::applied) applied.push_back(entry.key.id);
  }
  EXPECT_EQ(applied, (Words{"first", "second", "third"}));
  EXPECT_EQ(status().at("args").at("ahead"), 2);
}

TEST_F(Waiting, knows_one_that_waits_when_it_comes_again) {
  apply_for_a_place();
  run({moved("early", 7)});
  EXPECT_EQ(run({moved("early", 7)}).dispositions.at("duplicate"), 1);
  EXPECT_EQ(deferred(), 1u);
  lives_here();
  registered();
  EXPECT_EQ(run({moved("early", 7)}).dispositions.at("duplicate"), 1);
  EXPECT_EQ(dispositions_of("early"), (Words{"deferred", "applied"}));
}

TEST_F(Waiting, parks_one_whose_patience_is_over_and_says_why) {
  apply_for_a_place();
  run({moved("early", 7)});
  store.move_to(store.now() + std::chrono::days{6});
  run();
  EXPECT_EQ(deferred(), 1u);
  store.move_to(store.now() + std::chrono::days{1} + std::chrono::seconds{1});
  run();
  EXPECT_EQ(deferred(), 0u);
  ASSERT_EQ(store.parked_count(), 1u);
  EXPECT_EQ(store.parked().front().reason, "deferred-too-long");
  EXPECT_EQ(store.parked().front().event_id, "early");
}

TEST_F(Waiting, applies_a_parked_one_once_when_an_operator_tries_it_again) {
  apply_for_a_place();
  run({moved("early", 7)});
  store.move_to(store.now() + std::chrono::days{8});
  run();
  ASSERT_EQ(store.parked_count(), 1u);
  lives_here();
  registered();
  EXPECT_EQ(status().at("args").at("ahead"), 11);
  store.retry_parked(store.parked().front().id);
  run();
  EXPECT_EQ(store.parked_count(), 0u);
  EXPECT_EQ(status().at("args").at("ahead"), 6);
}

TEST_F(Waiting, keeps_a_parked_one_that_still_fits_no_state_and_applies_it_later) {
  apply_for_a_place();
  run({moved("early", 7)});
  store.move_to(store.now() + std::chrono::days{8});
  run();
  store.retry_parked(store.parked().front().id);
  run();
  ASSERT_EQ(store.parked_count(), 1u);
  EXPECT_EQ(store.parked().front().reason, "unexpected");
  EXPECT_EQ(deferred(), 0u);
  EXPECT_EQ(run().internal_inputs, 0u) << "an order to try again holds once";
  lives_here();
  registered();
  store.retry_parked(store.parked().front().id);
  run();
  EXPECT_EQ(store.parked_count(), 0u);
  EXPECT_EQ(dispositions_of("early"), (Words{"deferred", "applied"}));
}

TEST_F(Waiting, keeps_a_parked_one_whose_case_is_closed) {
  apply_for_a_place();
  run({moved("early", 7)});
  store.move_to(store.now() + std::chrono::days{8});
  run();
  run({record("birth-annulled", "annulled",
              {{"child", {{"key", test::child}}},
               {"replaces", {{"source", "/test"}, {"id", "birth"}}}})});
  answer("withdraw", Json::object());
  ASSERT_EQ(store.cases().begin()->second.value->lifecycle, lifecycle::CaseState::completed);
  store.retry_parked(store.parked().front().id);
  run();
  ASSERT_EQ(store.parked_count(), 1u);
  EXPECT_EQ(store.parked().front().reason, "case-closed");
}

TEST_F(Waiting, keeps_inputs_behind_the_one_that_stopped_the_case) {
  apply_for_a_place();
  answer("residence", Json::object());  // the guard cannot be evaluated
  EXPECT_EQ(store.cases().begin()->second.value->lifecycle, lifecycle::CaseState::incident);
  run({moved("behind", 7)});
  EXPECT_EQ(deferred(), 2u);
  EXPECT_EQ(dispositions_of("behind"), Words{"deferred"});
}

}  // namespace
}  // namespace elukaar::engine
