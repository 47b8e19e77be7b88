// The connectors over the real HTTP client against the simulated registers: what one side writes, the
// other reads. Needs Node.js.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <thread>

#include "adapters/curl/http_client.hpp"
#include "support/roles.hpp"
#include "systems/place_register/place_register.hpp"
#include "systems/population_register/population_register.hpp"

namespace elukaar {
namespace {

using namespace std::chrono_literals;
const std::filesystem::path source{ELUKAAR_SOURCE_DIR};
// Generated persons: codes of days and serial numbers that name nobody.
constexpr const char* child_code = "52503150198";
constexpr const char* parent_code = "38206084915";

// The simulators as a child process; its first line of output names the ports.
class Simulators {
 public:
  Simulators() {
    std::array<int, 2> output{};
    if (pipe(output.data()) != 0) throw std::runtime_error("pipe");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(output[1], STDOUT_FILENO);
      close(output[0]);
      close(output[1]);
      const std::string script = source / "connectors/simulators/main.mjs";
      execlp("node", "node", script.c_str(), "--today", "2026-05-04", nullptr);
      _exit(127);
    }
    close(output[1]);
    FILE* stream = fdopen(output[0], "r");
    std::array<char, 4096> line{};
    const bool has_line = std::fgets(line.data(), line.size(), stream) != nullptr;
    if (has_line) ready_ = Json::parse(line.data(), nullptr, false);
    std::fclose(stream);
    if (!ready_.is_object()) throw std::runtime_error("the simulators did not start");
  }
  ~Simulators() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  std::string address(const char* which) const {
    return "http://127.0.0.1:" + std::to_string(ready_.at(which).at("port").get<int>());
  }

 private:
  pid_t pid_ = -1;
  Json ready_;
};

class Codes : public kit::PersonalData {
 public:
  Result<Sensitive<std::string>, std::string> personal_code(const Pseudonym& person) override {
    return Sensitive<std::string>{person.str() == "p1_child" ? child_code : parent_code};
  }
};

class SimulatorsTest : public ::testing::Test {
 protected:
  static xroad_rest::Route route(const std::string& address, const char* service) {
    return {.security_server = address,
            .client = {"EE", "GOV", "70000001", "elukaar"},
            .provider = {"EE", "GOV", "70008440", "rr"},
            .service = service,
            .user_id = {},
            .connect_timeout = 2s,
            .total_timeout = 10s};
  }

  void SetUp() override {
    control("POST", "persons",
            {{"child", {{"personalCode", child_code}, {"bornOn", "2025-03-15"}}},
             {"residenceKov", "0653"},
             {"guardians",
              {{{"personalCode", parent_code}, {"firstName", "Mari"}, {"lastName", "Maasikas"}}}}});
  }

  engine::HttpCompletion exchange(kit::HttpRequest request) {
    http.start(++ticket, std::move(request));
    for (int i = 0; i < 20; ++i) {
      auto done = http.wait(1s);
      if (!done.empty()) return done.front();
    }
    throw std::runtime_error("no answer");
  }

  Json control(const std::string& method, const std::string& what, const Json& body = {}) {
    const auto done = exchange({.method = method,
                                .url = simulators.address("placeRegister") + "/control/" + what,
                                .headers = {{"Content-Type", "application/json"}},
                                .body = Sensitive<std::string>{body.is_null() ? "" : body.dump()},
                                .connect_timeout = 2s,
                                .total_timeout = 5s});
    return Json::parse(std::get<kit::HttpResponse>(done.result).body);
  }

  kit::Call call(const char* operation, Json input, const char* id) {
    return {.id = CallId{*Uuid::parse(id)},
            .municipality = Municipality{"0653"},
            .case_reference = "018f3c5e-0000-7000-8000-000000000001",
            .operation = operation,
            .input = std::move(input),
            .attempt = 1,
            .traceparent = {}};
  }

  kit::Outcome perform(const kit::Connector& connector, const kit::Call& each) {
    Codes codes;
    auto done = exchange(connector.request(each, codes).value());
    if (const auto* failed = std::get_if<engine::HttpFailure>(&done.result)) {
      return kit::Unavailable{failed->detail, {}};
    }
    return connector.read(each, std::get<kit::HttpResponse>(done.result));
  }

  static Json application(const char* id) {
    return {{"child", "p1_child"},
            {"application",
             {{"id", id},
              {"submittedAt", "2026-05-04T06:00:00Z"},
              {"wishedStart", "2027-09-01"},
              {"language", "et"},
              {"preferences", {"taru", "ojakese"}}}}};
  }

  Simulators simulators;
  adapters::curl::HttpClient http;
  std::uint64_t ticket = 0;
  std::shared_ptr<const kit::Connector> population =
      std::make_shared<population_register::PopulationRegister>(
          route(simulators.address("populationRegister"), "elukaar-rahvastik"),
          test::operations("population-register"));
  std::shared_ptr<const kit::Connector> place =
      std::make_shared<place_register::PlaceRegister>(
          route(simulators.address("placeRegister"), "elukaar-koht"), *place_register::profile("arno"),
          test::operations("place-register"));
};

constexpr const char* id_1 = "018f3c5e-7b1a-7cde-9abc-000000000001";
constexpr const char* id_2 = "018f3c5e-7b1a-7cde-9abc-000000000002";
constexpr const char* id_3 = "018f3c5e-7b1a-7cde-9abc-000000000003";
constexpr const char* id_4 = "018f3c5e-7b1a-7cde-9abc-000000000004";

TEST_F(SimulatorsTest, residence_is_unavailable_first_and_answered_on_the_repeat) {
  const auto asked = call("residence", {{"child", "p1_child"}, {"applicant", "p1_parent"}}, id_1);
  EXPECT_TRUE(std::holds_alternative<kit::Unavailable>(perform(*population, asked)));
  const auto outcome = perform(*population, asked);
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(outcome));
  EXPECT_EQ(std::get<kit::Answered>(outcome).output,
            Json::parse(R"({"childLivesHere":true,"applicantLivesHere":true,"custody":true,
                            "childSince":"2025-03-15","asOf":"2026-05-04"})"));
}

TEST_F(SimulatorsTest, family_names_the_guardians) {
  const auto outcome = perform(*population, call("family", {{"child", "p1_child"}}, id_1));
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(outcome));
  const Json& output = std::get<kit::Answered>(outcome).output;
  EXPECT_EQ(output["livesHere"], true);
  EXPECT_EQ(output["guardians"][0]["personalCode"], parent_code);
}

TEST_F(SimulatorsTest, a_person_unknown_to_the_register_is_a_refusal) {
  const auto outcome = perform(*population, call("family", {{"child", "p1_other"}}, id_1));
  ASSERT_TRUE(std::holds_alternative<kit::Refused>(outcome));
  EXPECT_EQ(std::get<kit::Refused>(outcome).code, "person-unknown");
}

TEST_F(SimulatorsTest, a_repeated_registration_has_no_second_effect) {
  const auto asked = call("register", application("a-1"), id_1);
  const auto first = perform(*place, asked);
  const auto second = perform(*place, asked);
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(first));
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(second));
  EXPECT_EQ(std::get<kit::Answered>(first).output, std::get<kit::Answered>(second).output);
  const Json calls = control("GET", "calls");
  EXPECT_EQ(calls["counts"]["register"], 2);
  EXPECT_EQ(calls["effects"], (Json{{id_1, 1}}));
}

TEST_F(SimulatorsTest, an_answer_that_was_lost_after_the_work_is_found_by_the_repeat) {
  // Two lost answers: curl itself repeats the first on a fresh connection, where it had kept one.
  control("POST", "faults",
          {{"operation", "register"}, {"first", 2}, {"drop", true}, {"afterEffect", true}});
  const auto asked = call("register", application("a-2"), id_2);
  EXPECT_TRUE(std::holds_alternative<kit::Unavailable>(perform(*place, asked)));
  auto outcome = perform(*place, asked);
  if (std::holds_alternative<kit::Unavailable>(outcome)) outcome = perform(*place, asked);
  EXPECT_TRUE(std::holds_alternative<kit::Answered>(outcome));
  EXPECT_EQ(control("GET", "calls")["counts"]["register"], 3);
  EXPECT_EQ(control("GET", "calls")["effects"], (Json{{id_2, 1}}));
}

TEST_F(SimulatorsTest, the_roads_error_and_the_registers_no_are_told_apart) {
  control("POST", "faults", {{"operation", "register"}, {"status", 500},
                             {"xroadError", "Server.ServerProxy.NetworkError"}});
  const auto asked = call("register", application("a-3"), id_1);
  EXPECT_TRUE(std::holds_alternative<kit::Unavailable>(perform(*place, asked)));
  control("POST", "faults", {{"operation", "register"}, {"refuse", "round-running"}});
  const auto refused = perform(*place, asked);
  ASSERT_TRUE(std::holds_alternative<kit::Refused>(refused));
  EXPECT_EQ(std::get<kit::Refused>(refused).code, "round-running");
  control("POST", "faults", {{"operation", "register"}, {"garbage", true}});
  EXPECT_TRUE(std::holds_alternative<kit::Invalid>(perform(*place, asked)));
}

TEST_F(SimulatorsTest, an_answer_reaches_its_offer_and_a_second_one_meets_a_closed_offer) {
  perform(*place, call("register", application("a-4"), id_3));
  const Json offer = control("POST", "offer", {{"application", "a-4"}, {"answerBy", "2026-05-18"}});
  const auto answer = [&](const char* what, const char* id) {
    return perform(*place, call("answer", {{"child", "p1_child"}, {"application", {{"id", "a-4"}}},
                                           {"offer", {{"id", offer["offer"]}}}, {"answer", what},
                                           {"answeredAt", "2026-05-18T20:58:00Z"}}, id));
  };
  // The answer to the answer is lost: the repeat finds the same, and takes the place once.
  control("POST", "faults",
          {{"operation", "answer"}, {"first", 2}, {"drop", true}, {"afterEffect", true}});
  EXPECT_TRUE(std::holds_alternative<kit::Unavailable>(answer("accept", id_1)));
  auto outcome = answer("accept", id_1);
  if (std::holds_alternative<kit::Unavailable>(outcome)) outcome = answer("accept", id_1);
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(outcome));
  EXPECT_EQ(std::get<kit::Answered>(outcome).output, (Json{{"status", "accepted"}}));
  const auto second = answer("decline", id_2);
  ASSERT_TRUE(std::holds_alternative<kit::Refused>(second));
  EXPECT_EQ(std::get<kit::Refused>(second).code, "offer-closed");
  EXPECT_EQ(control("GET", "state")["offers"][0]["state"], "accepted");
}

TEST_F(SimulatorsTest, a_decline_and_a_withdrawal_are_confirmed_for_what_they_are) {
  perform(*place, call("register", application("a-5"), id_3));
  const Json offer = control("POST", "offer", {{"application", "a-5"}});
  const auto declined =
      perform(*place, call("answer", {{"child", "p1_child"}, {"application", {{"id", "a-5"}}},
                                      {"offer", {{"id", offer["offer"]}}}, {"answer", "decline"},
                                      {"reasonCode", "later"},
                                      {"answeredAt", "2026-05-18T20:58:00Z"}}, id_1));
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(declined));
  EXPECT_EQ(std::get<kit::Answered>(declined).output["status"], "queued");
  EXPECT_EQ(std::get<kit::Answered>(declined).output["queue"]["scope"], "taru");
  const auto withdrawal = call("withdraw", {{"child", "p1_child"}, {"application", {{"id", "a-5"}}},
                                            {"reason", "family"}}, id_2);
  EXPECT_TRUE(std::holds_alternative<kit::Answered>(perform(*place, withdrawal)));
  const auto unknown = perform(*place, call("withdraw", {{"child", "p1_child"},
                                                         {"application", {{"id", "none"}}},
                                                         {"reason", "family"}}, id_4));
  ASSERT_TRUE(std::holds_alternative<kit::Refused>(unknown));
  EXPECT_EQ(std::get<kit::Refused>(unknown).code, "application-unknown");
}

TEST_F(SimulatorsTest, hundreds_of_slow_exchanges_take_no_longer_than_a_few) {
  control("POST", "faults", {{"operation", "family"}, {"delayMs", 300}});
  Codes codes;
  const auto begun = std::chrono::steady_clock::now();
  constexpr std::size_t many = 200;
  for (std::size_t i = 0; i < many; ++i) {
    http.start(1000 + i, population->request(call("family", {{"child", "p1_child"}}, id_1),
                                             codes).value());
  }
  std::map<std::uint64_t, int> statuses;
  while (statuses.size() < many && http.in_flight() > 0) {
    for (auto& done : http.wait(1s)) {
      const auto* response = std::get_if<kit::HttpResponse>(&done.result);
      statuses[done.ticket] = response == nullptr ? 0 : response->status;
    }
  }
  EXPECT_EQ(statuses.size(), many);
  for (const auto& [each, status] : statuses) EXPECT_EQ(status, 200) << each;
  // One after the other they would take a minute.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST_F(SimulatorsTest, a_timeout_an_empty_port_and_a_bad_header_are_failures_with_their_kind) {
  const auto kind_of = [&](kit::HttpRequest request) {
    const auto done = exchange(std::move(request));
    return std::get<engine::HttpFailure>(done.result).kind;
  };
  using Kind = engine::HttpFailure::Kind;
  Codes codes;
  control("POST", "faults", {{"operation", "family"}, {"delayMs", 5000}});
  auto request = population->request(call("family", {{"child", "p1_child"}}, id_1), codes).value();
  request.total_timeout = 100ms;
  EXPECT_EQ(kind_of(request), Kind::timeout);
  request.url = "http://127.0.0.1:1/";
  EXPECT_EQ(kind_of(request), Kind::unreachable);
  request.headers.push_back({"X-Evil", "a\r\nHost: b"});
  EXPECT_EQ(kind_of(request), Kind::unreachable);
}

TEST_F(SimulatorsTest, an_answer_larger_than_the_limit_is_cut_off) {
  adapters::curl::HttpClient small({.most_response_bytes = 20, .ca_file = {}, .identity = {}});
  small.start(1, {.method = "GET",
                  .url = simulators.address("placeRegister") + "/control/calls",
                  .headers = {},
                  .body = {},
                  .connect_timeout = 2s,
                  .total_timeout = 5s});
  std::vector<engine::HttpCompletion> done;
  while (done.empty()) done = small.wait(1s);
  EXPECT_EQ(std::get<engine::HttpFailure>(done[0].result).kind,
            engine::HttpFailure::Kind::too_large);
}

TEST_F(SimulatorsTest, a_wait_ends_when_somebody_wakes_it) {
  const auto begun = std::chrono::steady_clock::now();
  std::thread waker([&] { http.wake(); });
  EXPECT_TRUE(http.wait(30s).empty());
  waker.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

}  // namespace
}  // namespace elukaar
