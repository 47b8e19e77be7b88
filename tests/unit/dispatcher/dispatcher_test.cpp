#include "engine/calls/dispatcher.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "support/roles.hpp"
#include "systems/population_register/population_register.hpp"
#include "privacy/keyring.hpp"
#include "privacy/pseudonym.hpp"
#include "unit/dispatcher/fakes.hpp"

namespace elukaar::engine {
namespace {

using lifecycle::CallState;
using namespace std::chrono_literals;

const Municipality rae{"0653"};
const Municipality kohila{"0317"};
constexpr std::uint64_t seed = 7;

privacy::Keyring make_keyring() {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("elukaar-dispatcher-keys-" + std::to_string(getpid()));
  if (!privacy::create_development_keys(folder, {rae})) throw std::runtime_error("no keys");
  auto ring = privacy::Keyring::load(folder);
  std::filesystem::remove_all(folder);
  return ring.value();
}

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    auto connector = std::make_shared<population_register::PopulationRegister>(
        xroad_rest::Route{.security_server = "http://server.example",
                          .client = {"EE", "GOV", "70000001", "elukaar"},
                          .provider = {"EE", "GOV", "70008440", "rr"},
                          .service = "elukaar-rahvastik",
                          .user_id = {}},
        test::operations("population-register"));
    if (!registry.add("xroad-rr", connector)) throw std::runtime_error("registry");
    child = *privacy::pseudonym(keyring, rae, *privacy::PersonalCode::parse("52503150198"));
    vault.codes[child] = "52503150198";
    settings.jitter_seed = seed;
    settings.patience.first_delay = 1000ms;
    settings.patience.longest_delay = 60'000ms;
    settings.patience.most_in_flight = 2;
    dispatcher = make();
  }

  std::unique_ptr<Dispatcher> make() {
    return std::make_unique<Dispatcher>(
        settings, calls, http, vault, keyring, registry, [this] { return now; },
        [this](const DispatchNote& note) { notes.push_back(note); });
  }

  FakeCallStore::Row& add_call(const char* role = "population-register") {
    FakeCallStore::Row row;
    row.call.municipality = rae;
    row.call.case_id = CaseId{Uuid::derived(now, "case", "1", 0)};
    row.call.id = CallId{
        Uuid::derived(now, "call", "1", static_cast<std::uint32_t>(calls.rows.size()))};
    row.call.role = role;
    row.call.operation = "family";
    row.call.input = {{"child", child.str()}};
    row.call.created_at = now;
    row.call.timeout = 30'000ms;
    calls.rows.push_back(row);
    return calls.rows.back();
  }

  FakeCallStore::Row& play(FakeHttp::Answer answer) {
    http.answers.push_back(std::move(answer));
    dispatcher->round(0ms);
    return calls.rows.front();
  }

  static kit::HttpResponse good() {
    return {200, {}, R"({"alive":true,"livesHere":true,"protected":false,"guardians":[
      {"personalCode":"38206084915","firstName":"Mari","lastName":"Maasikas","address":"Kase 1"}]})"};
  }
  static kit::HttpResponse busy() { return {503, {}, ""}; }

  int count(DispatchNote::Kind kind) const {
    return static_cast<int>(std::count_if(notes.begin(), notes.end(),
                                          [&](const auto& each) { return each.kind == kind; }));
  }

  Timestamp now = *parse_rfc3339("2026-05-04T06:00:00Z");
  privacy::Keyring keyring = make_keyring();
  Pseudonym child;
  FakeCallStore calls{now};
  FakeHttp http;
  FakeVault vault;
  kit::Registry registry;
  std::vector<DispatchNote> notes;
  DispatcherSettings settings;
  std::unique_ptr<Dispatcher> dispatcher;
};

TEST_F(DispatcherTest, brings_an_answer_to_the_case_and_its_persons_to_the_vault) {
  add_call();
  const auto& row = play(good());
  EXPECT_EQ(row.state, CallState::succeeded);
  EXPECT_EQ(row.news, "done");
  const auto mari = *privacy::pseudonym(keyring, rae, *privacy::PersonalCode::parse("38206084915"));
  EXPECT_EQ(row.result, (Json{{"alive", true},
                              {"livesHere", true},
                              {"protected", false},
                              {"guardians", {{{"key", mari.str()}}}}}));
  std::map<std::string, std::string> stored;
  for (const VaultEntry& each : vault.stored) {
    EXPECT_EQ(each.person, mari);
    EXPECT_EQ(each.municipality, rae);
    stored[each.field] = each.value.reveal();
  }
  EXPECT_EQ(stored, (std::map<std::string, std::string>{{"personal-code", "38206084915"},
                                                        {"first-name", "Mari"},
                                                        {"last-name", "Maasikas"},
                                                        {"address", "Kase 1"}}));
}

TEST_F(DispatcherTest, reads_the_vault_at_the_moment_of_the_call_with_a_usage_record) {
  add_call();
  play(good());
  ASSERT_EQ(http.requests.size(), 1u);
  EXPECT_NE(http.requests[0].body.reveal().find("52503150198"), std::string::npos);
  ASSERT_EQ(vault.usage.size(), 1u);
  EXPECT_EQ(vault.usage[0].person, child);
  EXPECT_EQ(vault.usage[0].use.for_case, calls.rows[0].call.case_id);
  EXPECT_EQ(vault.usage[0].use.purpose, "population-register.family");
}

TEST_F(DispatcherTest, repeats_with_the_same_id_and_tells_the_case_of_the_delay_once) {
  add_call();
  EXPECT_EQ(play(busy()).state, CallState::backoff);
  EXPECT_EQ(calls.rows[0].news, "delayed");
  calls.rows[0].news.clear();  // the case has read it
  now = calls.rows[0].due;
  EXPECT_EQ(play(busy()).news, "");
  now = calls.rows[0].due;
  EXPECT_EQ(play(good()).news, "done");
  ASSERT_EQ(http.requests.size(), 3u);
  for (const auto& request : http.requests) {
    EXPECT_EQ(kit::header(request.headers, "X-Road-Id"), calls.rows[0].call.id.str());
  }
  EXPECT_EQ(count(DispatchNote::Kind::delayed), 1);
}

TEST_F(DispatcherTest, waits_longer_after_each_attempt_up_to_the_limit_and_never_in_step) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  add_call();
  std::vector<Timestamp::duration> delays;
  for (int i = 0; i < 10; ++i) {
    play(HttpFailure{HttpFailure::Kind::timeout, "slow"});
    delays.push_back(calls.rows[0].due - now);
    now = calls.rows[0].due;
  }
  Timestamp::duration full = 1000ms;
  for (const auto delay : delays) {
    EXPECT_LE(delay, full);
    EXPECT_GE(delay, full / 2);
    full = std::min<Timestamp::duration>(full * 2, 60'000ms);
  }
  EXPECT_NE(delays[8], delays[9]) << "jitter";
}

TEST_F(DispatcherTest, waits_as_long_as_the_system_asks) {
  add_call();
  play(kit::HttpResponse{503, {{"Retry-After", "40"}}, ""});
  EXPECT_EQ(calls.rows[0].due - now, 40s);
}

TEST_F(DispatcherTest, gives_up_at_the_limit_and_not_before_a_last_attempt_there) {
  add_call().call.give_up_at = now + 10s;
  while (calls.rows[0].state != CallState::failed) {
    play(busy());
    ASSERT_LT(http.requests.size(), 20u);
    if (calls.rows[0].state != CallState::failed) now = calls.rows[0].due;
  }
  EXPECT_EQ(now, *calls.rows[0].call.give_up_at);
  EXPECT_EQ(calls.rows[0].result["kind"], "gave-up");
  EXPECT_EQ(calls.rows[0].news, "error");
}

TEST_F(DispatcherTest, tells_refusal_and_broken_contract_apart_and_repeats_neither) {
  add_call();
  play(kit::HttpResponse{404, {}, R"({"code":"person-unknown"})"});
  EXPECT_EQ(calls.rows[0].result["kind"], "refused");
  EXPECT_EQ(calls.rows[0].result["code"], "person-unknown");
  calls.rows.clear();
  add_call();
  play(kit::HttpResponse{200, {}, "{}"});
  EXPECT_EQ(calls.rows[0].result["kind"], "invalid");
  now += 24h;
  dispatcher->round(0ms);
  EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(DispatcherTest, does_not_call_about_a_person_without_a_code) {
  vault.codes.clear();
  add_call();
  dispatcher->round(0ms);
  EXPECT_TRUE(http.requests.empty());
  EXPECT_EQ(calls.rows[0].result["kind"], "invalid");
}

TEST_F(DispatcherTest, accepts_only_the_holder_of_the_lease) {
  add_call();
  dispatcher->round(0ms);  // in flight, no answer
  now = calls.rows[0].due;  // the lease ends; another dispatcher repeats
  const auto other = make();
  other->round(0ms);
  ASSERT_EQ(http.requests.size(), 2u);
  EXPECT_EQ(kit::header(http.requests[0].headers, "Idempotency-Key"),
            kit::header(http.requests[1].headers, "Idempotency-Key"));
  http.answers = {busy()};  // to the first, which is no longer the holder
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows[0].state, CallState::inflight);
  EXPECT_EQ(count(DispatchNote::Kind::too_late), 1);
}

TEST_F(DispatcherTest, keeps_an_answer_that_could_not_be_recorded_and_claims_nothing_meanwhile) {
  add_call();
  calls.fails_to_record = true;
  EXPECT_THROW(play(good()), std::runtime_error);
  EXPECT_EQ(calls.rows[0].state, CallState::inflight);
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows[0].state, CallState::succeeded);
  EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(DispatcherTest, does_not_blame_the_register_for_the_vaults_absence) {
  add_call();
  vault.fails = true;
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows[0].state, CallState::backoff);
  EXPECT_EQ(calls.rows[0].news, "");
  EXPECT_EQ(count(DispatchNote::Kind::fault), 1);
  now = calls.rows[0].due;
  EXPECT_EQ(play(good()).state, CallState::succeeded);
}

TEST_F(DispatcherTest, leaves_room_so_that_one_slow_role_delays_no_other) {
  for (int i = 0; i < 5; ++i) add_call();
  dispatcher->round(0ms);
  EXPECT_EQ(dispatcher->in_flight(), 2u);
  dispatcher->round(0ms);
  EXPECT_EQ(http.requests.size(), 2u);
  http.answers = {good()};
  dispatcher->round(0ms);
  dispatcher->round(0ms);
  EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(DispatcherTest, leaves_room_so_that_one_municipality_delays_no_other) {
  for (int i = 0; i < 5; ++i) add_call();
  dispatcher->round(0ms);
  add_call().call.municipality = kohila;
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows.back().state, CallState::inflight);
  EXPECT_EQ(dispatcher->in_flight(), 3u);
}

TEST_F(DispatcherTest, tells_the_operator_of_a_role_that_nothing_serves) {
  add_call("population-registr");
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows[0].state, CallState::backoff);
  ASSERT_EQ(count(DispatchNote::Kind::fault), 1);
  EXPECT_NE(notes[0].detail.find("population-register"), std::string::npos);
}

TEST_F(DispatcherTest, leaves_out_what_the_schema_does_not_name) {
  add_call().call.operation = "residence";
  calls.rows[0].call.input["applicant"] = child.str();
  play(kit::HttpResponse{200, {}, R"({"childLivesHere":true,"applicantLivesHere":true,"custody":true,
    "asOf":"2026-05-04","note":"38206084915"})"});
  EXPECT_EQ(calls.rows[0].state, CallState::succeeded);
  EXPECT_FALSE(calls.rows[0].result.contains("note")) << "what the schema does not name is left out";
}

TEST_F(DispatcherTest, finishes_what_is_in_flight_when_it_is_stopped) {
  add_call();
  dispatcher->round(0ms);
  http.answers = {good()};
  std::stop_source stop;
  stop.request_stop();
  dispatcher->run(stop.get_token());
  EXPECT_EQ(calls.rows[0].state, CallState::succeeded);
}

TEST_F(DispatcherTest, leaves_to_an_official_what_no_system_does_and_never_asks_again) {
  ASSERT_TRUE(registry.add("manual", test::manual("place-register")));
  dispatcher = make();
  auto& added = add_call("place-register");
  added.call.operation = "withdraw";
  added.call.input = {{"child", child.str()}, {"application", {{"id", "a-1"}}}, {"reason", "family"}};
  for (int hours = 0; hours < 100; hours += 10) {  // beyond leases, delays and the role's limit
    dispatcher->round(0ms);
    now += 10h;
  }
  const auto& row = calls.rows.front();
  EXPECT_EQ(row.state, CallState::entrusted);
  EXPECT_EQ(row.attempts, 1);
  EXPECT_EQ(row.news, "") << "the case hears of it when it is done";
  EXPECT_FALSE(row.delayed);
  EXPECT_TRUE(http.requests.empty());
  EXPECT_TRUE(vault.usage.empty()) << "nobody has looked at anybody yet";
}

TEST_F(DispatcherTest, leaves_any_role_to_an_official_where_the_municipality_says_so) {
  ASSERT_TRUE(registry.add("manual", test::manual("population-register")));
  ASSERT_TRUE(registry.use(rae, "population-register", "manual"));
  dispatcher = make();
  auto& added = add_call();
  added.call.operation = "residence";
  added.call.input = {{"child", child.str()}, {"applicant", child.str()}};
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows.front().state, CallState::entrusted);
  EXPECT_TRUE(http.requests.empty());
}

TEST_F(DispatcherTest, entrusts_nothing_to_an_official_that_does_not_fit) {
  ASSERT_TRUE(registry.add("manual", test::manual("place-register")));
  dispatcher = make();
  add_call("place-register").call.operation = "withdraw";
  dispatcher->round(0ms);
  EXPECT_EQ(calls.rows.front().state, CallState::failed);
  EXPECT_EQ(calls.rows.front().result["kind"], "invalid");
}

}  // namespace
}  // namespace elukaar::engine
