// An event for all cases of a municipality: one row at its receipt, carried to the cases that were there by
// batches to come, to each of them once.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "cloudevents/encode.hpp"
#include "engine/batch/batch.hpp"
#include "simulate/world/memory_store.hpp"
#include "support/places.hpp"

namespace elukaar::engine {
namespace {

const std::string partition = "kafka/events/0";
constexpr std::chrono::seconds lease{10};
const Municipality here = test::places()->municipality.ehak;

class Mass : public ::testing::Test {
 protected:
  Mass() {
    workflows_.register_with(store);
    take_all_lanes();
  }

  void take_all_lanes() {
    lanes.clear();
    for (Lane& lane : store.take_lanes({partition}, "w", lease)) lanes[lane.name] = lane;
    for (Lane& lane : store.take_internal_lanes("w", internal_lanes, lease)) {
      lanes[lane.name] = lane;
    }
  }

  SourceRecord record(const std::string& type, const std::string& id, Json data) {
    cloudevents::CloudEvent event;
    event.id = id;
    event.source = "/test";
    event.type = type;
    event.time = *parse_rfc3339("2026-05-20T06:00:00Z");
    event.municipality = here;
    event.partition_key = "k";
    event.data = std::move(data);
    return {partition, offset_++, "k", cloudevents::encode(event),
            {{"content-type", std::string{cloudevents::structured_content_type}}}};
  }
  static Json item(const std::string& name, int amount) {
    return {{"item", name}, {"amount", amount}, {"due", "2026-06-01"},
            {"payload", {{"a", ""}, {"b", ""}, {"c", ""}}}};
  }
  SourceRecord began(const std::string& name, int amount = 1) {
    return record("ee.elukaar.bench.started.v1", name + "-0", item(name, amount));
  }
  SourceRecord moved(const std::string& name, const std::string& id, int amount = 1) {
    return record("ee.elukaar.bench.step.v1", id, item(name, amount));
  }
  SourceRecord round(const std::string& id = "round-1") {
    return record("ee.elukaar.round.started.v1", id, {{"round", {{"id", id}}}});
  }

  BatchResult run(std::vector<SourceRecord> records = {}, std::size_t most = max_batch) {
    std::vector<Arrival> arrivals;
    for (SourceRecord& each : records) {
      arrivals.push_back(understand(std::move(each), events_, workflows_, calendar_));
    }
    return run_batch(store, parts_, lanes, "w", lease, arrivals, most);
  }
  // So many cases, named "0", "1", …
  void begin_cases(int count) {
    for (int i = 0; i < count;) {
      std::vector<SourceRecord> records;
      for (; i < count && records.size() < 300; ++i) records.push_back(began(std::to_string(i)));
      run(std::move(records));
    }
    ASSERT_EQ(store.cases().size(), static_cast<std::size_t>(count));
    store.take_journal();
  }

  // How often the round was journalled since the last time, by case; and with what outcome.
  std::map<CaseRef, std::vector<std::string>> rounds() {
    std::map<CaseRef, std::vector<std::string>> found;
    for (const JournalRow& row : store.take_journal()) {
      if (row.entry->name == "round") found[row.ref].emplace_back(core::to_string(row.entry->disposition));
    }
    return found;
  }
  bool due() const {
    const auto next = store.next_due();
    return next && *next <= store.now();
  }
  int standing_in(const std::string& state) const {
    return static_cast<int>(std::count_if(
        store.cases().begin(), store.cases().end(), [&](const auto& entry) {
          const DecidedCase& each = entry.second;
          return each.workflow->chart.active_paths(each.value->configuration) == std::vector{state};
        }));
  }

  simulate::MemoryCaseStore store{*parse_rfc3339("2026-06-01T00:00:00Z")};
  std::map<std::string, Lane> lanes;

 private:
  const cloudevents::SchemaCatalogue& events_ = test::bench_events();
  calendar::Calendar calendar_;
  privacy::Keyring keyring_ = privacy::Keyring::passing();
  Workflows workflows_{{test::places()}, {}};
  EngineParts parts_{workflows_, events_, calendar_, keyring_, {}};
  std::int64_t offset_ = 0;
};

TEST_F(Mass, reaches_every_case_once_some_hundreds_a_batch) {
  begin_cases(1'203);
  run({round()});
  EXPECT_TRUE(rounds().empty()) << "at its receipt it is only written down";
  std::map<CaseRef, std::vector<std::string>> all;
  std::vector<std::size_t> pages;
  while (due()) {
    run();
    auto page = rounds();
    pages.push_back(page.size());
    all.merge(page);
    EXPECT_TRUE(page.empty()) << "a case was reached twice";
    ASSERT_LT(pages.size(), 10u);
  }
  EXPECT_EQ(pages, (std::vector<std::size_t>{max_broadcast_page, max_broadcast_page, 203}));
  EXPECT_EQ(all.size(), 1'203u);
  for (const auto& [ref, dispositions] : all) {
    EXPECT_EQ(dispositions, std::vector<std::string>{"applied"});
  }
  EXPECT_EQ(standing_in("called"), 1'203);
  EXPECT_EQ(store.cases().begin()->second.value->context->at("round"), "round-1");
}

TEST_F(Mass, ends_where_the_cases_end_with_a_whole_page) {
  begin_cases(static_cast<int>(max_broadcast_page));
  run({round()});
  for (int turns = 0; due() && turns < 5; ++turns) run();
  EXPECT_FALSE(due());
  EXPECT_EQ(rounds().size(), max_broadcast_page);
}

TEST_F(Mass, is_no_concern_of_cases_that_come_later) {
  run({began("before"), round(), began("after")});  // all of one batch
  run({began("later")});
  while (due()) run();
  EXPECT_EQ(rounds().size(), 1u);
  EXPECT_EQ(standing_in("called"), 1);
  EXPECT_EQ(standing_in("waiting"), 2);
}

TEST_F(Mass, counts_once_however_often_it_comes) {
  begin_cases(3);
  run({round(), round()});  // in one batch
  EXPECT_EQ(lanes.at(partition).duplicates, 1);
  run({round()});           // while it is under way
  EXPECT_EQ(lanes.at(partition).duplicates, 1);
  while (due()) run();
  run({round()});           // and when it is done
  EXPECT_EQ(lanes.at(partition).duplicates, 1);
  while (due()) run();
  const auto found = rounds();
  EXPECT_EQ(found.size(), 3u);
  for (const auto& [ref, dispositions] : found) EXPECT_EQ(dispositions.size(), 1u);
  // Another one is another one.
  run({round("round-2")});
  while (due()) run();
  EXPECT_EQ(rounds().size(), 3u);
}

TEST_F(Mass, leaves_out_cases_that_are_closed_or_that_it_does_not_mean) {
  run({began("a"), began("b", 0), began("c"), moved("c", "c-9", 9)});
  ASSERT_EQ(standing_in("over"), 1);
  store.take_journal();
  run({round()});
  while (due()) run();
  EXPECT_EQ(rounds().size(), 1u);
  EXPECT_EQ(standing_in("called"), 1);
  EXPECT_EQ(standing_in("waiting"), 1);
}

TEST_F(Mass, asks_of_a_case_as_it_is_when_its_turn_comes) {
  run({began("a")});
  run({round(), moved("a", "a-1")});  // it is away before the round comes to it
  run();
  EXPECT_EQ(standing_in("away"), 1);
  EXPECT_EQ(rounds().begin()->second, std::vector<std::string>{"deferred"});
  run({moved("a", "a-2")});
  EXPECT_EQ(standing_in("called"), 1) << "deferred like any other event, it is offered again";
  EXPECT_EQ(rounds().begin()->second, std::vector<std::string>{"applied"});
}

TEST_F(Mass, waits_for_a_case_that_stands_still) {
  begin_cases(2);
  const CaseRef ref = store.cases().begin()->first;
  store.add_command(ref, Uuid::derived(store.now(), "test", "suspend", 1),
                    {core::Command::Kind::suspend, "tester", "x"});
  run();
  run({round()});
  while (due()) run();
  EXPECT_EQ(rounds().at(ref), std::vector<std::string>{"deferred"});
  store.add_command(ref, Uuid::derived(store.now(), "test", "resume", 2),
                    {core::Command::Kind::resume, "tester", "x"});
  run();
  EXPECT_EQ(standing_in("called"), 2);
}

TEST_F(Mass, goes_on_where_a_worker_died) {
  begin_cases(700);
  run({round()});
  run();
  EXPECT_EQ(rounds().size(), max_broadcast_page);
  auto dead = lanes;
  store.move_to(store.now() + 2 * lease);
  take_all_lanes();  // by another
  std::swap(lanes, dead);
  EXPECT_TRUE(run().lost_lanes) << "the dead one wakes up, and may not";
  EXPECT_TRUE(rounds().empty());
  lanes = dead;
  while (due()) run();
  EXPECT_EQ(rounds().size(), 200u);
  EXPECT_EQ(standing_in("called"), 700);
}

TEST_F(Mass, is_cut_like_a_batch_that_the_database_refuses) {
  begin_cases(20);
  run({round()});
  run({}, 8);
  EXPECT_EQ(rounds().size(), 8u);
  // The next one cannot even be made to stand still: it is passed.
  std::vector<int> internal(internal_lanes);
  std::iota(internal.begin(), internal.end(), 0);
  const auto due_now = store.begin()->due_inputs(internal, 1);
  ASSERT_EQ(due_now.size(), 1u);
  const auto passed = pass_case(store, "w", lease, due_now.front());
  ASSERT_TRUE(passed);
  while (due()) run();
  const auto rest = rounds();
  EXPECT_EQ(rest.size(), 11u);
  EXPECT_FALSE(rest.contains(*passed));
}

}  // namespace
}  // namespace elukaar::engine
