#pragma once

#include "kit/conformance.hpp"
#include "transport/xroad_rest/rest.hpp"

// What every connector must keep that speaks X-Road REST, beside what all must (kit/conformance.hpp). Only tests
// include this header.
namespace elukaar::xroad_rest {

using namespace kit;
using kit::conformance::Example;
using kit::conformance::OneCode;
using kit::conformance::call_of;
using kit::conformance::text_of;

class XroadRestConformance : public kit::conformance::Conformance {};

TEST_P(XroadRestConformance, sends_the_call_id_as_idempotency_key_and_as_the_roads_on_every_attempt) {
  for (const Example& each : examples) {
    const std::string id = call_of(each).id.str();
    for (const int attempt : {1, 2, 7}) {
      const HttpRequest made = request(each, attempt);
      EXPECT_EQ(header(made.headers, "Idempotency-Key"), "\"" + id + "\"");
      EXPECT_EQ(header(made.headers, "X-Road-Id"), id);
    }
  }
}

TEST_P(XroadRestConformance, takes_an_unavailable_provider_for_unavailable) {
  for (const Example& each : examples) {
    for (const int status : {408, 429, 500, 502, 503, 504}) {
      const Outcome outcome = read(each, status, {}, "<html>busy</html>");
      EXPECT_TRUE(std::holds_alternative<Unavailable>(outcome)) << status << text_of(outcome);
    }
  }
}

TEST_P(XroadRestConformance, passes_on_how_long_to_wait) {
  for (const Example& each : examples) {
    const Outcome outcome = read(each, 503, {{"retry-after", "7"}}, "");
    const auto* unavailable = std::get_if<Unavailable>(&outcome);
    ASSERT_NE(unavailable, nullptr);
    EXPECT_EQ(unavailable->retry_after, std::chrono::seconds{7});
  }
}

TEST_P(XroadRestConformance, tells_the_roads_errors_by_their_header_not_by_the_status) {
  for (const Example& each : examples) {
    // The same status and body: with the header it is the road's, without it the provider's.
    const Outcome road = read(
        each, 500, {{"X-Road-Error", "Server.ServerProxy.AccessDenied"}}, each.body);
    EXPECT_TRUE(std::holds_alternative<Refused>(road)) << text_of(road);
    for (const char* code : {"Server.ServerProxy.NetworkError", "Server.ClientProxy.NetworkError",
                             "Server.ServerProxy.ServiceFailed.HttpError"}) {
      const Outcome outcome = read(each, 500, {{"x-road-error", code}}, "garbage");
      EXPECT_TRUE(std::holds_alternative<Unavailable>(outcome)) << code << text_of(outcome);
    }
    for (const char* code : {"Client.BadRequest", "Client.UnknownService",
                             "Server.ServerProxy.UnknownService"}) {
      const Outcome outcome = read(each, 400, {{"X-Road-Error", code}}, "");
      EXPECT_TRUE(std::holds_alternative<Invalid>(outcome)) << code << text_of(outcome);
    }
  }
}

TEST_P(XroadRestConformance, takes_the_providers_no_for_a_refusal_with_its_code) {
  for (const Example& each : examples) {
    const Outcome outcome = read(each, 422, {{"Content-Type", "application/problem+json"}},
                                       R"({"type":"https://example.ee/errors/not-now","status":422})");
    const auto* refused = std::get_if<Refused>(&outcome);
    ASSERT_NE(refused, nullptr) << text_of(outcome);
    EXPECT_EQ(refused->code, "not-now");
  }
}

TEST_P(XroadRestConformance, never_repeats_the_words_of_the_road) {
  const std::string code(OneCode::code);
  for (const Example& each : examples) {
    const Outcome road = read(each, 500, {{"X-Road-Error", "Server." + code}}, R"({"detail":")" + code + R"("})");
    EXPECT_EQ(text_of(road).find(code), std::string::npos);
  }
}

TEST_P(XroadRestConformance, trusts_no_other_calls_answer) {
  for (const Example& each : examples) {
    EXPECT_TRUE(std::holds_alternative<Invalid>(
        read(each, each.status, {{"X-Road-Id", "another"}}, each.body)));
  }
}

INSTANTIATE_TEST_SUITE_P(Connectors, XroadRestConformance,
                         ::testing::ValuesIn(kit::conformance::speaking(transport)),
                         kit::conformance::name_of);

}  // namespace elukaar::xroad_rest
