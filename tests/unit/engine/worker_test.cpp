// Lanes as one worker holds them: taken over, lost, taken back, and what is published of them.
#include "engine/lanes/worker.hpp"

#include <deque>
#include <functional>

#include "unit/engine/broker.hpp"
#include "unit/engine/town.hpp"

namespace elukaar::engine {
namespace {

const std::string second_partition = "kafka/events/1";

// A store that cannot be reached as often as it is told.
class MoodyStore : public simulate::MemoryCaseStore {
 public:
  using MemoryCaseStore::MemoryCaseStore;
  std::function<void()> before_next_batch;
  int begun = 0;

  std::unique_ptr<BatchTransaction> begin() override {
    ++begun;
    if (auto act = std::exchange(before_next_batch, {})) act();
    return MemoryCaseStore::begin();
  }
};

// What the topics do, step by step; after the last the worker is asked to stop.
class Script final : public EventSource {
 public:
  using Step = std::function<std::vector<SourceRecord>()>;
  explicit Script(std::stop_source& stop) : stop_(stop) {}

  std::deque<Step> steps;
  std::vector<std::map<std::string, std::int64_t>> rewinds;

  std::vector<SourceRecord> drain(std::size_t, std::chrono::milliseconds) override {
    if (steps.empty()) {
      stop_.request_stop();
      return {};
    }
    const Step step = std::move(steps.front());
    steps.pop_front();
    return step();
  }
  void rewind(const std::map<std::string, std::int64_t>& offsets) override {
    rewinds.push_back(offsets);
  }
  void note_progress(const std::map<std::string, std::int64_t>&) override {}

 private:
  std::stop_source& stop_;
};

struct Notebook final : WorkerObserver {
  void batch_done(const BatchResult&, std::size_t, std::chrono::microseconds) override {}
  void info(const std::string& what) override { news.push_back(what); }
  void fault(const std::string& what) override { faults.push_back(what); }
  std::vector<std::string> news;
  std::vector<std::string> faults;
};

class Working : public test::Town {
 protected:
  Working() { workflows.register_with(moody); }

  void play(std::deque<Script::Step> steps) {
    script.steps = std::move(steps);
    worker.run(stop.get_token());
  }
  Script::Step gives(SourceRecord record) {
    return [record] { return std::vector<SourceRecord>{record}; };
  }
  Script::Step assigns(std::vector<std::string> names) {
    return [this, names] {
      positions = worker.listener().lanes_assigned(names);
      return std::vector<SourceRecord>{};
    };
  }
  Script::Step revokes(std::vector<std::string> names, bool lost = false) {
    return [this, names, lost] {
      worker.listener().lanes_revoked(names, lost);
      return std::vector<SourceRecord>{};
    };
  }
  Script::Step does(std::function<void()> act) {
    return [act] {
      act();
      return std::vector<SourceRecord>{};
    };
  }
  // What another worker does with the partition before this one comes.
  Lane former_owner_takes_in(SourceRecord record) {
    std::map<std::string, Lane> lanes;
    lanes[test::partition] = moody.take_lanes({test::partition}, "former", test::lease).front();
    std::vector<Arrival> arrivals;
    arrivals.push_back(understood(std::move(record)));
    former = run_batch(moody, parts, lanes, "former", test::lease, arrivals, 0);
    EXPECT_FALSE(former.lost_lanes);
    return lanes.at(test::partition);
  }
  std::vector<std::string> published_before() const {
    std::vector<std::string> values;
    for (const Published& row : former.published) {
      for (const OutgoingRecord& each : row.records) values.push_back(each.value);
    }
    return values;
  }
  // As whoever takes it next finds it.
  Lane next_holding() { return moody.take_lanes({test::partition}, "next", test::lease).front(); }

  MoodyStore moody{*parse_rfc3339("2026-06-01T00:00:00Z")};
  test::Broker broker;
  std::stop_source stop;
  Script script{stop};
  Notebook notebook;
  BatchResult former;
  std::map<std::string, std::int64_t> positions;
  WorkerSettings settings{.owner = "w", .lease = test::lease,
                          .due_interval = std::chrono::milliseconds{0},
                          .after_fault = std::chrono::milliseconds{0}};
  Worker worker{settings, moody, script, broker, parts, notebook};
};

using Positions = std::map<std::string, std::int64_t>;

TEST_F(Working, reads_a_lane_from_where_its_former_owner_committed) {
  former_owner_takes_in(birth());
  play({assigns({test::partition, second_partition})});
  EXPECT_EQ(positions, (Positions{{test::partition, 1}}));
}

TEST_F(Working, publishes_what_the_former_owner_left_unsaid_and_then_moves_the_mark) {
  former_owner_takes_in(birth());
  const Lane committed = former_owner_takes_in(application());
  ASSERT_FALSE(published_before().empty());
  broker.answers_at_once = true;
  play({assigns({test::partition}), revokes({test::partition})});
  EXPECT_EQ(broker.values, published_before());
  EXPECT_EQ(next_holding().published_sequence, committed.next_sequence - 1);
}

TEST_F(Working, leaves_the_mark_where_the_broker_has_not_answered) {
  former_owner_takes_in(birth());
  const Lane committed = former_owner_takes_in(application());
  play({assigns({test::partition}), revokes({test::partition})});
  EXPECT_EQ(broker.values, published_before());
  EXPECT_LT(next_holding().published_sequence, committed.next_sequence - 1);
}

TEST_F(Working, publishes_again_the_same_bytes_after_the_producer_broke_down) {
  former_owner_takes_in(birth());
  former_owner_takes_in(application());
  play({assigns({test::partition}), does([this] { broker.fail(0, false); }),
        does([] { /* the next round finds out */ })});
  const auto once = published_before();
  ASSERT_FALSE(once.empty());
  std::vector<std::string> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(broker.values, twice);
}

TEST_F(Working, commits_nothing_on_a_lane_that_somebody_else_has_taken) {
  const SourceRecord late = birth();
  play({assigns({test::partition, second_partition}),
        does([this] { moody.take_lanes({test::partition}, "other", test::lease); }), gives(late)});
  EXPECT_TRUE(moody.cases().empty());
  // What is still its own is read again from where it was committed: from the beginning.
  ASSERT_FALSE(script.rewinds.empty());
  EXPECT_EQ(script.rewinds.front(), (Positions{{second_partition, -1}}));
}

TEST_F(Working, tells_of_a_lane_that_went_to_another_as_news_and_not_as_a_fault) {
  play({assigns({test::partition}),
        does([this] { moody.take_lanes({test::partition}, "other", test::lease); }), gives(birth())});
  ASSERT_FALSE(notebook.news.empty());
  EXPECT_NE(notebook.news.front().find("belongs to another worker now"), std::string::npos);
  EXPECT_TRUE(notebook.faults.empty());
}

TEST_F(Working, forgets_what_was_drained_of_a_lane_that_is_taken_from_it) {
  play({assigns({test::partition}), [this] {
          SourceRecord record = birth();
          worker.listener().lanes_revoked({test::partition}, true);
          return std::vector<SourceRecord>{record};
        }});
  EXPECT_TRUE(moody.cases().empty());
}

TEST_F(Working, takes_its_lanes_back_after_a_fault_and_reads_what_was_not_committed_again) {
  const SourceRecord record = birth();
  const auto connection_breaks = [] {
    throw StoreFault(StoreFault::Kind::connection_lost, "", "the connection is gone");
  };
  std::int64_t epoch = 0;
  play({assigns({test::partition}),
        [&] {
          moody.before_next_batch = connection_breaks;
          return std::vector<SourceRecord>{record};
        },
        does([&] {
          ASSERT_EQ(script.rewinds.size(), 1u);
          EXPECT_EQ(script.rewinds.front(), (Positions{{test::partition, -1}}));
        }),
        gives(record), does([&] { epoch = next_holding().epoch; })});
  EXPECT_EQ(moody.cases().size(), 1u);
  EXPECT_EQ(notebook.faults.front(), "the connection is gone");
  EXPECT_EQ(epoch, 3) << "taken, taken back, taken by the next";
}

TEST_F(Working, does_not_take_back_after_a_fault_what_another_has_taken_meanwhile) {
  const SourceRecord record = birth();
  play({assigns({test::partition}),
        [&] {
          moody.before_next_batch = [&] {
            moody.take_lanes({test::partition}, "other", test::lease);
            throw StoreFault(StoreFault::Kind::connection_lost, "", "the connection is gone");
          };
          return std::vector<SourceRecord>{record};
        },
        gives(record)});
  EXPECT_TRUE(moody.cases().empty());
  ASSERT_FALSE(script.rewinds.empty());
  EXPECT_EQ(script.rewinds.front(), Positions{});
}

TEST_F(Working, repeats_a_batch_after_a_conflict) {
  const SourceRecord record = birth();
  play({assigns({test::partition}), [&] {
          moody.before_next_batch = [] {
            throw StoreFault(StoreFault::Kind::conflict, "40P01", "deadlock detected");
          };
          return std::vector<SourceRecord>{record};
        }});
  EXPECT_EQ(moody.cases().size(), 1u);
  EXPECT_TRUE(notebook.faults.empty());
}

TEST_F(Working, tries_the_parts_of_a_batch_that_the_database_refuses) {
  const SourceRecord record = birth();
  play({assigns({test::partition}), [&] {
          moody.before_next_batch = [] {
            throw StoreFault(StoreFault::Kind::refused, "22P05", "no such character");
          };
          return std::vector<SourceRecord>{record};
        }});
  EXPECT_EQ(moody.cases().size(), 1u) << "the offender was among the due inputs";
  EXPECT_EQ(moody.parked_count(), 0u);
}

TEST_F(Working, parks_the_record_that_is_refused_even_alone_and_goes_past_it) {
  const SourceRecord bad = birth();
  const SourceRecord good = birth("another", "p1_childchildchildchildchildd");
  const auto refuse = [] {
    throw StoreFault(StoreFault::Kind::refused, "22P05", "no such character");
  };
  play({assigns({test::partition}), [&] {
          // With due inputs; then (those alone are taken) the record alone.
          moody.before_next_batch = [&, refuse] {
            moody.before_next_batch = [&, refuse] { moody.before_next_batch = refuse; };
            refuse();
          };
          return std::vector<SourceRecord>{bad};
        },
        gives(good)});
  ASSERT_EQ(moody.parked_count(), 1u);
  EXPECT_EQ(moody.parked().front().reason, "faulted");
  EXPECT_NE(moody.parked().front().detail.find("22P05"), std::string::npos);
  EXPECT_EQ(moody.cases().size(), 1u);
  EXPECT_EQ(next_holding().position, 2);
}

TEST_F(Working, does_not_ask_the_database_again_at_once_where_nothing_was_due) {
  settings.due_interval = std::chrono::hours{1};
  Worker patient{settings, moody, script, broker, parts, notebook};
  const auto nothing = does([] {});
  script.steps = {does([&] { patient.listener().lanes_assigned({test::partition}); }), nothing, nothing,
                  gives(birth())};
  patient.run(stop.get_token());
  EXPECT_EQ(moody.begun, 2) << "once for what is due, once for the record";
  EXPECT_EQ(moody.cases().size(), 1u);
}

TEST_F(Working, looks_again_at_once_after_something_was_due) {
  settings.due_interval = std::chrono::hours{1};
  Worker patient{settings, moody, script, broker, parts, notebook};
  former_owner_takes_in(birth());
  moody.move_to(*parse_rfc3339("2027-06-01T00:00:00Z"));
  const int before = moody.begun;
  const auto nothing = does([] {});
  script.steps = {does([&] { patient.listener().lanes_assigned({test::partition}); }), nothing, nothing,
                  nothing};
  patient.run(stop.get_token());
  EXPECT_EQ(moody.begun - before, 2) << "once for the timer, once to see that it was the last";
}

TEST_F(Working, releases_its_lanes_when_it_stops) {
  play({assigns({test::partition})});
  EXPECT_EQ(moody.retake_lanes({test::partition}, "next", test::lease).size(), 1u);
}

TEST_F(Working, holds_all_internal_lanes_while_it_is_alone) {
  play({assigns({test::partition}), does([this] {
          EXPECT_TRUE(moody.take_internal_lanes("other", internal_lanes, test::lease).empty());
        })});
  EXPECT_EQ(moody.take_internal_lanes("other", internal_lanes, test::lease).size(),
            static_cast<std::size_t>(internal_lanes));
}

}  // namespace
}  // namespace elukaar::engine
