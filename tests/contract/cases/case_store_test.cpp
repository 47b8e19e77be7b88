// One suite for every case store. PostgreSQL's runs where ELUKAAR_TEST_POSTGRES (a libpq connection string) is
// set; each test has a database of its own.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <functional>
#include <set>

#include "base/overloaded.hpp"
#include "contract/cases/bench.hpp"
#include "support/places.hpp"

namespace elukaar::contract {
namespace {

using engine::BroadcastRef;
using engine::CorrelationKey;
using engine::DecidedCase;
using engine::DueInput;
using engine::Lane;
using engine::Writes;
using Kind = core::CallUpdate::Kind;

constexpr std::chrono::seconds lease{60};
const std::string topic = "kafka/events/0";
const Municipality town("0002");

Uuid uuid(int n) {
  return *Uuid::parse(fmt::format("0190a1b2-0000-7000-8000-{:012x}", n));
}

class CaseStoreContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "memory") {
      bench = std::make_unique<MemoryBench>();
    } else if (test::test_server().empty()) {
      GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set; tests/run sets it";
    } else {
      bench = std::make_unique<PostgresBench>();
    }
    release = store().release_number(*workflow);
    for (Lane& lane : store().take_lanes({topic}, "one", lease)) lanes[lane.name] = lane;
    for (Lane& lane : store().take_internal_lanes("one", engine::internal_lanes, lease)) {
      lanes[lane.name] = lane;
    }
  }

  engine::CaseStore& store() { return bench->store(); }

  // A case in state `waiting`, with nothing else to it.
  core::Case plain(int n) {
    core::Case value;
    value.municipality = town;
    value.id = CaseId{uuid(n)};
    value.service = workflow->service;
    value.configuration = *workflow->chart.restore({"waiting"});
    value.entered["waiting"] = {1, bench->hour(0)};
    value.entries = 1;
    value.context = Json{{"amount", 1}, {"round", ""}};
    value.sequence = 1;
    value.decided_at = value.created_at = bench->hour(0);
    return value;
  }
  DecidedCase decided(core::Case value) const {
    return {std::make_shared<const core::Case>(std::move(value)), workflow, release};
  }
  static CaseRef ref(int n) { return {town, CaseId{uuid(n)}}; }
  static int lane_of(int n) { return engine::internal_lane_of(CaseId{uuid(n)}); }
  CorrelationKey key(const std::string& value) const { return {town, workflow->service, "item", value}; }

  // Commits; the topic's lane is moved by a row, as every batch does.
  void commit(const Writes& writes) {
    Lane& lane = lanes.at(topic);
    lane.position = lane.position.value_or(0) + 1;
    auto transaction = store().begin();
    ASSERT_TRUE(transaction->write({lane}, "one", lease, writes));
    transaction->commit();
  }
  void create(std::initializer_list<int> numbers) {
    Writes writes;
    for (const int n : numbers) writes.created.push_back(decided(plain(n)));
    commit(writes);
  }
  void change(int n, const std::function<void(core::Case&)>& how) {
    core::Case value = plain(n);
    how(value);
    Writes writes;
    writes.updated.push_back(decided(std::move(value)));
    commit(writes);
  }
  std::shared_ptr<const core::Case> read(int n) {
    auto transaction = store().begin();
    const auto found = transaction->lock_cases({ref(n)});
    return found.empty() ? nullptr : found.front()->read(*workflow).value();
  }

  static engine::TimerRow timer(int n, Timestamp due, const std::string& name = "soon") {
    return {ref(n), lane_of(n), {"waiting", name, 1, due, false}};
  }
  static engine::CallRow call(int n, int id) {
    core::CallRequest request{CallId{uuid(id)}, "waiting", 1, "family", "population-register", "family",
                              {{"child", "c"}}, std::chrono::seconds{5}, std::nullopt};
    return {ref(n), lane_of(n), request};
  }
  engine::JournalRow row(int n, std::uint64_t sequence, const std::string& id) {
    core::JournalEntry entry;
    entry.sequence = sequence;
    entry.key = {"/test", id};
    entry.kind = "event";
    entry.name = "began";
    entry.at = bench->hour(0);
    entry.written_trace = "{}";
    engine::JournalRow made;
    made.ref = ref(n);
    made.lane = lanes.at(topic).id;
    made.lane_sequence = lanes.at(topic).next_sequence++;
    made.receipt = uuid(1000 + static_cast<int>(made.lane_sequence));
    made.release = release;
    made.entry = std::make_shared<const core::JournalEntry>(std::move(entry));
    return made;
  }
  engine::ParkedRow parked(int id, std::vector<CorrelationKey> keys = {}) const {
    engine::ParkedRow made;
    made.id = uuid(id);
    made.municipality = town;
    made.origin = topic;
    made.position = id;
    made.reason = keys.empty() ? "unexpected" : "early";
    made.detail = "a sentence";
    made.bytes = std::string{"sealed\0", 7} + std::to_string(id);
    made.keys = std::move(keys);
    return made;
  }
  engine::BroadcastEvent broadcast(int receipt, int hour) {
    return {{town, workflow->service, uuid(receipt)}, {"/test", "round-" + std::to_string(receipt)},
            "ee.elukaar.round.started.v1", {{"data", {{"round", {{"id", "r"}}}}}}, bench->hour(hour),
            bench->hour(hour), 4};
  }

  static std::vector<int> all_lanes() {
    std::vector<int> numbers;
    for (int i = 0; i < engine::internal_lanes; ++i) numbers.push_back(i);
    return numbers;
  }
  std::vector<DueInput> due(std::size_t most = 100, std::vector<int> numbers = all_lanes()) {
    return store().begin()->due_inputs(numbers, most);
  }
  template <class One>
  One only() {
    const auto inputs = due();
    if (inputs.size() != 1) throw std::runtime_error(fmt::format("{} inputs are due", inputs.size()));
    return std::get<One>(inputs.front());
  }

  const workflow::WorkflowPtr workflow = test::places();
  std::unique_ptr<Bench> bench;
  int release = 0;
  std::map<std::string, Lane> lanes;
};

// ---- Lanes --------------------------------------------------------------------------------------

TEST_P(CaseStoreContract, moves_a_lane_on_and_remembers_where_it_was) {
  Lane lane = lanes.at(topic);
  EXPECT_FALSE(lane.position);
  lane.position = 42;
  lane.next_sequence = 7;
  lane.published_sequence = 5;
  auto transaction = store().begin();
  ASSERT_TRUE(transaction->write({lane}, "one", lease, {}));
  transaction->commit();
  const auto taken = store().take_lanes({topic}, "two", lease);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].position, 42);
  EXPECT_EQ(taken[0].next_sequence, 7);
  EXPECT_EQ(taken[0].published_sequence, 5);
  EXPECT_GT(taken[0].epoch, lane.epoch);
}

TEST_P(CaseStoreContract, lets_nobody_write_who_has_lost_a_lane) {
  store().take_lanes({topic}, "two", lease);
  Lane lane = lanes.at(topic);
  lane.position = 42;
  Writes writes;
  writes.created.push_back(decided(plain(1)));
  EXPECT_FALSE(store().begin()->write({lane}, "one", lease, writes));
  EXPECT_EQ(read(1), nullptr);
  EXPECT_EQ(store().keep_lanes({lane}, "one", lease), std::vector<engine::LaneId>{lane.id});
}

TEST_P(CaseStoreContract, leaves_nothing_of_a_transaction_that_is_not_committed) {
  Writes writes;
  writes.created.push_back(decided(plain(1)));
  writes.keys_added.push_back({key("a"), CaseId{uuid(1)}});
  ASSERT_TRUE(store().begin()->write({lanes.at(topic)}, "one", lease, writes));
  EXPECT_EQ(read(1), nullptr);
  EXPECT_TRUE(store().begin()->find({key("a")}).empty());
}

TEST_P(CaseStoreContract, gives_internal_lanes_to_whoever_takes_them_once_they_are_let_go) {
  EXPECT_TRUE(store().take_internal_lanes("two", engine::internal_lanes, lease).empty());
  EXPECT_EQ(store().fair_share("two"), engine::internal_lanes / 2u);
  store().release_lanes({lanes.at("internal/03")}, "one");
  const auto taken = store().take_internal_lanes("two", engine::internal_lanes, lease);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].name, "internal/03");
  EXPECT_EQ(taken[0].internal_number, 3);
}

TEST_P(CaseStoreContract, gives_back_to_its_owner_alone_a_lane_that_is_held) {
  EXPECT_TRUE(store().retake_lanes({topic}, "two", lease).empty());
  EXPECT_EQ(store().retake_lanes({topic}, "one", lease).size(), 1u);
}

// ---- Cases --------------------------------------------------------------------------------------

TEST_P(CaseStoreContract, gives_back_a_case_whole) {
  core::Case value = plain(1);
  value.pinned = true;
  value.lifecycle = lifecycle::CaseState::incident;
  value.incident = "it stands \"still\" õ";
  value.entries = 5;
  value.timers = {{"waiting", "soon", 5, bench->hour(3), false}, {"", "clock.x.start", 1, bench->hour(4), true}};
  value.calls = {{CallId{uuid(50)}, "waiting", "family", 5, "population-register"}};
  core::Clock clock{{*parse_iso_date("2026-05-01"), *calendar::Term::parse("2 months")}};
  clock.event_day = *parse_iso_date("2026-05-01");
  clock.counting = true;
  value.clocks.emplace("place-offer", clock);
  const Json moved = {{"data", {{"amount", 9}}}};
  value.held.push_back(core::HeldStep{"code", "waiting", 5, "moved", moved, bench->hour(2)});
  value.parties = {{Pseudonym{"p1_parent"}, "guardian"}};
  value.context = Json{{"amount", 7}, {"round", "õ \"x\""}};
  value.status = Json{{"text", "queued"}, {"args", {{"share", 0.1}}}};
  value.delayed = {{"system", "s"}, {"since", "2026-05-01T00:00:00Z"}};
  value.sequence = 12;
  value.revision = 4;
  value.deferred = 2;
  value.hash = sha256("x");
  value.decided_at = bench->hour(2) + 123us;
  Writes writes;
  writes.created.push_back(decided(value));
  commit(writes);
  const auto again = read(1);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->municipality, value.municipality);
  EXPECT_EQ(again->id, value.id);
  EXPECT_EQ(again->service, value.service);
  EXPECT_TRUE(again->pinned);
  EXPECT_EQ(again->lifecycle, value.lifecycle);
  EXPECT_EQ(again->incident, value.incident);
  EXPECT_EQ(core::state_document(*again, *workflow), core::state_document(value, *workflow));
  EXPECT_EQ(*again->context, *value.context);
  EXPECT_EQ(*again->status, *value.status);
  EXPECT_EQ(again->sequence, 12u);
  EXPECT_EQ(again->revision, 4u);
  EXPECT_EQ(again->deferred, 2u);
  EXPECT_EQ(again->hash, value.hash);
  EXPECT_EQ(again->decided_at, value.decided_at);
  EXPECT_EQ(again->created_at, value.created_at);
}

TEST_P(CaseStoreContract, gives_back_a_changed_case_as_it_is_now) {
  create({1});
  change(1, [](core::Case& value) {
    value.context.change()["amount"] = 8;
    value.sequence = 2;
  });
  EXPECT_EQ(read(1)->context->at("amount"), 8);
  EXPECT_EQ(read(1)->sequence, 2u);
  EXPECT_TRUE(read(1)->status->is_null());
}

TEST_P(CaseStoreContract, locks_the_cases_that_there_are_in_the_order_of_their_ids) {
  create({3, 1});
  auto transaction = store().begin();
  const auto found = transaction->lock_cases({ref(3), ref(2), ref(1)});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]->ref, ref(1));
  EXPECT_EQ(found[1]->ref, ref(3));
  EXPECT_EQ(found[0]->service, workflow->service);
  EXPECT_EQ(found[0]->release, release);
  EXPECT_FALSE(found[0]->pinned);
}

TEST_P(CaseStoreContract, reads_a_case_with_another_release_as_far_as_its_states_exist_there) {
  create({1});
  auto newer = std::make_shared<workflow::Workflow>(*workflow);
  newer->digest = "another";
  auto transaction = store().begin();
  const auto found = transaction->lock_cases({ref(1)});
  const auto moved = found.at(0)->read(*newer);
  ASSERT_TRUE(moved);
  EXPECT_EQ(newer->chart.active_paths((*moved)->configuration), std::vector<std::string>{"waiting"});
  std::string renamed{test::places_text};
  for (auto at = renamed.find("waiting"); at != std::string::npos; at = renamed.find("waiting")) {
    renamed.replace(at, 7, "queued");
  }
  const auto other = core::test::workflow_of(renamed, test::bench_schemas());
  const auto refused = found.at(0)->read(*other);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("waiting"), std::string::npos) << refused.error();
  EXPECT_TRUE(found.at(0)->read(*workflow)) << "it can still be read with its own";
}

TEST_P(CaseStoreContract, marks_an_active_case_as_standing_still) {
  create({1});
  store().mark_incident(ref(1), "because");
  EXPECT_EQ(read(1)->lifecycle, lifecycle::CaseState::incident);
  EXPECT_EQ(read(1)->incident, "because");
}

// ---- Keys and receipts --------------------------------------------------------------------------

TEST_P(CaseStoreContract, finds_cases_by_their_keys_until_these_are_dropped) {
  Writes writes;
  writes.created = {decided(plain(1)), decided(plain(2))};
  writes.keys_added = {{key("a"), CaseId{uuid(1)}}, {key("b"), CaseId{uuid(1)}}, {key("b"), CaseId{uuid(2)}}};
  commit(writes);
  const auto found = [&] {
    std::set<std::pair<std::size_t, CaseId>> hits;
    auto transaction = store().begin();
    transaction->lock_keys({key("b"), key("c")});
    for (const auto& hit : transaction->find({key("c"), key("b"), key("a")})) hits.insert({hit.key, hit.id});
    return hits;
  };
  const CaseId one{uuid(1)}, two{uuid(2)};
  EXPECT_EQ(found(), (std::set<std::pair<std::size_t, CaseId>>{{1, one}, {1, two}, {2, one}}));
  Writes drops;
  drops.keys_dropped = {{key("b"), one}};
  commit(drops);
  EXPECT_EQ(found(), (std::set<std::pair<std::size_t, CaseId>>{{1, two}, {2, one}}));
}

TEST_P(CaseStoreContract, knows_the_receipts_of_a_case) {
  create({1, 2});
  Writes writes;
  writes.journal = {row(1, 2, "e")};
  commit(writes);
  const Uuid receipt = writes.journal[0].receipt;
  EXPECT_EQ(store().begin()->receipts({{ref(2), receipt}, {ref(1), receipt}, {ref(1), uuid(9)}}),
            (std::vector<bool>{false, true, false}));
}

// ---- Outbox -------------------------------------------------------------------------------------

TEST_P(CaseStoreContract, gives_back_unpublished_records_as_the_same_bytes) {
  create({1});
  const engine::OutgoingRecord one{"elukaar.status", "k\"1",
                                   R"({"specversion":"1.0","id":"c/1/0","data":{"z":1,"a":{"share":0.1,"õ":"ä"}}})"};
  const engine::OutgoingRecord two{"elukaar.0002.service-events", "k2", R"({"id":"c/1/1"})"};
  Writes writes;
  writes.journal = {row(1, 2, "e"), row(1, 3, "f"), row(1, 4, "g")};
  writes.journal[0].outgoing = {one, two};
  writes.journal[2].outgoing = {two};
  commit(writes);
  const engine::LaneId lane = lanes.at(topic).id;
  const auto rows = store().unpublished(lane, 0, 10);
  ASSERT_EQ(rows.size(), 2u) << "a row that says nothing is left out";
  EXPECT_EQ(rows[0].lane_sequence, writes.journal[0].lane_sequence);
  ASSERT_EQ(rows[0].records.size(), 2u);
  EXPECT_EQ(rows[0].records[0].topic, one.topic);
  EXPECT_EQ(rows[0].records[0].key, one.key);
  EXPECT_EQ(rows[0].records[0].value, one.value);
  EXPECT_EQ(rows[0].records[1].value, two.value);
  EXPECT_EQ(store().unpublished(lane, writes.journal[0].lane_sequence, 10).size(), 1u);
  EXPECT_EQ(store().unpublished(lane, 0, 1).size(), 1u);
}

// ---- What is due --------------------------------------------------------------------------------

TEST_P(CaseStoreContract, reads_an_action_as_it_was_done) {
  create({1});
  bench->act(2, ref(1), ActionId{uuid(60)}, {{"type", "t"}, {"data", {{"reason", "õ"}}}});
  const auto action = only<engine::DueAction>();
  EXPECT_EQ(action.ref, ref(1));
  EXPECT_EQ(action.lane, lane_of(1));
  EXPECT_EQ(action.id, ActionId{uuid(60)});
  EXPECT_EQ(action.received_at, bench->hour(2));
  EXPECT_EQ(action.name, "agree");
  EXPECT_EQ(action.subject, "offer-1");
  EXPECT_EQ(action.subject_version, 3);
  EXPECT_EQ(action.person.str(), "p1_parent");
  EXPECT_EQ(action.event, (Json{{"type", "t"}, {"data", {{"reason", "õ"}}}}));
  Writes writes;
  writes.actions_done = {{town, ActionId{uuid(60)}, true, ""}};
  commit(writes);
  EXPECT_TRUE(due().empty());
}

TEST_P(CaseStoreContract, reads_a_command_as_it_was_given) {
  create({1});
  for (const auto kind : {core::Command::Kind::suspend, core::Command::Kind::resume,
                          core::Command::Kind::cancel, core::Command::Kind::retry}) {
    bench->order(3, ref(1), uuid(61), {kind, "kadri", "why"});
    const auto command = only<engine::DueCommand>();
    EXPECT_EQ(command.ref, ref(1));
    EXPECT_EQ(command.id, uuid(61));
    EXPECT_EQ(command.given_at, bench->hour(3));
    EXPECT_EQ(command.command.kind, kind);
    EXPECT_EQ(command.command.operator_name, "kadri");
    EXPECT_EQ(command.command.reason, "why");
    Writes writes;
    writes.commands_done = {{uuid(61), true, ""}};
    commit(writes);
    EXPECT_TRUE(due().empty());
    if (auto* postgres = dynamic_cast<PostgresBench*>(bench.get())) {
      postgres->run("delete from elukaar.command where id = $1", uuid(61).str());
    }
  }
}

TEST_P(CaseStoreContract, reads_what_becomes_of_a_call) {
  create({1});
  Writes writes;
  writes.calls_requested = {call(1, 50)};
  commit(writes);
  EXPECT_TRUE(due().empty());
  bench->update(2, CallId{uuid(50)}, Kind::delayed, Json{});
  bench->let_pass();
  const auto delayed = only<engine::DueCallUpdate>();
  EXPECT_EQ(delayed.ref, ref(1));
  EXPECT_EQ(delayed.call, CallId{uuid(50)});
  EXPECT_EQ(delayed.kind, Kind::delayed);
  EXPECT_EQ(delayed.at, bench->hour(2));
  EXPECT_EQ(delayed.role, "population-register");
  EXPECT_TRUE(delayed.result.is_null());
  Writes read_delay;
  read_delay.call_updates_read = {{ref(1), CallId{uuid(50)}, Kind::delayed}};
  commit(read_delay);
  EXPECT_TRUE(due().empty());
  bench->update(10, CallId{uuid(50)}, Kind::error, {{"kind", "refused"}});
  const auto failed = only<engine::DueCallUpdate>();
  EXPECT_EQ(failed.kind, Kind::error);
  EXPECT_EQ(failed.result, (Json{{"kind", "refused"}}));
  EXPECT_EQ(failed.official, "");
  Writes read_error;
  read_error.call_updates_read = {{ref(1), CallId{uuid(50)}, Kind::error}};
  commit(read_error);
  EXPECT_TRUE(due().empty());
}

TEST_P(CaseStoreContract, still_reads_the_answer_to_a_call_that_was_abandoned_on_its_way) {
  create({1});
  Writes writes;
  writes.calls_requested = {call(1, 50)};
  commit(writes);
  bench->update(2, CallId{uuid(50)}, Kind::done, {{"alive", true}});
  Writes abandons;
  abandons.calls_abandoned = {{ref(1), CallId{uuid(50)}}};
  commit(abandons);
  bench->let_pass();
  EXPECT_EQ(only<engine::DueCallUpdate>().result, (Json{{"alive", true}}));
}

TEST_P(CaseStoreContract, sets_moves_and_clears_timers) {
  create({1});
  Writes sets;
  sets.timers_set = {timer(1, bench->hour(2), "soon"), timer(1, bench->hour(30), "later")};
  commit(sets);
  bench->let_pass();
  const auto soon = only<engine::DueTimer>();
  EXPECT_EQ(soon.ref, ref(1));
  EXPECT_EQ(soon.timer.state, "waiting");
  EXPECT_EQ(soon.timer.key, "soon");
  EXPECT_EQ(soon.timer.entry, 1u);
  EXPECT_EQ(soon.timer.due, bench->hour(2));
  Writes moves;
  moves.timers_set = {timer(1, bench->hour(31), "soon"), timer(1, bench->hour(3), "later")};
  commit(moves);
  EXPECT_EQ(only<engine::DueTimer>().timer.key, "later");
  Writes clears;
  clears.timers_cleared = {timer(1, bench->hour(3), "later")};
  commit(clears);
  EXPECT_TRUE(due().empty());
}

TEST_P(CaseStoreContract, keeps_deferred_inputs_in_order_and_says_when_their_time_is_over) {
  create({1, 2});
  Writes writes;
  writes.deferred_added = {{ref(1), lane_of(1), 5, "second", bench->hour(2)},
                           {ref(1), lane_of(1), 3, "first", std::nullopt},
                           {ref(2), lane_of(2), 1, "other", bench->hour(40)}};
  commit(writes);
  bench->let_pass();
  const auto rows = store().begin()->deferred_of({ref(1)});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].input, "first");
  EXPECT_FALSE(rows[0].until);
  EXPECT_EQ(rows[1].ordinal, 5u);
  EXPECT_EQ(rows[1].until, bench->hour(2));
  const auto over = only<engine::ExpiredDeferral>();
  EXPECT_EQ(over.ref, ref(1));
  EXPECT_EQ(over.ordinal, 5u);
  EXPECT_EQ(over.input, "second");
  EXPECT_EQ(over.until, bench->hour(2));
  Writes removes;
  removes.deferred_removed = {{ref(1), 5}};
  commit(removes);
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(store().begin()->deferred_of({ref(1)}).size(), 1u);
}

TEST_P(CaseStoreContract, tries_a_parked_one_again_once) {
  Writes writes;
  writes.parked = {parked(70)};
  commit(writes);
  bench->retry(2, uuid(70));
  const auto retry = only<engine::ParkedRetry>();
  EXPECT_EQ(retry.municipality, town);
  EXPECT_EQ(retry.id, uuid(70));
  EXPECT_EQ(retry.bytes, parked(70).bytes);
  Writes stays;
  stays.parked = {parked(70)};
  commit(stays);
  EXPECT_TRUE(due().empty()) << "it waits for another order";
  bench->retry(3, uuid(70));
  Writes applied;
  applied.parked_applied = {uuid(70)};
  commit(applied);
  EXPECT_TRUE(due().empty());
}

TEST_P(CaseStoreContract, finds_early_events_under_their_keys_in_order_of_arrival) {
  Writes first;
  first.parked = {parked(72, {key("a"), key("b")})};
  commit(first);
  Writes second;
  second.parked = {parked(71, {key("a")})};
  commit(second);
  const auto waiting = store().begin()->early_events({key("c"), key("a")});
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].id, uuid(72));
  EXPECT_EQ(waiting[0].key, key("a"));
  EXPECT_EQ(waiting[0].bytes, parked(72).bytes);
  EXPECT_EQ(waiting[1].id, uuid(71));
  Writes applied;
  applied.parked_applied = {uuid(72)};
  commit(applied);
  EXPECT_EQ(store().begin()->early_events({key("a")}).size(), 1u);
  EXPECT_TRUE(store().begin()->early_events({key("b")}).empty());
}

// ---- Broadcast events ---------------------------------------------------------------------------

TEST_P(CaseStoreContract, carries_a_broadcast_event_to_open_cases_page_by_page) {
  create({1, 2, 3, 4});
  change(2, [](core::Case& value) { value.lifecycle = lifecycle::CaseState::completed; });
  Writes received;
  received.broadcasts_received = {broadcast(80, 5)};
  core::Case later = plain(5);
  later.created_at = bench->hour(6);
  received.created = {decided(std::move(later))};
  commit(received);
  const BroadcastRef event = broadcast(80, 5).ref;
  EXPECT_EQ(store().begin()->known_broadcasts({event, {town, "another", event.receipt}}),
            (std::vector<bool>{true, false}));
  bench->let_pass();
  const auto waiting = only<engine::DueBroadcast>();
  EXPECT_EQ(waiting.ref, event);
  EXPECT_EQ(waiting.lane, 4);
  EXPECT_EQ(waiting.received_at, bench->hour(5));

  const auto first = store().begin()->broadcast_page(event, 2);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->cases, (std::vector<CaseRef>{ref(1), ref(3)}));
  EXPECT_FALSE(first->last);
  EXPECT_EQ(first->event.key, broadcast(80, 5).key);
  EXPECT_EQ(first->event.type, broadcast(80, 5).type);
  EXPECT_EQ(first->event.event, broadcast(80, 5).event);
  EXPECT_EQ(first->event.happened_at, bench->hour(5));
  Writes reached;
  reached.broadcasts_reached = {{event, CaseId{uuid(3)}, false}};
  commit(reached);
  const auto second = store().begin()->broadcast_page(event, 2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->cases, std::vector<CaseRef>{ref(4)});
  EXPECT_TRUE(second->last);
  Writes done;
  done.broadcasts_reached = {{event, CaseId{uuid(4)}, true}};
  commit(done);
  EXPECT_FALSE(store().begin()->broadcast_page(event, 2));
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(store().begin()->known_broadcasts({event}), std::vector<bool>{true}) << "its receipt stays";
}

// ---- The order of what is due -------------------------------------------------------------------

class Everything : public CaseStoreContract {
 protected:
  // One of each kind, an hour apart.
  void one_of_each() {
    create({1});
    Writes writes;
    writes.timers_set = {timer(1, bench->hour(1))};
    writes.calls_requested = {call(1, 50)};
    writes.deferred_added = {{ref(1), lane_of(1), 5, "input", bench->hour(5)}};
    writes.broadcasts_received = {broadcast(80, 6)};
    writes.parked = {parked(70)};
    commit(writes);
    bench->act(2, ref(1), ActionId{uuid(60)}, {{"type", "t"}});
    bench->order(3, ref(1), uuid(61), {core::Command::Kind::retry, "kadri", "why"});
    bench->update(4, CallId{uuid(50)}, Kind::delayed, Json{});
    bench->retry(7, uuid(70));
    bench->let_pass();
  }
  static std::string word(const DueInput& input) {
    return std::visit(overloaded{[](const engine::DueAction&) { return "action"; },
                                 [](const engine::DueCommand&) { return "command"; },
                                 [](const engine::DueCallUpdate&) { return "call"; },
                                 [](const engine::DueTimer&) { return "timer"; },
                                 [](const engine::ExpiredDeferral&) { return "deferral"; },
                                 [](const engine::ParkedRetry&) { return "parked"; },
                                 [](const engine::DueBroadcast&) { return "broadcast"; }},
                      input);
  }
  std::vector<std::string> words(std::size_t most = 100) {
    std::vector<std::string> all;
    for (const DueInput& input : due(most)) all.push_back(word(input));
    return all;
  }
  using Words = std::vector<std::string>;
};

TEST_P(Everything, comes_in_the_order_of_its_times_and_no_more_than_asked_for) {
  one_of_each();
  EXPECT_EQ(words(), (Words{"timer", "action", "command", "call", "deferral", "broadcast", "parked"}));
  EXPECT_EQ(words(3), (Words{"timer", "action", "command"}));
}

TEST_P(Everything, of_other_lanes_is_left_to_their_owners) {
  one_of_each();
  EXPECT_EQ(due(100, {lane_of(1)}).size(), 5u) << "the broadcast and the parked one lie on other lanes";
  EXPECT_TRUE(due(100, {7}).empty());
}

TEST_P(Everything, of_a_case_that_stands_still_waits_but_for_orders_and_ends) {
  one_of_each();
  for (const auto still : {lifecycle::CaseState::suspended, lifecycle::CaseState::incident}) {
    change(1, [&](core::Case& value) { value.lifecycle = still; });
    EXPECT_EQ(words(), (Words{"command", "deferral", "broadcast", "parked"}));
  }
  change(1, [](core::Case&) {});
  EXPECT_EQ(words().size(), 7u);
}

const auto stores = testing::Values("memory", "postgres");
INSTANTIATE_TEST_SUITE_P(Cases, CaseStoreContract, stores, [](const auto& chosen) { return chosen.param; });
INSTANTIATE_TEST_SUITE_P(Cases, Everything, stores, [](const auto& chosen) { return chosen.param; });

}  // namespace
}  // namespace elukaar::contract
