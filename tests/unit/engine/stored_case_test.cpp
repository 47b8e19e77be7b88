// A case that has been text in the database decides as the one that never left memory: what a simulation sees is
// what production does.
#include "support/forwarding_case_store.hpp"
#include "support/through_text.hpp"
#include "unit/engine/town.hpp"

namespace elukaar::engine {
namespace {

class TextStore : public test::ForwardingCaseStore {
 public:
  using ForwardingCaseStore::ForwardingCaseStore;

  std::unique_ptr<BatchTransaction> begin() override {
    struct Transaction final : test::ForwardingTransaction {
      using ForwardingTransaction::ForwardingTransaction;
      std::vector<std::unique_ptr<StoredCase>> lock_cases(std::vector<CaseRef> refs) override {
        return test::through_text(ForwardingTransaction::lock_cases(std::move(refs)));
      }
    };
    return std::make_unique<Transaction>(ForwardingCaseStore::begin());
  }
};

// One store with lanes of its own, and all that was journalled.
struct Side {
  Side(const simulate::World::Parts& library, const EngineParts& town, Timestamp start, bool as_text)
      : store(start),
        text(store),
        port(as_text ? static_cast<CaseStore&>(text) : store),
        workflows(library.workflows, library.compile),
        parts{workflows, town.schemas, town.calendar, town.keyring, {}, as_text} {
    workflows.register_with(store);
    for (Lane& lane : store.take_lanes({test::partition}, "w", test::lease)) adopt(lane);
    for (Lane& lane : store.take_internal_lanes("w", internal_lanes, test::lease)) adopt(lane);
  }

  void adopt(Lane& lane) { lanes[lane.name] = std::move(lane); }

  void run(const std::vector<Arrival>& arrivals) {
    BatchResult result = run_batch(port, parts, lanes, "w", test::lease, arrivals, 100);
    for (Published& each : result.published) published.push_back(std::move(each));
    for (JournalRow& row : store.take_journal()) journal.push_back(std::move(row));
  }

  simulate::MemoryCaseStore store;
  TextStore text;
  CaseStore& port;
  Workflows workflows;
  EngineParts parts;
  std::map<std::string, Lane> lanes;
  std::vector<JournalRow> journal;
  std::vector<Published> published;
};

class Keeping : public test::Town {
 protected:
  Side texts{of_library, parts, store.now(), true};
  Side values{of_library, parts, store.now(), false};

  void run(std::vector<SourceRecord> records = {}) {
    std::vector<Arrival> arrivals;
    for (SourceRecord& record : records) arrivals.push_back(understood(std::move(record)));
    for (Side* side : {&texts, &values}) side->run(arrivals);
  }
  void move_on(std::chrono::seconds by) {
    for (Side* side : {&texts, &values}) side->store.move_to(side->store.now() + by);
    run();
  }
  using Kind = core::CallUpdate::Kind;
  void answer(const std::string& operation, Kind kind, const Json& output) {
    for (Side* side : {&texts, &values}) {
      for (const auto& [id, call] : side->store.calls()) {
        if (call.request.operation == operation) {
          side->store.add_update(id, side->store.now(), kind, output);
        }
      }
    }
    run();
  }

  // Hashes chain each row's trace and records, so equal last hashes are equal histories.
  void expect_the_same() {
    ASSERT_EQ(texts.journal.size(), values.journal.size());
    std::size_t records = 0;
    for (std::size_t i = 0; i < texts.journal.size(); ++i) {
      const core::JournalEntry& text = *texts.journal[i].entry;
      const core::JournalEntry& value = *values.journal[i].entry;
      EXPECT_EQ(text.hash, value.hash) << text.name;
      EXPECT_EQ(Json::parse(text.written_trace), value.trace);
      ASSERT_EQ(text.records.size(), value.records.size());
      for (std::size_t r = 0; r < text.records.size(); ++r) {
        ++records;
        const Json data = Json::parse(text.records[r].data);
        EXPECT_EQ(data, simulate::data_of(value.records[r]));
        if (value.records[r].kind == core::Record::Kind::status) {
          EXPECT_EQ(data.at("status"), *value.status);
        }
      }
    }
    std::size_t outgoing = 0;
    for (const Published& each : texts.published) outgoing += each.records.size();
    EXPECT_EQ(outgoing, records);
    EXPECT_TRUE(values.published.empty()) << "nobody reads a simulation's outbox";
    ASSERT_EQ(texts.store.cases().size(), values.store.cases().size());
    for (const auto& [ref, each] : texts.store.cases()) {
      const core::Case& text = *each.value;
      const core::Case& value = *values.store.cases().at(ref).value;
      EXPECT_EQ(core::state_document(text, *workflow), core::state_document(value, *workflow));
      EXPECT_EQ(*text.context, *value.context);
      EXPECT_EQ(*text.status, *value.status);
      EXPECT_EQ(text.lifecycle, value.lifecycle);
      EXPECT_EQ(text.deferred, value.deferred);
      EXPECT_EQ(text.hash, value.hash);
    }
  }
};

TEST_F(Keeping, as_text_or_as_values_makes_no_difference_to_a_case) {
  run({birth()});
  move_on(std::chrono::days{20});
  answer("family", Kind::done,
         {{"alive", true}, {"livesHere", true}, {"protected", false},
          {"guardians", {{{"key", "p1_parentparentparentparentpa"}}}}});
  run({application(), moved("early", 7)});
  expect_the_same();
  EXPECT_EQ(values.store.cases().begin()->second.value->deferred, 1u) << "the way has to have one that waits";
  answer("residence", Kind::delayed, Json{});
  answer("residence", Kind::done,
         {{"childLivesHere", true}, {"applicantLivesHere", true}, {"custody", true},
          {"asOf", "2026-06-01"}});
  answer("register", Kind::done,
         {{"registerId", "R"}, {"status", "queued"},
          {"queue", {{"scope", "s"}, {"position", 12}, {"of", 40},
                     {"ruleRef", "application-time"}}}});
  for (int month = 0; month < 12; ++month) move_on(std::chrono::days{30});
  expect_the_same();
  EXPECT_EQ(values.store.cases().begin()->second.value->status->at("text"), "queued");
  EXPECT_GT(values.journal.size(), 10u);
}

TEST_F(Keeping, lets_an_unpinned_case_follow_a_newer_release) {
  values.run({understood(birth())});
  auto newer = std::make_shared<workflow::Workflow>(*workflow);
  newer->digest = "another";
  Workflows other({newer}, of_library.compile);
  other.register_with(values.store);
  EngineParts with{other, parts.schemas, calendar, keyring, {}};
  values.store.move_to(values.store.now() + std::chrono::days{20});
  run_batch(values.store, with, values.lanes, "w", test::lease, {}, 100);
  const DecidedCase& moved = values.store.cases().begin()->second;
  EXPECT_EQ(moved.workflow, newer);
  EXPECT_GT(moved.value->sequence, 1u);
}

}  // namespace
}  // namespace elukaar::engine
