#include "systems/place_register/place_register.hpp"

#include <gtest/gtest.h>

#include "kit/conformance_subject.hpp"
#include "support/roles.hpp"

namespace elukaar::place_register {
namespace {

class Arno : public ::testing::Test {
 protected:
  std::shared_ptr<const PlaceRegister> connector = std::make_shared<PlaceRegister>(
      xroad_rest::Route{.security_server = "https://server.example",
                        .client = {"EE", "GOV", "70000001", "elukaar"},
                        .provider = {"EE", "COM", "10000001", "kohad"},
                        .service = "elukaar-koht",
                        .user_id = {}},
      *profile("arno"),
      test::operations("place-register"));
  kit::Call call = kit::conformance::call_of(
      {.operation = "register",
       .input = Json::parse(R"({"child":"p1_child","application":{"id":"a/1",
         "submittedAt":"2026-05-04T06:00:00Z","wishedStart":"2027-09-01","language":"et",
         "preferences":["taru","ojakese"]}})"),
       .body = {}});
  kit::conformance::OneCode persons;

  kit::Outcome read(int status, const std::string& body) {
    return connector->read(call, {status, {}, body});
  }
  static std::string answer(const std::string& status) {
    return R"({"registerId":"K-1","status":")" + status +
           R"(","queues":[{"scope":"taru","position":2,"of":3,"ruleRef":"r"}]})";
  }
};

TEST_F(Arno, puts_the_application_under_its_own_id_with_ranked_preferences) {
  const auto request = connector->request(call, persons);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "PUT");
  EXPECT_TRUE(request->url.ends_with("/elukaar-koht/v1/applications/a%2F1")) << request->url;
  const Json body = Json::parse(request->body.reveal());
  EXPECT_EQ(body["kov"], "0653");
  EXPECT_EQ(body["child"]["personalCode"], "38206084915");
  EXPECT_EQ(body["preferences"], Json::parse(R"([{"rank":1,"kindergarten":"taru"},
                                                 {"rank":2,"kindergarten":"ojakese"}])"));
  EXPECT_FALSE(body.contains("residence"));
  call.input["application"]["residentSince"] = "2026-02-01";
  EXPECT_EQ(Json::parse(connector->request(call, persons)->body.reveal())["residence"]["childSince"],
            "2026-02-01");
}

TEST_F(Arno, translates_the_registers_words) {
  for (const auto& [wire, ours] : {std::pair{"Järjekorras", "queued"}, {"Ootel", "waiting"},
                                   {"Menetlemisel", "locked"}, {"loobutud", "queued"}}) {
    const auto outcome = read(200, answer(wire));
    const auto* answered = std::get_if<kit::Answered>(&outcome);
    ASSERT_NE(answered, nullptr) << wire;
    EXPECT_EQ(answered->output["status"], ours);
    EXPECT_EQ(answered->output["queue"]["position"], 2);
  }
  EXPECT_TRUE(std::holds_alternative<kit::Invalid>(read(200, answer("midagi muud"))));
}

TEST_F(Arno, takes_a_running_round_for_a_refusal) {
  const auto outcome = read(409, "");
  ASSERT_TRUE(std::holds_alternative<kit::Refused>(outcome));
  EXPECT_EQ(std::get<kit::Refused>(outcome).code, "round-running");
}

TEST_F(Arno, sends_the_familys_answer_with_its_receipt_and_without_the_childs_code) {
  call.operation = "answer";
  call.input = Json::parse(R"({"child":"p1_child","application":{"id":"a-1"},"offer":{"id":"o/7"},
    "answer":"decline","reasonCode":"later","answeredAt":"2027-04-19T20:58:00Z"})");
  const auto request = connector->request(call, persons);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_TRUE(request->url.ends_with("/elukaar-koht/v1/offers/o%2F7/answer")) << request->url;
  EXPECT_EQ(Json::parse(request->body.reveal()),
            Json::parse(R"({"kov":"0653","application":"a-1","answer":"decline",
              "reasonCode":"later","answeredAt":"2027-04-19T20:58:00Z"})"));
  EXPECT_TRUE(persons.asked.empty());
}

TEST_F(Arno, sends_the_start_that_a_postponement_asks_for) {
  call.operation = "answer";
  call.input = Json::parse(R"({"child":"p1_child","application":{"id":"a-1"},"offer":{"id":"o-7"},
    "answer":"postpone","start":"2028-01-03","answeredAt":"2027-04-19T20:58:00Z"})");
  const Json body = Json::parse(connector->request(call, persons)->body.reveal());
  EXPECT_EQ(body["start"], "2028-01-03");
  EXPECT_FALSE(body.contains("reasonCode"));
}

TEST_F(Arno, refuses_an_answer_that_is_none) {
  call.operation = "answer";
  call.input = Json::parse(R"({"child":"p1_child","application":{"id":"a-1"},"offer":{"id":"o-7"},
    "answer":"perhaps","answeredAt":"2027-04-19T20:58:00Z"})");
  EXPECT_FALSE(connector->request(call, persons));
}

TEST_F(Arno, takes_a_closed_offer_and_a_reason_for_refusals_with_their_codes) {
  call.operation = "answer";
  const auto code = [&](int status, const std::string& body) {
    const auto outcome = read(status, body);
    const auto* refused = std::get_if<kit::Refused>(&outcome);
    return refused == nullptr ? std::string("not refused") : refused->code;
  };
  EXPECT_EQ(code(409, ""), "offer-closed");
  EXPECT_EQ(code(422, ""), "answer-refused");
  EXPECT_EQ(code(422, R"({"code":"start-too-late"})"), "start-too-late");
  call.operation = "withdraw";
  EXPECT_EQ(code(409, ""), "round-running");
  EXPECT_EQ(code(422, ""), "withdrawal-refused");
}

TEST_F(Arno, believes_no_place_in_a_queue_that_the_register_does_not_name) {
  call.operation = "answer";
  const auto held = read(200, R"({"status":"koht vastu võetud"})");
  ASSERT_TRUE(std::holds_alternative<kit::Answered>(held));
  EXPECT_EQ(std::get<kit::Answered>(held).output, (Json{{"status", "accepted"}}));
  EXPECT_TRUE(std::holds_alternative<kit::Invalid>(read(200, R"({"status":"Järjekorras"})")));
  // A withdrawal that left the application in the queue is none.
  call.operation = "withdraw";
  EXPECT_TRUE(std::holds_alternative<kit::Answered>(read(200, R"({"status":"tagasi võetud"})")));
  EXPECT_TRUE(std::holds_alternative<kit::Invalid>(read(200, answer("Järjekorras"))));
}

// Tallinn's register keeps a queue for each kindergarten, and an application for each.
TEST_F(Arno, does_not_give_preferences_applications_of_their_own_but_tallinn_does) {
  const auto tallinn = std::make_shared<PlaceRegister>(
      xroad_rest::Route{.security_server = "https://server.example",
                        .client = {"EE", "GOV", "70000001", "elukaar"},
                        .provider = {"EE", "COM", "10000001", "kohad"},
                        .service = "elukaar-koht",
                        .user_id = {}},
      *profile("tallinn"),
      test::operations("place-register"));
  const Json body = Json::parse(tallinn->request(call, persons)->body.reveal());
  EXPECT_EQ(body["preferences"],
            Json::parse(R"([{"rank":1,"kindergarten":"taru","application":"a/1.1"},
                            {"rank":2,"kindergarten":"ojakese","application":"a/1.2"}])"));

  const auto outcome = tallinn->read(call, {200, {}, R"({"registerId":"T-1","status":"järjekorras",
    "queues":[{"scope":"taru","position":7,"of":9,"ruleRef":"r"},
              {"scope":"ojakese","position":3,"of":30,"ruleRef":"r"}]})"});
  const auto* answered = std::get_if<kit::Answered>(&outcome);
  ASSERT_NE(answered, nullptr);
  EXPECT_EQ(answered->output["queue"],
            Json::parse(R"({"scope":"taru","position":7,"of":9,"ruleRef":"r","best":3,"worst":7})"));
  // The other register's words are none of its.
  EXPECT_TRUE(std::holds_alternative<kit::Invalid>(
      tallinn->read(call, {200, {}, answer("Järjekorras")})));
}

TEST(Profile, that_does_not_exist_is_answered_with_the_nearest) {
  EXPECT_NE(profile("arnoo").error().find("`arno`"), std::string::npos);
}

}  // namespace
}  // namespace elukaar::place_register
