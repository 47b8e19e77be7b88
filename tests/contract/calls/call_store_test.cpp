#include "adapters/postgres/calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <pqxx/pqxx>
#include <set>
#include <sstream>

#include "support/database.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::CallReport;
using engine::ClaimedCall;
using engine::ClaimRequest;
using lifecycle::CallState;
using namespace std::chrono_literals;

const Municipality rae{"0653"};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A database for the whole binary, made from the migrations that calls need.
struct Database : test::TestDatabase {
  Database() : TestDatabase("calls") {
    pqxx::connection own(address());
    pqxx::work work(own);
    for (const char* migration : {"0001_cases", "0005_office", "0006_calls_by_municipality",
                                  "0007_tasks"}) {
      work.exec(text_of(std::string(ELUKAAR_SOURCE_DIR) + "/orchestrator/adapters/postgres/schema/" +
                        migration + ".sql"));
    }
    work.commit();
  }
};

class CallStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!test::test_server().empty()) database = std::make_unique<Database>();
  }
  static void TearDownTestSuite() { database.reset(); }

  void SetUp() override {
    if (!database) GTEST_SKIP() << "set ELUKAAR_TEST_POSTGRES to a connection string";
    run("truncate elukaar.call");
    store = std::make_unique<PgCalls>(database->address());
  }

  pqxx::result run(const std::string& sql) {
    pqxx::connection connection(database->address());
    pqxx::work work(connection);
    auto result = work.exec(sql);
    work.commit();
    return result;
  }

  CallId add(const std::string& role, const std::string& due = "clock_timestamp()",
             const std::string& status = "pending", const std::string& municipality = "0653") {
    const CallId id{Uuid::derived({}, "call", std::to_string(++count), 0)};
    run("insert into elukaar.call (municipality, case_id, id, lane, state, entry, invoke, role, "
        "operation, input, status, next_attempt_at, timeout_ms) values ('" + municipality + "', "
        "'018f3c5e-0000-7000-8000-000000000001', '" + id.str() + "', 3, 'verifying', 1, 'family', '" +
        role + "', 'family', '{\"child\":\"p1_a\"}', '" + status + "', " + due + ", 2000)");
    return id;
  }

  std::string value(CallId id, const std::string& expression) {
    const auto rows = run("select (" + expression + ")::text from elukaar.call where id = '" +
                          id.str() + "'");
    return rows[0][0].is_null() ? "null" : rows[0][0].c_str();
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

  static ClaimRequest room(int count) {
    return {{{"a", {count, count}}, {"b", {count, count}}}, 0, 1000ms};
  }

  inline static std::unique_ptr<Database> database;
  std::unique_ptr<PgCalls> store;
  int count = 0;
};

TEST_F(CallStoreTest, claims_what_is_due_within_each_roles_room_oldest_first) {
  const auto second = add("a", "clock_timestamp() - interval '1 minute'");
  const auto first = add("a", "clock_timestamp() - interval '2 minutes'");
  add("a");
  const auto other = add("b");
  add("b", "clock_timestamp() + interval '1 hour'");
  std::set<CallId> claimed;
  for (const auto& call : store->claim(room(2))) {
    claimed.insert(call.id);
    EXPECT_EQ(call.municipality, rae);
    EXPECT_EQ(call.attempts, 0);
    EXPECT_FALSE(call.lease_expired);
    EXPECT_EQ(call.input, (Json{{"child", "p1_a"}}));
    EXPECT_EQ(call.timeout, 2000ms);
    EXPECT_FALSE(call.give_up_at);
  }
  EXPECT_EQ(claimed, (std::set<CallId>{first, second, other}));
}

TEST_F(CallStoreTest, takes_no_more_for_a_municipality_than_its_share_and_no_more_than_fit_for_all) {
  const auto flood = [this](const char* municipality) {
    for (int i = 0; i < 5; ++i) {
      add("a", "clock_timestamp() - interval '1 minute'", "pending", municipality);
    }
  };
  flood("0653");
  flood("0317");
  add("a", "clock_timestamp()", "pending", "0305");
  const auto claimed_of = [this](int calls) {
    std::map<std::string, int> claimed;
    const std::map<Municipality, int> under_way{{Municipality{"0653"}, 2}, {Municipality{"0305"}, 3}};
    const ClaimRequest request{{{"a", {calls, 3, under_way}}}, 0, 1000ms};
    for (const auto& call : store->claim(request)) ++claimed[call.municipality.str()];
    return claimed;
  };
  EXPECT_EQ(claimed_of(8), (std::map<std::string, int>{{"0317", 3}, {"0653", 1}}));
  std::map<std::string, int> rest;
  for (const auto& call : store->claim({{{"a", {4, 10}}}, 0, 1000ms})) ++rest[call.municipality.str()];
  EXPECT_EQ(rest["0653"] + rest["0317"], 4) << "older calls come first, whosever they are";
  EXPECT_EQ(rest["0305"], 0);
}

TEST_F(CallStoreTest, hands_no_call_to_two_claimers) {
  for (int i = 0; i < 20; ++i) add("a");
  PgCalls other(database->address());
  EXPECT_EQ(store->claim(room(20)).size(), 20u);
  EXPECT_TRUE(other.claim(room(20)).empty());
}

TEST_F(CallStoreTest, skips_what_another_transaction_holds_instead_of_waiting) {
  const auto held = add("a");
  const auto free = add("a");
  pqxx::connection connection(database->address());
  pqxx::work work(connection);
  work.exec("select 1 from elukaar.call where id = '" + held.str() + "' for update");
  const auto claimed = store->claim(room(5));
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].id, free);
}

TEST_F(CallStoreTest, claims_roles_that_are_not_named_only_where_asked) {
  const auto stranger = add("c");
  EXPECT_TRUE(store->claim(room(5)).empty());
  ClaimRequest with_others = room(5);
  with_others.room_for_others = 1;
  const auto claimed = store->claim(with_others);
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].id, stranger);
}

TEST_F(CallStoreTest, gives_a_call_out_again_when_its_lease_has_ended_and_only_to_one_holder) {
  const auto id = add("a");
  const auto first = store->claim(room(1)).at(0);
  EXPECT_TRUE(store->claim(room(1)).empty());
  run("update elukaar.call set next_attempt_at = clock_timestamp() - interval '1 second', "
      "lease_until = clock_timestamp() - interval '1 second'");
  const auto second = store->claim(room(1)).at(0);
  EXPECT_EQ(second.id, id);
  EXPECT_TRUE(second.lease_expired);
  EXPECT_EQ(second.attempts, 1);
  EXPECT_NE(second.lease_token, first.lease_token);
  EXPECT_EQ(store->record({report(first, CallState::succeeded)}), std::vector<bool>{false});
  EXPECT_EQ(value(id, "status"), "inflight");
  EXPECT_EQ(store->record({report(second, CallState::succeeded)}), std::vector<bool>{true});
  EXPECT_EQ(store->record({report(second, CallState::succeeded)}), std::vector<bool>{false});
}

TEST_F(CallStoreTest, lasts_a_lease_as_long_as_the_calls_timeout_and_the_margin) {
  const auto id = add("a");
  store->claim(room(1));
  const double left = std::stod(value(id, "extract(epoch from lease_until - clock_timestamp())"));
  EXPECT_LE(left, 3.0);
  EXPECT_GT(left, 2.0);
  EXPECT_EQ(value(id, "next_attempt_at = lease_until"), "true");
}

TEST_F(CallStoreTest, turns_results_into_news_that_overwrite_an_unread_delay) {
  const auto done = add("a");
  const auto error = add("a");
  auto claimed = store->claim(room(2));
  std::sort(claimed.begin(), claimed.end(), [&](const auto& a, const auto&) { return a.id == done; });
  auto late = report(claimed[0], CallState::backoff);
  late.tells_delay = true;
  ASSERT_EQ(store->record({late}), std::vector<bool>{true});
  EXPECT_EQ(value(done, "news"), "delayed");
  EXPECT_NE(value(done, "delayed_since"), "null");
  const auto again = store->claim(room(2)).at(0);
  EXPECT_TRUE(again.delayed);
  auto success = report(again, CallState::succeeded);
  success.result = {{"alive", true}};
  auto failed = report(claimed[1], CallState::failed);
  failed.result = {{"kind", "refused"}};
  EXPECT_EQ(store->record({success, failed}), (std::vector<bool>{true, true}));
  EXPECT_EQ(value(done, "news || ' ' || status || ' ' || result"), "done succeeded {\"alive\": true}");
  EXPECT_EQ(value(error, "news || ' ' || status || ' ' || result"),
            "error failed {\"kind\": \"refused\"}");
}

TEST_F(CallStoreTest, tells_no_delay_twice) {
  const auto id = add("a");
  auto first = report(store->claim(room(1)).at(0), CallState::backoff);
  first.tells_delay = true;
  store->record({first});
  run("update elukaar.call set news = null");
  auto second = report(store->claim(room(1)).at(0), CallState::backoff);
  second.tells_delay = true;
  second.delay = 60s;
  EXPECT_EQ(store->record({second}), std::vector<bool>{true});
  EXPECT_EQ(value(id, "news"), "null");
  EXPECT_TRUE(store->claim(room(1)).empty()) << "not before its time";
}

TEST_F(CallStoreTest, leaves_an_abandoned_call_abandoned_and_its_late_result_to_be_journalled) {
  const auto id = add("a");
  const auto call = store->claim(room(1)).at(0);
  run("update elukaar.call set status = 'abandoned'");
  auto success = report(call, CallState::succeeded);
  success.result = {{"x", 1}};
  EXPECT_EQ(store->record({success}), std::vector<bool>{true});
  EXPECT_EQ(value(id, "news || ' ' || status"), "done abandoned");
}

TEST_F(CallStoreTest, drops_an_abandoned_calls_retry) {
  const auto id = add("a");
  auto retry = report(store->claim(room(1)).at(0), CallState::backoff);
  retry.tells_delay = true;
  run("update elukaar.call set status = 'abandoned'");
  store->record({retry});
  EXPECT_EQ(value(id, "coalesce(news, '-') || ' ' || status"), "- abandoned");
  EXPECT_TRUE(store->claim(room(5)).empty());
}

TEST_F(CallStoreTest, lets_a_call_rest_that_an_official_carries_out) {
  const auto id = add("a");
  auto entrusted = report(store->claim(room(1)).at(0), CallState::entrusted);
  EXPECT_EQ(store->record({entrusted}), std::vector<bool>{true});
  EXPECT_EQ(value(id, "status || ' ' || coalesce(news, '-') || ' ' || coalesce(result::text, '-')"),
            "entrusted - -");
  EXPECT_EQ(value(id, "lease_token is null and lease_until is null"), "true");
  run("update elukaar.call set next_attempt_at = clock_timestamp() - interval '1 year'");
  EXPECT_TRUE(store->claim(room(5)).empty());
}

TEST_F(CallStoreTest, claims_what_the_lifecycle_lets_be_claimed_and_nothing_else) {
  for (const CallState state : lifecycle::all_call_states()) {
    run("truncate elukaar.call");
    add("a", "clock_timestamp() - interval '1 second'", std::string(to_string(state)));
    const bool may = next(state, lifecycle::CallEvent::claim).accepted ||
                     next(state, lifecycle::CallEvent::lease_expired).accepted;
    EXPECT_EQ(store->claim(room(5)).size(), may ? 1u : 0u) << to_string(state);
  }
}

TEST_F(CallStoreTest, works_again_after_its_connection_was_cut) {
  add("a");
  store->claim(room(0));
  run("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
      "and pid <> pg_backend_pid()");
  EXPECT_ANY_THROW(store->claim(room(1)));
  EXPECT_EQ(store->claim(room(1)).size(), 1u);
}

}  // namespace
}  // namespace elukaar::adapters::postgres
