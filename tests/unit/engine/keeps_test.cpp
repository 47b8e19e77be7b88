// A store of texts and a store of values are told the same: what a simulation sees is what the database
// would have been given.
#include "unit/engine/town.hpp"

namespace elukaar::engine {
namespace {

// One store with lanes of its own, and all that was journalled.
struct Side {
  Side(const simulate::World::Parts& library, const EngineParts& town, Timestamp start, Keeps keeps)
      : store(start, keeps),
        workflows(library.workflows, library.compile),
        parts{workflows, town.schemas, town.calendar, town.keyring, {}} {
    workflows.register_with(store);
    for (Lane& lane : store.take_lanes({test::partition}, "w", test::lease)) adopt(lane);
    for (Lane& lane : store.take_internal_lanes("w", internal_lanes, test::lease)) adopt(lane);
  }

  void adopt(Lane& lane) { lanes[lane.name] = std::move(lane); }

  void run(const std::vector<Arrival>& arrivals) {
    run_batch(store, parts, lanes, "w", test::lease, arrivals, 100);
    for (JournalRow& row : store.take_journal()) journal.push_back(std::move(row));
  }

  simulate::MemoryCaseStore store;
  Workflows workflows;
  EngineParts parts;
  std::map<std::string, Lane> lanes;
  std::vector<JournalRow> journal;
};

class Keeping : public test::Town {
 protected:
  Side texts{of_library, parts, store.now(), Keeps::texts};
  Side values{of_library, parts, store.now(), Keeps::values};

  void run(std::vector<SourceRecord> records = {}) {
    std::vector<Arrival> arrivals;
    for (SourceRecord& record : records) arrivals.push_back(understood(std::move(record)));
    for (Side* side : {&texts, &values}) side->run(arrivals);
  }
  void move_on(std::chrono::seconds by) {
    for (Side* side : {&texts, &values}) side->store.move_to(side->store.now() + by);
    run();
  }
  void answer(const std::string& operation, const std::string& news, const Json& output) {
    for (Side* side : {&texts, &values}) {
      for (const auto& [id, call] : side->store.calls()) {
        if (call.request.operation == operation) {
          side->store.add_news(id, side->store.now(), news, output);
        }
      }
    }
    run();
  }

  // Hashes chain each row's trace and records, so equal last hashes are equal histories.
  void expect_the_same() {
    ASSERT_EQ(texts.journal.size(), values.journal.size());
    for (std::size_t i = 0; i < texts.journal.size(); ++i) {
      const JournalRow& text = texts.journal[i];
      const JournalRow& value = values.journal[i];
      EXPECT_EQ(text.hash, value.hash) << text.name;
      ASSERT_TRUE(value.told);
      EXPECT_EQ(Json::parse(text.trace), value.told->trace);
      const auto records = decode_records(text.records.empty() ? "[]" : text.records);
      ASSERT_EQ(records.size(), value.told->records.size());
      for (std::size_t r = 0; r < records.size(); ++r) {
        const Json data = Json::parse(records[r].value).at("data");
        EXPECT_EQ(data, simulate::data_of(value.told->records[r]));
        if (value.told->records[r].kind == core::Record::Kind::status) {
          EXPECT_EQ(data.at("status"), *value.told->status);
        }
      }
      EXPECT_TRUE(value.trace.empty() && value.records.empty());
    }
    ASSERT_EQ(texts.store.cases().size(), values.store.cases().size());
    for (const auto& [ref, text] : texts.store.cases()) {
      const CaseRow& value = values.store.cases().at(ref);
      ASSERT_TRUE(value.value);
      EXPECT_EQ(text.state, core::state_document(*value.value, *workflow).dump());
      EXPECT_EQ(text.context, value.value->context->dump());
      EXPECT_EQ(text.status.value_or("null"), value.value->status->dump());
      EXPECT_EQ(text.lifecycle, value.lifecycle);
      EXPECT_EQ(text.deferred, value.deferred);
      EXPECT_EQ(text.hash, value.hash);
    }
  }
};

TEST_F(Keeping, values_or_texts_makes_no_difference_to_a_case) {
  run({birth()});
  move_on(std::chrono::days{20});
  answer("family", "done",
         {{"alive", true}, {"livesHere", true}, {"protected", false},
          {"guardians", {{{"key", "p1_parentparentparentparentpa"}}}}});
  run({application(), moved("early", 7)});
  expect_the_same();
  EXPECT_EQ(values.store.cases().begin()->second.deferred, 1u) << "the way has to have one that waits";
  answer("residence", "delayed", Json{});
  answer("residence", "done",
         {{"childLivesHere", true}, {"applicantLivesHere", true}, {"custody", true},
          {"asOf", "2026-06-01"}});
  answer("register", "done",
         {{"registerId", "R"}, {"status", "queued"},
          {"queue", {{"scope", "s"}, {"position", 12}, {"of", 40},
                     {"ruleRef", "application-time"}}}});
  for (int month = 0; month < 12; ++month) move_on(std::chrono::days{30});
  expect_the_same();
  EXPECT_EQ(values.store.cases().begin()->second.value->status->at("text"), "queued");
  EXPECT_GT(values.journal.size(), 10u);
}

TEST_F(Keeping, values_serves_one_release) {
  run({birth()});
  // The same stored case under a service that has a newer one.
  auto newer = std::make_shared<workflow::Workflow>(*workflow);
  newer->digest = "another";
  Workflows other({newer}, of_library.compile);
  other.register_with(values.store);
  EngineParts with{other, parts.schemas, calendar, keyring, {}};
  values.store.move_to(values.store.now() + std::chrono::days{20});
  EXPECT_THROW(run_batch(values.store, with, values.lanes, "w", test::lease, {}, 100),
               std::logic_error);
}

}  // namespace
}  // namespace elukaar::engine
