// One suite for both of the calls' stores: what they promise the dispatcher. PostgreSQL's runs where
// ELUKAAR_TEST_POSTGRES is set.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <pqxx/pqxx>
#include <set>

#include "adapters/postgres/calls.hpp"
#include "adapters/postgres/schema.hpp"
#include "support/database.hpp"
#include "support/memory_call_store.hpp"

namespace elukaar::engine {
namespace {

using adapters::postgres::PgCalls;
using lifecycle::CallState;
using namespace std::chrono_literals;

const Municipality rae{"0653"};
const CaseId a_case{*Uuid::parse("018f3c5e-0000-7000-8000-000000000001")};

// A call as it is laid in; due so long from now.
struct Laid {
  std::string role = "a";
  std::chrono::seconds due{0};
  CallState state = CallState::pending;
  std::string municipality = "0653";
  std::chrono::milliseconds timeout = 2000ms;
};

// A call as it stands.
struct Standing {
  std::string state;
  std::string news;  // empty: none
  Json result;       // null: none
};

// A store and what lies in it.
class Bench {
 public:
  virtual ~Bench() = default;
  virtual CallStore& store() = 0;
  virtual void add(const CallId& id, const Laid& laid) = 0;
  virtual void make_due(const CallId& id) = 0;  // whatever it waits for, its lease as well, is over
  virtual void abandon(const CallId& id) = 0;
  virtual void read_news(const CallId& id) = 0;
  virtual Standing standing(const CallId& id) = 0;
  virtual std::chrono::duration<double> leased_for(const CallId& id) = 0;
};

class MemoryBench final : public Bench {
 public:
  CallStore& store() override { return memory; }
  void add(const CallId& id, const Laid& laid) override {
    test::MemoryCallStore::Row row;
    row.call.municipality = Municipality{laid.municipality};
    row.call.case_id = a_case;
    row.call.id = id;
    row.call.role = laid.role;
    row.call.operation = "family";
    row.call.input = {{"child", "p1_a"}};
    row.call.created_at = now;
    row.call.timeout = laid.timeout;
    row.state = laid.state;
    row.due = now + laid.due;
    memory.rows.push_back(row);
  }
  void make_due(const CallId& id) override { row_of(id).due = now - 1s; }
  void abandon(const CallId& id) override { row_of(id).state = CallState::abandoned; }
  void read_news(const CallId& id) override { row_of(id).news.clear(); }
  Standing standing(const CallId& id) override {
    const auto& row = row_of(id);
    return {std::string{to_string(row.state)}, row.news, row.result};
  }
  std::chrono::duration<double> leased_for(const CallId& id) override { return row_of(id).due - now; }

 private:
  test::MemoryCallStore::Row& row_of(const CallId& id) {
    return *std::find_if(memory.rows.begin(), memory.rows.end(),
                         [&](const auto& row) { return row.call.id == id; });
  }
  Timestamp now = *parse_rfc3339("2026-05-04T06:00:00Z");
  test::MemoryCallStore memory{now};
};

class PostgresBench final : public Bench {
 public:
  PostgresBench() {
    adapters::postgres::bring_schema_up(database.address(), [](const std::string&) {});
    calls = std::make_unique<PgCalls>(database.address());
  }
  ~PostgresBench() override { calls.reset(); }
  CallStore& store() override { return *calls; }
  void add(const CallId& id, const Laid& laid) override {
    run("insert into elukaar.call (municipality, case_id, id, lane, state, entry, invoke, role, operation, "
        "input, status, next_attempt_at, timeout_ms) values ('" + laid.municipality + "', '" +
        a_case.str() + "', '" + id.str() + "', 3, 'verifying', 1, 'family', '" + laid.role +
        "', 'family', '{\"child\":\"p1_a\"}', '" + std::string{to_string(laid.state)} +
        "', clock_timestamp() + interval '" + std::to_string(laid.due.count()) + " seconds', " +
        std::to_string(laid.timeout.count()) + ")");
  }
  void make_due(const CallId& id) override {
    set(id, "next_attempt_at = clock_timestamp() - interval '1 second', "
            "lease_until = case when lease_token is not null then clock_timestamp() - interval '1 second' end");
  }
  void abandon(const CallId& id) override { set(id, "status = 'abandoned'"); }
  void read_news(const CallId& id) override { set(id, "news = null"); }
  Standing standing(const CallId& id) override {
    const auto row = run("select status, coalesce(news, ''), coalesce(result, 'null')::text from elukaar.call "
                         "where id = '" + id.str() + "'")[0];
    return {row[0].c_str(), row[1].c_str(), Json::parse(row[2].c_str())};
  }
  std::chrono::duration<double> leased_for(const CallId& id) override {
    return std::chrono::duration<double>{
        run("select extract(epoch from lease_until - clock_timestamp()) from elukaar.call "
            "where id = '" + id.str() + "' and next_attempt_at = lease_until")[0][0].as<double>()};
  }
  pqxx::result run(const std::string& sql) {
    pqxx::connection connection(database.address());
    pqxx::work work(connection);
    auto result = work.exec(sql);
    work.commit();
    return result;
  }

  test::TestDatabase database{"calls"};
  std::unique_ptr<PgCalls> calls;

 private:
  void set(const CallId& id, const std::string& what) {
    run("update elukaar.call set " + what + " where id = '" + id.str() + "'");
  }
};

class CallContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "memory") {
      bench = std::make_unique<MemoryBench>();
    } else if (test::test_server().empty()) {
      GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set; tests/run sets it";
    } else {
      bench = std::make_unique<PostgresBench>();
    }
  }
  CallStore& store() { return bench->store(); }
  CallId add(const Laid& laid = {}) {
    const CallId id{Uuid::derived({}, "call", std::to_string(++count), 0)};
    bench->add(id, laid);
    return id;
  }
  static CallReport report(const ClaimedCall& call, CallState state) {
    CallReport made;
    made.state = state;
    made.municipality = call.municipality;
    made.case_id = call.case_id;
    made.id = call.id;
    made.lease_token = call.lease_token;
    return made;
  }
  static ClaimRequest room(int calls) { return {{{"a", {calls, calls}}, {"b", {calls, calls}}}, 0, 1000ms}; }

  std::unique_ptr<Bench> bench;
  int count = 0;
};

TEST_P(CallContract, claims_what_is_due_within_each_roles_room_oldest_first) {
  const auto second = add({.due = -60s});
  const auto first = add({.due = -120s});
  add();
  const auto other = add({.role = "b"});
  add({.role = "b", .due = 1h});
  std::set<CallId> claimed;
  for (const auto& call : store().claim(room(2))) {
    claimed.insert(call.id);
    EXPECT_EQ(call.municipality, rae);
    EXPECT_EQ(call.case_id, a_case);
    EXPECT_EQ(call.attempts, 0);
    EXPECT_FALSE(call.lease_expired);
    EXPECT_FALSE(call.delayed);
    EXPECT_EQ(call.operation, "family");
    EXPECT_EQ(call.input, (Json{{"child", "p1_a"}}));
    EXPECT_EQ(call.timeout, 2000ms);
    EXPECT_FALSE(call.give_up_at);
  }
  EXPECT_EQ(claimed, (std::set<CallId>{first, second, other}));
}

TEST_P(CallContract, takes_no_more_for_a_municipality_than_its_share_and_no_more_than_fit_for_all) {
  const auto flood = [this](const char* municipality) {
    for (int i = 0; i < 5; ++i) add({.due = -60s, .municipality = municipality});
  };
  flood("0653");
  flood("0317");
  add({.municipality = "0305"});
  const auto claimed_of = [this](int calls) {
    std::map<std::string, int> claimed;
    const std::map<Municipality, int> under_way{{Municipality{"0653"}, 2}, {Municipality{"0305"}, 3}};
    const ClaimRequest request{{{"a", {calls, 3, under_way}}}, 0, 1000ms};
    for (const auto& call : store().claim(request)) ++claimed[call.municipality.str()];
    return claimed;
  };
  EXPECT_EQ(claimed_of(8), (std::map<std::string, int>{{"0317", 3}, {"0653", 1}}));
  std::map<std::string, int> rest;
  for (const auto& call : store().claim({{{"a", {4, 10}}}, 0, 1000ms})) ++rest[call.municipality.str()];
  EXPECT_EQ(rest["0653"] + rest["0317"], 4) << "older calls come first, whosever they are";
  EXPECT_EQ(rest["0305"], 0);
}

TEST_P(CallContract, hands_no_call_out_twice_while_its_lease_lasts) {
  for (int i = 0; i < 20; ++i) add();
  EXPECT_EQ(store().claim(room(20)).size(), 20u);
  EXPECT_TRUE(store().claim(room(20)).empty());
}

TEST_P(CallContract, claims_roles_that_are_not_named_only_where_asked) {
  const auto stranger = add({.role = "c"});
  EXPECT_TRUE(store().claim(room(5)).empty());
  ClaimRequest with_others = room(5);
  with_others.room_for_others = 1;
  const auto claimed = store().claim(with_others);
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].id, stranger);
}

TEST_P(CallContract, gives_a_call_out_again_when_its_lease_has_ended_and_only_to_one_holder) {
  const auto id = add();
  const auto first = store().claim(room(1)).at(0);
  EXPECT_TRUE(store().claim(room(1)).empty());
  bench->make_due(id);
  const auto second = store().claim(room(1)).at(0);
  EXPECT_EQ(second.id, id);
  EXPECT_TRUE(second.lease_expired);
  EXPECT_EQ(second.attempts, 1);
  EXPECT_NE(second.lease_token, first.lease_token);
  EXPECT_EQ(store().record({report(first, CallState::succeeded)}), std::vector<bool>{false});
  EXPECT_EQ(bench->standing(id).state, "inflight");
  EXPECT_EQ(store().record({report(second, CallState::succeeded)}), std::vector<bool>{true});
  EXPECT_EQ(store().record({report(second, CallState::succeeded)}), std::vector<bool>{false});
}

TEST_P(CallContract, lasts_a_lease_as_long_as_the_calls_timeout_and_the_margin) {
  // Hours, so that no delay of the machine can look like a shorter lease.
  const auto id = add({.timeout = 2h});
  auto request = room(1);
  request.lease_margin = 1h;
  store().claim(request);
  EXPECT_LE(bench->leased_for(id), 3h);
  EXPECT_GT(bench->leased_for(id), 3h - 5min);
}

TEST_P(CallContract, turns_results_into_news_that_overwrite_an_unread_delay) {
  const auto done = add();
  const auto error = add();
  auto claimed = store().claim(room(2));
  ASSERT_EQ(claimed.size(), 2u);
  if (claimed[0].id != done) std::swap(claimed[0], claimed[1]);
  auto late = report(claimed[0], CallState::backoff);
  late.tells_delay = true;
  ASSERT_EQ(store().record({late}), std::vector<bool>{true});
  EXPECT_EQ(bench->standing(done).news, "delayed");
  const auto again = store().claim(room(2)).at(0);
  EXPECT_TRUE(again.delayed);
  auto success = report(again, CallState::succeeded);
  success.result = {{"alive", true}};
  auto failed = report(claimed[1], CallState::failed);
  failed.result = {{"kind", "refused"}};
  EXPECT_EQ(store().record({success, failed}), (std::vector<bool>{true, true}));
  EXPECT_EQ(bench->standing(done).news, "done");
  EXPECT_EQ(bench->standing(done).state, "succeeded");
  EXPECT_EQ(bench->standing(done).result, (Json{{"alive", true}}));
  EXPECT_EQ(bench->standing(error).news, "error");
  EXPECT_EQ(bench->standing(error).state, "failed");
  EXPECT_EQ(bench->standing(error).result, (Json{{"kind", "refused"}}));
}

TEST_P(CallContract, tells_no_delay_twice) {
  const auto id = add();
  auto first = report(store().claim(room(1)).at(0), CallState::backoff);
  first.tells_delay = true;
  store().record({first});
  bench->read_news(id);
  auto second = report(store().claim(room(1)).at(0), CallState::backoff);
  second.tells_delay = true;
  second.delay = 60s;
  EXPECT_EQ(store().record({second}), std::vector<bool>{true});
  EXPECT_EQ(bench->standing(id).news, "");
  EXPECT_TRUE(store().claim(room(1)).empty()) << "not before its time";
}

TEST_P(CallContract, leaves_an_abandoned_call_abandoned_and_its_late_result_to_be_journalled) {
  const auto id = add();
  const auto call = store().claim(room(1)).at(0);
  bench->abandon(id);
  auto success = report(call, CallState::succeeded);
  success.result = {{"x", 1}};
  EXPECT_EQ(store().record({success}), std::vector<bool>{true});
  EXPECT_EQ(bench->standing(id).news, "done");
  EXPECT_EQ(bench->standing(id).state, "abandoned");
}

TEST_P(CallContract, drops_an_abandoned_calls_retry) {
  const auto id = add();
  auto retry = report(store().claim(room(1)).at(0), CallState::backoff);
  retry.tells_delay = true;
  bench->abandon(id);
  store().record({retry});
  EXPECT_EQ(bench->standing(id).news, "");
  EXPECT_EQ(bench->standing(id).state, "abandoned");
  EXPECT_TRUE(store().claim(room(5)).empty());
}

TEST_P(CallContract, lets_a_call_rest_that_an_official_carries_out) {
  const auto id = add();
  const auto call = store().claim(room(1)).at(0);
  EXPECT_EQ(store().record({report(call, CallState::entrusted)}), std::vector<bool>{true});
  EXPECT_EQ(bench->standing(id).state, "entrusted");
  EXPECT_EQ(bench->standing(id).news, "");
  EXPECT_TRUE(bench->standing(id).result.is_null());
  EXPECT_EQ(store().record({report(call, CallState::succeeded)}), std::vector<bool>{false})
      << "the lease is over";
  bench->make_due(id);
  EXPECT_TRUE(store().claim(room(5)).empty());
}

TEST_P(CallContract, claims_what_the_lifecycle_lets_be_claimed_and_nothing_else) {
  for (const CallState state : lifecycle::all_call_states()) {
    const auto id = add({.due = -1s, .state = state});
    const bool may = next(state, lifecycle::CallEvent::claim).accepted ||
                     next(state, lifecycle::CallEvent::lease_expired).accepted;
    const auto claimed = store().claim(room(5));
    EXPECT_EQ(claimed.size(), may ? 1u : 0u) << to_string(state);
    bench->abandon(id);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, CallContract, testing::Values("memory", "postgres"),
                         [](const auto& each) { return each.param; });

// ---- What only PostgreSQL can break ------------------------------------------------------------

class PgCallStore : public CallContract {
 protected:
  PostgresBench& postgres() { return static_cast<PostgresBench&>(*bench); }
};

TEST_P(PgCallStore, hands_no_call_to_two_claimers) {
  for (int i = 0; i < 20; ++i) add();
  PgCalls other(postgres().database.address());
  EXPECT_EQ(store().claim(room(20)).size(), 20u);
  EXPECT_TRUE(other.claim(room(20)).empty());
}

TEST_P(PgCallStore, skips_what_another_transaction_holds_instead_of_waiting) {
  const auto held = add();
  const auto free = add();
  pqxx::connection connection(postgres().database.address());
  pqxx::work work(connection);
  work.exec("select 1 from elukaar.call where id = '" + held.str() + "' for update");
  const auto claimed = store().claim(room(5));
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].id, free);
}

TEST_P(PgCallStore, works_again_after_its_connection_was_cut) {
  add();
  store().claim(room(0));
  postgres().run("select pg_terminate_backend(pid) from pg_stat_activity "
                 "where datname = current_database() and pid <> pg_backend_pid()");
  try {
    store().claim(room(1));
    FAIL() << "the connection was cut";
  } catch (const StoreFault& fault) {
    EXPECT_EQ(fault.kind(), StoreFault::Kind::connection_lost) << fault.what();
  }
  EXPECT_EQ(store().claim(room(1)).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, PgCallStore, testing::Values("postgres"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace elukaar::engine
