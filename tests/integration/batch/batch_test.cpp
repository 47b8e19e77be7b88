// One batch through the engine and a real PostgreSQL, without Kafka: what becomes of each arrival.
#include "engine/batch/batch.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "adapters/postgres/case_store.hpp"
#include "adapters/postgres/operations.hpp"
#include "adapters/postgres/schema.hpp"
#include "adapters/postgres/vault.hpp"
#include "calendar/calendar.hpp"
#include "cloudevents/encode.hpp"
#include "engine/lanes/worker.hpp"
#include "operations/retention.hpp"
#include "support/database.hpp"
#include "support/forwarding_case_store.hpp"
#include "support/keys.hpp"
#include "support/places.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::engine {
namespace {

using adapters::postgres::CaseStore;
using adapters::postgres::PgOperations;
using namespace std::chrono_literals;

constexpr const char* lane_name = "kafka/test.events/0";
constexpr std::chrono::seconds lease{30};

// What a program reads once, and a database; made once for the binary.
struct World {
  test::TestDatabase database{"batch"};
  privacy::Keyring keyring = test::keyring_for({"0001", "0002", "0653"});
  const cloudevents::SchemaCatalogue& events = test::bench_events();
  const workflow::SchemaTable& schemas = test::bench_schemas();
  calendar::Calendar calendar;

  World() { adapters::postgres::bring_schema_up(database.address(), [](const std::string&) {}); }

  std::vector<workflow::WorkflowPtr> workflows() const {
    std::vector<workflow::WorkflowPtr> all;
    for (const char* file : {"bench/bench.yaml", "rae/kindergarten-place.yaml"}) {
      all.push_back(workflow::load(test::bench_content() / "workflows/municipalities" / file,
                                   {test::bench_content() / "workflows", schemas})
                        ->workflow);
    }
    all.push_back(test::places());
    return all;
  }
};

std::unique_ptr<World> world;

// One orchestrator's worker, as far as it is not a thread: its connection and its lanes.
struct Owner {
  explicit Owner(std::string owner_name)
      : name(std::move(owner_name)),
        store(world->database.address()),
        workflows(world->workflows(),
                  [](const std::string& text) {
                    return workflow::compile_canonical(text, world->schemas);
                  }),
        parts{workflows, world->events, world->calendar, world->keyring, {}} {
    workflows.register_with(store);
  }

  void take_all_lanes() {
    for (Lane& lane : store.take_lanes({lane_name}, name, lease)) lanes[lane.name] = lane;
    for (Lane& lane : store.take_internal_lanes(name, internal_lanes, lease)) {
      lanes[lane.name] = lane;
    }
  }

  BatchResult run(const std::vector<SourceRecord>& records) {
    std::vector<Arrival> arrivals;
    for (const SourceRecord& record : records) arrivals.push_back(understood(record));
    return run_batch(store, parts, lanes, name, lease, arrivals, max_batch);
  }

  Arrival understood(const SourceRecord& record) const {
    return understand(record, parts.schemas, parts.workflows, parts.calendar);
  }

  std::string name;
  CaseStore store;
  Workflows workflows;
  EngineParts parts;
  std::map<std::string, Lane> lanes;
};

class Batch : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!test::test_server().empty()) world = std::make_unique<World>();
  }
  static void TearDownTestSuite() { world.reset(); }

  void SetUp() override {
    if (!world) GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set; tests/run sets it";
    sql("truncate elukaar.cases, elukaar.correlation, elukaar.journal, elukaar.timer, elukaar.call,"
        " elukaar.action, elukaar.command, elukaar.deferred, elukaar.parked, elukaar.parked_key,"
        " elukaar.party, elukaar.clock_shift, elukaar.mass_event");
    sql("delete from elukaar.lane where kind = 'kafka'");
    sql("update elukaar.lane set owner = null, next_sequence = 1, published_sequence = 0");
    owner = std::make_unique<Owner>("one");
    owner->take_all_lanes();
  }
  void TearDown() override {
    if (HasFailure()) {
      for (const auto& row : sql("select reason, detail from elukaar.parked limit 5")) {
        std::cerr << "parked: " << row[0].c_str() << ": " << row[1].c_str() << std::endl;
      }
    }
    if (world) sql("drop trigger if exists offend on elukaar.journal");
  }

  pqxx::result sql(const std::string& text) {
    pqxx::connection connection(world->database.address());
    return pqxx::nontransaction(connection).exec(text);
  }
  std::string value(const std::string& text) {
    const pqxx::result rows = sql(text);
    return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].c_str();
  }
  int count(const std::string& from) { return std::stoi(value("select count(*) from " + from)); }
  // "applied|duplicates|parked" of the topic's lane.
  std::string counters() {
    return value("select applied || '|' || duplicates || '|' || parked from elukaar.lane"
                 " where kind = 'kafka'");
  }
  std::string text_shown() {
    return value("select status::jsonb->>'text' from elukaar.cases");
  }

  SourceRecord record(const std::string& type, const std::string& id, Json data,
                      const std::string& municipality = "0001") {
    cloudevents::CloudEvent event;
    event.id = id;
    event.source = "/test";
    event.type = type;
    event.time = *parse_rfc3339("2026-05-01T06:00:00Z") + std::chrono::seconds{offset_};
    event.municipality = Municipality{municipality};
    event.partition_key = "k";
    event.data = std::move(data);
    return {lane_name, offset_++, "k", cloudevents::encode(event),
            {{"content-type", std::string{cloudevents::structured_content_type}}}};
  }
  Json item(const std::string& name, int amount) {
    return {{"item", name}, {"amount", amount}, {"due", "2026-06-01"},
            {"payload", {{"a", ""}, {"b", ""}, {"c", ""}}}};
  }
  SourceRecord started(const std::string& name, const std::string& id = "") {
    return record("ee.elukaar.bench.started.v1", id.empty() ? name + "-0" : id, item(name, 1));
  }
  SourceRecord step(const std::string& name, int n) {
    return record("ee.elukaar.bench.step.v1", name + "-" + std::to_string(n), item(name, 1));
  }
  SourceRecord birth(const std::string& key, const std::string& id) {
    return record("ee.elukaar.birth.registered.v1", id,
                  {{"child", {{"key", key}, {"bornOn", "2026-04-20"}}}, {"residenceKov", "0653"}},
                  "0653");
  }
  SourceRecord annulment(const std::string& key, const std::string& id) {
    return record("ee.elukaar.birth.annulled.v1", id,
                  {{"child", {{"key", key}}},
                   {"replaces", {{"source", "/test"}, {"id", "birth"}}}},
                  "0653");
  }
  // The database refuses the journal rows `new` that fulfil this, as a bad row of any kind would be refused.
  void refuse_rows(const std::string& condition) {
    sql("create or replace function offend() returns trigger language plpgsql as $$ begin "
        "if " + condition + " then raise 'bad row' using errcode = '22P05'; end if; "
        "return new; end $$");
    sql("drop trigger if exists offend on elukaar.journal");
    sql("create trigger offend before insert on elukaar.journal "
        "for each row execute function offend()");
  }
  void refuse_event(const std::string& id) { refuse_rows("new.event_id = '" + id + "'"); }
  void command(operations::Order order) {
    ASSERT_TRUE(PgOperations(world->database.address())
                    .order(*Uuid::parse(value("select id from elukaar.cases")), order, "tester", "test"));
  }

  // Once through what the program keeps for a time only; what an operator is told of it.
  std::vector<std::string> keep_house() {
    PgOperations operators(world->database.address());
    std::vector<std::string> told;
    operations::Retention retention(operators, {[&](const std::string& what) { told.push_back(what); },
                                                [](const std::string& what) { FAIL() << what; }});
    retention.erase_due();
    return told;
  }

  std::unique_ptr<Owner> owner;
  const std::string child = "p1_mychildmychildmychild";

 private:
  std::int64_t offset_ = 0;
};

// ---- Duplicates ---------------------------------------------------------------------------------

TEST_F(Batch, applies_an_event_once_however_often_it_comes) {
  owner->run({started("a"), step("a", 1), step("a", 1)});  // again in the same batch
  owner->run({step("a", 1), started("a")});                 // and in a later one
  EXPECT_EQ(count("elukaar.cases"), 1);
  EXPECT_EQ(count("elukaar.journal"), 2);
  EXPECT_EQ(text_shown(), "s2");
  EXPECT_EQ(counters(), "2|3|0");
}

TEST_F(Batch, recognises_a_duplicate_after_the_case_is_closed) {
  std::vector<SourceRecord> life{started("a")};
  for (int n = 1; n <= 5; ++n) life.push_back(step("a", n));
  owner->run(life);
  ASSERT_EQ(value("select lifecycle from elukaar.cases"), "completed");
  owner->run({step("a", 3)});
  EXPECT_EQ(count("elukaar.cases"), 1);
  EXPECT_EQ(count("elukaar.parked"), 0);
  EXPECT_EQ(counters(), "6|1|0");
}

TEST_F(Batch, does_not_start_a_second_case_from_a_repeated_start) {
  owner->run({started("a")});
  owner->run({started("a")});
  owner->run({started("a", "another-id")});  // another event: ignorable by the file, journalled
  EXPECT_EQ(count("elukaar.cases"), 1);
  EXPECT_EQ(value("select string_agg(disposition, ',' order by sequence) from elukaar.journal"),
            "applied,ignored");
}

// ---- Early events -------------------------------------------------------------------------------

TEST_F(Batch, parks_an_early_event_and_applies_it_when_its_case_comes) {
  owner->run({step("a", 1)});
  EXPECT_EQ(value("select reason || '|' || status from elukaar.parked"), "early|parked");
  EXPECT_EQ(count("elukaar.parked_key"), 1);
  owner->run({started("a")});
  EXPECT_EQ(text_shown(), "s2");
  EXPECT_EQ(value("select status from elukaar.parked"), "applied");
  EXPECT_EQ(value("select length(bytes) from elukaar.parked"), "0");
  EXPECT_EQ(count("elukaar.parked_key"), 0);
}

TEST_F(Batch, applies_early_events_of_the_same_batch_in_their_order) {
  owner->run({step("a", 1), step("a", 2), started("a")});
  EXPECT_EQ(text_shown(), "s3");
  EXPECT_EQ(value("select string_agg(event_id, ',' order by sequence) from elukaar.journal"),
            "a-0,a-1,a-2");
  EXPECT_EQ(count("elukaar.parked where status <> 'applied'"), 0);
}

TEST_F(Batch, applies_an_early_event_once_that_came_twice) {
  owner->run({step("a", 1), step("a", 1)});
  owner->run({started("a")});
  EXPECT_EQ(text_shown(), "s2");
  EXPECT_EQ(count("elukaar.journal"), 2);
  EXPECT_EQ(count("elukaar.parked where status <> 'applied'"), 0);
}

// The instant between: one transaction has found no case and is about to park, another creates the
// case. The key's lock lets the second see what the first wrote.
TEST_F(Batch, strands_no_early_event_between_two_transactions) {
  Owner other("two");
  auto lanes = other.store.take_lanes({"kafka/test.events/1"}, "two", lease);
  other.lanes[lanes[0].name] = lanes[0];
  for (int round = 0; round < 25; ++round) {
    const std::string name = "race-" + std::to_string(round);
    SourceRecord early = step(name, 1);
    early.lane = "kafka/test.events/1";
    const SourceRecord start = started(name);
    std::thread first([&] { other.run({early}); });
    owner->run({start});
    first.join();
  }
  EXPECT_EQ(count("elukaar.cases"), 25);
  EXPECT_EQ(count("elukaar.cases where status::jsonb->>'text' = 's2'"), 25);
  EXPECT_EQ(count("elukaar.parked where status = 'parked'"), 0);
}

// The same, with the moment held open: the creator waits for the key that the parking one has.
TEST_F(Batch, waits_for_the_key_that_a_parking_transaction_holds) {
  Owner other("two");
  const CorrelationKey key{Municipality{"0001"}, "bench", "item", "a"};
  auto parking = other.store.begin();
  parking->lock_keys({key});
  std::atomic<bool> done = false;
  const SourceRecord start = started("a");
  std::thread creator([&] {
    owner->run({start});
    done = true;
  });
  while (count("pg_locks where locktype = 'advisory' and not granted") == 0 && !done) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(done);
  parking.reset();
  creator.join();
  EXPECT_EQ(count("elukaar.cases"), 1);
}

// ---- Annulment ----------------------------------------------------------------------------------

TEST_F(Batch, ends_a_case_silently_when_its_birth_is_annulled) {
  owner->run({birth(child, "birth")});
  ASSERT_EQ(count("elukaar.timer"), 1);
  owner->run({annulment(child, "annulled")});
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "completed");
  EXPECT_EQ(text_shown(), "");
  EXPECT_EQ(count("elukaar.timer"), 0);
  EXPECT_EQ(count("elukaar.journal where records is not null"), 0);
  owner->run({annulment(child, "annulled")});
  EXPECT_EQ(counters(), "2|1|0");
}

TEST_F(Batch, lets_an_annulment_that_overtakes_the_birth_end_it) {
  owner->run({annulment(child, "annulled")});
  EXPECT_EQ(value("select reason from elukaar.parked"), "early");
  owner->run({birth(child, "birth")});
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "completed");
}

// ---- Poison and bad rows ------------------------------------------------------------------------

TEST_F(Batch, parks_what_it_cannot_understand_with_a_reason_and_goes_on) {
  SourceRecord poison = started("p");
  poison.value = "{\"specversion\":\"1.0\",";
  SourceRecord tombstone = started("t");
  tombstone.value.reset();
  SourceRecord wrong = record("ee.elukaar.bench.started.v1", "w", {{"item", 7}});
  SourceRecord foreign = record("ee.elukaar.bench.started.v1", "f", item("f", 1), "0999");
  owner->run({started("a"), poison, tombstone, wrong, foreign, step("a", 1)});
  EXPECT_EQ(text_shown(), "s2");
  EXPECT_EQ(counters(), "2|0|4");
  EXPECT_EQ(count("elukaar.parked where detail = '' or bytes = ''"), 0);
  EXPECT_EQ(count("elukaar.parked where reason = 'not-served'"), 1);
  EXPECT_EQ(count("elukaar.parked where position(convert_to('specversion', 'UTF8') in bytes) > 0"),
            0);
}

// What has no thread of its own here: the records of one test, then the end.
class Records final : public EventSource {
 public:
  Records(std::vector<SourceRecord> records, std::stop_source& stop)
      : records_(std::move(records)), stop_(stop) {}
  std::vector<SourceRecord> drain(std::size_t, std::chrono::milliseconds) override {
    if (!assigned_) {
      assigned_ = true;
      listener->lanes_assigned({lane_name});
      if (once_assigned) once_assigned();
    }
    if (records_.empty() && ++empty_ == rounds_after) stop_.request_stop();
    return std::exchange(records_, {});
  }
  void rewind(const std::map<std::string, std::int64_t>&) override { ++rewinds; }
  void note_progress(const std::map<std::string, std::int64_t>&) override {}
  LaneListener* listener = nullptr;
  std::function<void()> once_assigned;
  int rewinds = 0;

 private:
  std::vector<SourceRecord> records_;
  // Enough for what is cut down to one input, and for what is looked after between rounds.
  static constexpr int rounds_after = 5;
  std::stop_source& stop_;
  bool assigned_ = false;
  int empty_ = 0;
};

class Topics final : public EventPublisher {
 public:
  void publish(OutgoingRecord record, Done done) override {
    published.push_back(std::move(record));
    done({});
  }
  std::vector<OutgoingRecord> published;
};

class Faults final : public WorkerObserver {
 public:
  void batch_done(const BatchResult&, std::size_t, std::chrono::microseconds) override {}
  void info(const std::string&) override {}
  void fault(const std::string& what) override { faults.push_back(what); }
  std::vector<std::string> faults;
};

struct Outcome {
  Topics topics;
  Faults faults;
  int rewinds = 0;
};

Outcome work_through(Owner& owner, std::vector<SourceRecord> records,
                     std::function<void()> once_assigned = {}) {
  Outcome run;
  std::stop_source stop;
  Records source(std::move(records), stop);
  source.once_assigned = std::move(once_assigned);
  WorkerSettings settings;
  settings.owner = "worker";
  settings.lease = std::chrono::seconds{2};  // so short that lanes are looked after in every round
  settings.after_fault = 1ms;
  Worker worker(settings, owner.store, source, run.topics, owner.parts, run.faults);
  source.listener = &worker.listener();
  worker.run(stop.get_token());
  run.rewinds = source.rewinds;
  return run;
}

TEST_F(Batch, finds_the_one_bad_row_and_parks_it_with_its_sqlstate) {
  std::vector<SourceRecord> records;
  for (int i = 0; i < 37; ++i) records.push_back(started("i" + std::to_string(i)));
  refuse_event("i23-0");
  const Outcome run = work_through(*owner, records);
  EXPECT_EQ(run.rewinds, 0);
  EXPECT_EQ(count("elukaar.cases"), 36);
  EXPECT_EQ(counters(), "36|0|1");
  EXPECT_EQ(value("select event_id || '|' || reason from elukaar.parked"), "i23-0|faulted");
  EXPECT_NE(value("select detail from elukaar.parked").find("22P05"), std::string::npos);
  EXPECT_EQ(value("select position from elukaar.lane where kind = 'kafka'"), "37");
  EXPECT_EQ(run.topics.published.size(), 36u);
}

TEST_F(Batch, applies_a_faulted_record_once_when_it_is_tried_again) {
  refuse_event("a-0");
  work_through(*owner, {started("a"), started("b")});
  sql("drop trigger offend on elukaar.journal");
  EXPECT_EQ(PgOperations(world->database.address()).retry_parked({}, "faulted"), 1u);
  sql("update elukaar.lane set owner = null");
  Owner next("next");
  next.take_all_lanes();
  next.run({});
  EXPECT_EQ(count("elukaar.cases"), 2);
  EXPECT_EQ(value("select status from elukaar.parked"), "applied");
  next.run({});
  EXPECT_EQ(count("elukaar.journal"), 2);
}

TEST_F(Batch, stops_the_one_case_whose_due_input_the_database_refuses) {
  owner->run({birth(child, "birth"), birth("p1_otherotherotherother", "birth2")});
  refuse_rows("new.case_id = (select case_id from elukaar.correlation where value = '" + child + "')");
  sql("update elukaar.lane set owner = null");
  sql("insert into elukaar.clock_shift (anchored_at, case_time, factor) values "
      "(clock_timestamp(), '2027-01-01', 1)");
  work_through(*owner, {started("a")});
  EXPECT_EQ(count("elukaar.cases where lifecycle = 'incident' and incident like '%22P05%'"), 1);
  EXPECT_EQ(count("elukaar.cases where lifecycle = 'active' and service = 'bench'"), 1);
}

TEST_F(Batch, tells_an_operator_in_the_journal_why_a_case_stands_still_and_goes_on_when_told) {
  owner->run({birth(child, "birth")});
  refuse_rows("new.kind = 'timer' and new.disposition = 'applied'");
  sql("update elukaar.lane set owner = null");
  sql("insert into elukaar.clock_shift (anchored_at, case_time, factor) values "
      "(clock_timestamp(), '2027-01-01', 1)");
  work_through(*owner, {});
  EXPECT_EQ(value("select disposition || '|' || (trace::jsonb->>'incident') from elukaar.journal "
                  "where kind = 'timer'"),
            "incident|the database refused what follows from it (SQLSTATE 22P05)");
  EXPECT_EQ(count("elukaar.deferred"), 1);
  sql("drop trigger offend on elukaar.journal");
  sql("update elukaar.lane set owner = null");
  command(operations::Order::retry);
  work_through(*owner, {});
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "active");
  EXPECT_EQ(count("elukaar.deferred"), 0);
  EXPECT_EQ(count("elukaar.call where operation = 'family'"), 1);
}

TEST_F(Batch, refuses_a_command_that_the_database_refuses) {
  owner->run({birth(child, "birth")});
  refuse_rows("new.kind = 'command'");
  sql("update elukaar.lane set owner = null");
  command(operations::Order::suspend);
  const Outcome run = work_through(*owner, {});
  EXPECT_EQ(run.faults.faults.size(), 1u);
  EXPECT_EQ(value("select outcome || '|' || detail from elukaar.command"),
            "refused|the database refused what follows from it (SQLSTATE 22P05)");
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "active");
}

TEST_F(Batch, takes_a_lane_back_that_is_still_its_own_under_an_epoch_it_has_not_heard_of) {
  sql("update elukaar.lane set owner = null");
  const Outcome run = work_through(*owner, {started("a")}, [&] {
    sql("update elukaar.lane set epoch = epoch + 1 where kind = 'kafka'");
  });
  EXPECT_GE(run.rewinds, 1);  // it is read again from where the database has it
  EXPECT_EQ(value("select owner is null from elukaar.lane where kind = 'kafka'"), "t");
}

TEST_F(Batch, discards_parked_records_after_their_time_and_keeps_the_reason) {
  owner->run({step("unknown", 1), record("ee.elukaar.bench.started.v1", "f", item("f", 1), "0999")});
  sql("update elukaar.parked set parked_at = clock_timestamp() - interval '30 days 1 second' "
      "where reason = 'early'");
  const std::vector<std::string> told = keep_house();
  EXPECT_EQ(value("select status || '|' || length(bytes) || '|' || (detail like '%30 days%') "
                  "from elukaar.parked where reason = 'early'"),
            "discarded|0|true");
  EXPECT_EQ(count("elukaar.parked_key"), 0);
  EXPECT_EQ(value("select status from elukaar.parked where reason <> 'early'"), "parked");
  EXPECT_EQ(told, std::vector<std::string>{"1 parked records were discarded: not applied within 30 days"});
}

TEST_F(Batch, erases_what_the_vault_was_to_keep_for_a_time_only) {
  adapters::postgres::PgVault vault(world->database.address(), world->keyring);
  const Timestamp now = *parse_rfc3339("2026-05-20T09:00:00Z");
  const auto entry = [&](const std::string& field, std::optional<Timestamp> keep_until) {
    return VaultEntry{Municipality{"0001"},
                      "",
                      Pseudonym{"p1_somebody"},
                      field,
                      Sensitive<std::string>("{}"),
                      privacy::FieldClass::special,
                      {"/kov/0001/portal", calendar::day_in_tallinn(now)},
                      now,
                      keep_until};
  };
  ASSERT_TRUE(vault.store({{entry("draft-old", now), entry("draft-new", now + 10 * 24h),
                            entry("phone", std::nullopt)},
                           {}}));
  sql("insert into elukaar.clock_shift (anchored_at, case_time, factor) values "
      "(clock_timestamp(), '2026-05-21', 1)");
  keep_house();
  EXPECT_EQ(value("select string_agg(field, ' ' order by field) from elukaar.vault_value"),
            "draft-new phone");
  sql("truncate elukaar.vault_key cascade");
}

// ---- Parked records tried again -----------------------------------------------------------------

TEST_F(Batch, keeps_a_record_parked_that_fails_again) {
  owner->run({record("ee.elukaar.bench.started.v1", "f", item("f", 1), "0999")});
  PgOperations operators(world->database.address());
  EXPECT_EQ(operators.retry_parked({}, ""), 1u);
  owner->run({});
  EXPECT_EQ(value("select status || '|' || reason from elukaar.parked"), "parked|not-served");
  EXPECT_EQ(counters(), "0|0|1");
  EXPECT_EQ(owner->run({}).internal_inputs, 0u);
}

TEST_F(Batch, does_not_try_for_ever_what_can_no_longer_be_opened) {
  owner->run({record("ee.elukaar.bench.started.v1", "f", item("f", 1), "0999")});
  sql("update elukaar.parked set bytes = 'gone'");
  EXPECT_EQ(PgOperations(world->database.address()).retry_parked({}, ""), 1u);
  owner->run({});
  EXPECT_EQ(owner->run({}).internal_inputs, 0u);
  EXPECT_EQ(value("select status from elukaar.parked"), "parked");
}

// ---- Lost lanes ---------------------------------------------------------------------------------

TEST_F(Batch, commits_nothing_on_a_lane_that_somebody_else_has_taken) {
  Owner other("two");
  other.store.take_lanes({lane_name}, "two", lease);
  const Lane before = owner->lanes.at(lane_name);
  const BatchResult result = owner->run({started("a")});
  EXPECT_TRUE(result.lost_lanes);
  EXPECT_EQ(count("elukaar.cases"), 0);
  EXPECT_EQ(count("elukaar.journal"), 0);
  EXPECT_EQ(owner->lanes.at(lane_name).next_sequence, before.next_sequence);
  EXPECT_EQ(owner->store.keep_lanes({before}, "one", lease), std::vector<LaneId>{before.id});
}

TEST_F(Batch, commits_nothing_when_it_has_lost_one_of_several_lanes) {
  Owner other("two");
  other.store.take_lanes({lane_name}, "two", lease);
  owner->run({});
  SourceRecord mine = started("mine");
  auto taken = owner->store.take_lanes({"kafka/test.events/7"}, "one", lease);
  owner->lanes[taken[0].name] = taken[0];
  mine.lane = taken[0].name;
  EXPECT_TRUE(owner->run({mine, started("lost")}).lost_lanes);
  EXPECT_EQ(count("elukaar.cases"), 0);
  EXPECT_EQ(value("select position from elukaar.lane where name = 'kafka/test.events/7'"), "");
}

TEST_F(Batch, reads_from_where_the_former_owner_committed) {
  owner->run({started("a"), step("a", 1)});
  Owner other("two");
  const auto lanes = other.store.take_lanes({lane_name}, "two", lease);
  ASSERT_EQ(lanes.size(), 1u);
  EXPECT_EQ(lanes[0].position, 2);
  EXPECT_EQ(lanes[0].next_sequence, 3);
  EXPECT_EQ(lanes[0].epoch, owner->lanes.at(lane_name).epoch + 1);
}

TEST_F(Batch, publishes_the_same_bytes_again_from_the_mark) {
  const BatchResult result = owner->run({started("a"), step("a", 1)});
  std::vector<std::string> first;
  for (const Published& row : result.published) {
    for (const OutgoingRecord& record : row.records) first.push_back(record.value);
  }
  const Outcome next = work_through(*owner, {});
  std::vector<std::string> again;
  for (const OutgoingRecord& record : next.topics.published) again.push_back(record.value);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(again, first);
}

// ---- Waiting ------------------------------------------------------------------------------------

// The answer of the register and the queue's move, as rows of the database.
class Applied : public Batch {
 protected:
  // A child's case in state `checking` or beyond, with an application "a1".
  void apply() {
    owner->run({birth(child, "birth"),
                record("ee.elukaar.application.submitted.v1", "applied",
                       {{"application",
                         {{"id", "a1"}, {"applicant", "p1_parentparentparentpar"},
                          {"submittedAt", "2026-05-05T06:00:00Z"}, {"wishedStart", "2027-11-01"},
                          {"language", "et"}, {"preferences", {"rae-aiamaa"}}}},
                        {"child", {{"key", child}}}},
                       "0653")});
    ASSERT_EQ(text_shown(), "checking");
  }
  SourceRecord moved(const std::string& id, int position) {
    return record("ee.elukaar.queue.position-changed.v1", id,
                  {{"application", {{"id", "a1"}}},
                   {"queue", {{"scope", "rae"}, {"position", position}, {"of", 40},
                              {"ruleRef", "application-time"}}}},
                  "0653");
  }
  void answer(const std::string& invoke, const std::string& result) {
    sql("update elukaar.call set status = 'succeeded', news = 'done', result = '" + result +
        "' where invoke = '" + invoke + "'");
  }
  static constexpr const char* lives_here =
      R"({"childLivesHere":true,"applicantLivesHere":true,"custody":true})";
  // The register also says who else has custody: nobody had told us.
  static constexpr const char* family =
      R"({"alive":true,"livesHere":true,"protected":false,"guardians":[{"key":"p1_parentparentparentpar"}]})";
  static constexpr const char* registered =
      R"({"registerId":"r","status":"queued","queue":{"scope":"rae","position":12,"of":40,"ruleRef":"application-time"}})";
};

TEST_F(Applied, offers_a_deferred_event_again_when_the_case_has_come_so_far) {
  apply();
  owner->run({moved("early-move", 7)});
  EXPECT_EQ(count("elukaar.deferred"), 1);
  EXPECT_EQ(value("select deferred from elukaar.cases"), "1");
  answer("residence", lives_here);
  owner->run({});
  answer("family", family);
  owner->run({});
  EXPECT_EQ(count("elukaar.deferred"), 1);
  answer("register", registered);
  owner->run({});
  EXPECT_EQ(text_shown(), "queued");
  EXPECT_EQ(value("select status::jsonb->'args'->>'ahead' from elukaar.cases"), "6");
  EXPECT_EQ(count("elukaar.deferred"), 0);
  EXPECT_EQ(value("select deferred from elukaar.cases"), "0");
  // Both rows of the one event: when it was deferred, and when and why it was applied.
  EXPECT_EQ(value("select string_agg(disposition, ',' order by sequence) from elukaar.journal"
                  " where event_id = 'early-move'"),
            "deferred,applied");
  EXPECT_EQ(count("elukaar.journal where event_id = 'early-move' and cause is not null"), 1);
  owner->run({moved("early-move", 7)});
  EXPECT_EQ(value("select duplicates from elukaar.lane where kind = 'kafka'"), "1");
}

// Lets something happen right after the batch has read what is due.
class AfterReading final : public test::ForwardingCaseStore {
 public:
  AfterReading(CaseStore& store, std::function<void()> happens)
      : ForwardingCaseStore(store), happens_(std::move(happens)) {}

  std::unique_ptr<BatchTransaction> begin() override {
    struct Transaction final : test::ForwardingTransaction {
      Transaction(std::unique_ptr<BatchTransaction> inner, std::function<void()>& what)
          : ForwardingTransaction(std::move(inner)), happens(what) {}
      std::vector<DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) override {
        auto due = ForwardingTransaction::due_inputs(lanes, most);
        happens();
        return due;
      }
      std::function<void()>& happens;
    };
    return std::make_unique<Transaction>(ForwardingCaseStore::begin(), happens_);
  }

 private:
  std::function<void()> happens_;
};

TEST_F(Applied, does_not_lose_an_answer_that_comes_while_the_news_of_a_delay_is_read) {
  apply();
  sql("update elukaar.call set status = 'backoff', news = 'delayed', delayed_since = clock_timestamp()"
      " where invoke = 'residence'");
  AfterReading store(owner->store, [&] { answer("residence", lives_here); });
  run_batch(store, owner->parts, owner->lanes, owner->name, lease, {}, max_batch);
  EXPECT_EQ(value("select string_agg(name, ',' order by sequence) from elukaar.journal where kind = 'call'"),
            "delayed");
  EXPECT_EQ(value("select news from elukaar.call where invoke = 'residence'"), "done");
  owner->run({});
  EXPECT_EQ(value("select string_agg(name, ',' order by sequence) from elukaar.journal where kind = 'call'"),
            "delayed,done");
}

TEST_F(Applied, parks_a_deferred_event_at_its_limit) {
  apply();
  owner->run({moved("early-move", 7)});
  sql("update elukaar.deferred set until = clock_timestamp() - interval '1 second'");
  owner->run({});
  EXPECT_EQ(count("elukaar.deferred"), 0);
  EXPECT_EQ(value("select reason from elukaar.parked"), "deferred-too-long");
  EXPECT_EQ(value("select deferred from elukaar.cases"), "0");
}

TEST_F(Applied, stands_still_in_an_incident_until_an_operator_says_try_again) {
  apply();
  const std::string before = value("select status from elukaar.cases");
  answer("residence", "{}");  // the guard cannot be evaluated
  owner->run({});
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "incident");
  EXPECT_EQ(value("select status from elukaar.cases"), before);
  owner->run({annulment(child, "annulled")});
  EXPECT_EQ(count("elukaar.deferred"), 2);
  command(operations::Order::retry);
  owner->run({});  // the answer is as bad as before: it stands still again, nothing is lost
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "incident");
  EXPECT_EQ(count("elukaar.deferred"), 2);
  // Whatever made it fail is repaired.
  sql("update elukaar.deferred set input = replace(input, ',{}]', '," + std::string(lives_here) +
      "]')");
  command(operations::Order::retry);
  owner->run({});
  // The answer moves the case on, and the annulment that waited behind it takes the application out.
  EXPECT_EQ(value("select lifecycle from elukaar.cases"), "active");
  EXPECT_EQ(count("elukaar.call where operation = 'withdraw'"), 1);
  EXPECT_EQ(count("elukaar.deferred"), 0);
  EXPECT_EQ(value("select deferred from elukaar.cases"), "0");
}

TEST_F(Applied, takes_an_answer_once) {
  apply();
  answer("residence", lives_here);
  owner->run({});
  answer("family", family);
  owner->run({});
  EXPECT_EQ(owner->run({}).internal_inputs, 0u);
  EXPECT_EQ(count("elukaar.call where invoke = 'register'"), 1);
}

TEST_F(Applied, fires_a_timer_once_and_not_before_its_date) {
  owner->run({birth(child, "birth")});
  sql("insert into elukaar.clock_shift (anchored_at, case_time, factor) values "
      "(clock_timestamp(), '2026-05-03T20:00:00Z', 1)");
  EXPECT_EQ(owner->run({}).internal_inputs, 0u);
  sql("update elukaar.clock_shift set case_time = '2026-05-03T21:00:01Z'");
  EXPECT_EQ(owner->run({}).internal_inputs, 1u);
  EXPECT_EQ(count("elukaar.call where operation = 'family'"), 1);
  EXPECT_EQ(owner->run({}).internal_inputs, 0u);
}

TEST_F(Applied, keeps_a_timer_whose_date_is_moved_while_it_is_read_as_due) {
  owner->run({birth(child, "birth")});
  sql("insert into elukaar.clock_shift (anchored_at, case_time, factor) values "
      "(clock_timestamp(), '2026-05-03T21:00:01Z', 1)");
  // As another worker would: the case and its row, in one commit.
  AfterReading store(owner->store, [&] {
    sql("begin; "
        "update elukaar.cases c set state = replace(c.state, (extract(epoch from t.due_at) * 1000000)::bigint::text,"
        " (extract(epoch from t.due_at + interval '10 years') * 1000000)::bigint::text) from elukaar.timer t;"
        "update elukaar.timer set due_at = due_at + interval '10 years'; commit");
  });
  EXPECT_EQ(run_batch(store, owner->parts, owner->lanes, owner->name, lease, {}, max_batch).internal_inputs, 1u);
  EXPECT_EQ(value("select disposition from elukaar.journal where kind = 'timer'"), "stale");
  EXPECT_EQ(count("elukaar.timer"), 1);
  sql("update elukaar.clock_shift set case_time = '2036-05-03T21:00:01Z'");
  EXPECT_EQ(owner->run({}).internal_inputs, 1u);
  EXPECT_EQ(value("select disposition from elukaar.journal where kind = 'timer' order by sequence desc limit 1"),
            "applied");
}

// ---- Events for all cases -----------------------------------------------------------------------

class Mass : public Batch {
 protected:
  void begin_cases(int many) {
    for (int i = 0; i < many;) {
      std::vector<SourceRecord> records;
      for (; i < many && records.size() < 300; ++i) records.push_back(began("m" + std::to_string(i)));
      owner->run(records);
    }
    ASSERT_EQ(count("elukaar.cases"), many);
  }
  SourceRecord began(const std::string& name) {
    return record("ee.elukaar.bench.started.v1", name + "-0", item(name, 1), "0002");
  }
  SourceRecord round(const std::string& id = "round-1") {
    return record("ee.elukaar.round.started.v1", id, {{"round", {{"id", id}}}}, "0002");
  }
  int reached() { return count("elukaar.journal where name = 'round'"); }
  int called() { return count("elukaar.cases where state::jsonb->'active' = '[\"called\"]'"); }
  bool done() { return count("elukaar.mass_event where done_at is null") == 0; }
  // A worker cuts the page in two again in each round until it finds the offender.
  void work_to_the_end() {
    for (int i = 0; i < 10 && !done(); ++i) {
      sql("update elukaar.lane set owner = null");
      work_through(*owner, {});
    }
  }
};

TEST_F(Mass, reaches_every_case_once_and_no_case_that_comes_later) {
  begin_cases(1'101);
  owner->run({began("before"), round(), round(), began("after")});
  EXPECT_EQ(reached(), 0);
  EXPECT_EQ(count("elukaar.mass_event"), 1);
  owner->run({began("later")});  // while its first page is carried out
  EXPECT_EQ(reached(), 500);
  owner->run({round()});
  EXPECT_EQ(reached(), 1'000);
  EXPECT_FALSE(done());
  owner->run({});
  EXPECT_TRUE(done());
  owner->run({});
  EXPECT_EQ(reached(), 1'102);
  EXPECT_EQ(called(), 1'102);
  EXPECT_EQ(count("elukaar.journal where name = 'round' and disposition <> 'applied'"), 0);
  EXPECT_EQ(value("select duplicates from elukaar.lane where kind = 'kafka'"), "2");
  owner->run({round()});
  EXPECT_EQ(count("elukaar.mass_event"), 1) << "the row stays, as the event's receipt";
  EXPECT_TRUE(done());
}

TEST_F(Mass, goes_on_with_another_worker_where_the_first_one_died) {
  begin_cases(700);
  owner->run({round()});
  owner->run({});
  EXPECT_EQ(reached(), 500);
  {
    // It dies with a page decided and not committed.
    auto dying = owner->store.begin();
    const auto page = dying->broadcast_page({Municipality{"0002"}, "places",
                                        *Uuid::parse(value("select receipt from elukaar.mass_event"))},
                                       max_broadcast_page);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->cases.size(), 200u);
    EXPECT_TRUE(page->last);
  }
  sql("update elukaar.lane set lease_until = clock_timestamp() - interval '1 second'");
  Owner other("other");
  other.take_all_lanes();
  EXPECT_TRUE(owner->run({}).lost_lanes) << "the first one wakes up";
  EXPECT_EQ(reached(), 500);
  other.run({});
  EXPECT_EQ(reached(), 700);
  EXPECT_EQ(called(), 700);
  EXPECT_TRUE(done());
}

TEST_F(Mass, stops_only_the_case_that_the_database_refuses) {
  begin_cases(40);
  owner->run({round()});
  refuse_rows("new.case_id = (select case_id from elukaar.correlation where value = 'm17') "
              "and new.disposition = 'applied'");
  work_to_the_end();
  EXPECT_EQ(called(), 39);
  EXPECT_EQ(count("elukaar.cases where lifecycle = 'incident' and incident like '%22P05%'"), 1);
  EXPECT_EQ(count("elukaar.deferred"), 1) << "it waits for an operator";
  EXPECT_TRUE(done());
}

TEST_F(Mass, passes_a_case_of_which_nothing_can_be_stored) {
  begin_cases(20);
  owner->run({round()});
  refuse_rows("new.case_id = (select case_id from elukaar.correlation where value = 'm7')");
  work_to_the_end();
  EXPECT_EQ(called(), 19);
  EXPECT_EQ(count("elukaar.cases where lifecycle = 'incident' and incident like '%22P05%'"), 1);
  EXPECT_TRUE(done());
}

TEST_F(Batch, adds_up_what_became_of_every_record) {
  std::vector<SourceRecord> records;
  for (int i = 0; i < 60; ++i) records.push_back(started("i" + std::to_string(i)));
  for (int i = 0; i < 60; i += 3) records.push_back(step("i" + std::to_string(i), 1));
  for (int i = 0; i < 60; i += 5) records.push_back(started("i" + std::to_string(i)));
  for (int i = 0; i < 7; ++i) {
    SourceRecord poison = started("p" + std::to_string(i));
    poison.value = "x";
    records.push_back(poison);
  }
  const auto total = records.size();
  owner->run(records);
  EXPECT_EQ(counters(), "80|12|7");
  const auto counts = PgOperations(world->database.address()).counts("test.events");
  EXPECT_EQ(counts.applied + counts.duplicates + counts.parked,
            static_cast<std::int64_t>(total));
}

}  // namespace
}  // namespace elukaar::engine
