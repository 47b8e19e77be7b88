#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kit/connector.hpp"

// What every connector must keep, as a typed test. A connector joins with
//
//   struct MyRegisterCase {
//     static std::shared_ptr<const kit::Connector> connector();
//     static std::vector<kit::conformance::Example> examples();   // at least one an operation
//   };
//   ELUKAAR_CONNECTOR_CONFORMANCE(MyRegister, MyRegisterCase);
//
// Only tests include this header.
namespace elukaar::kit::conformance {

struct Example {
  std::string operation;
  Json input;              // persons as any text
  int status = 200;        // of a good answer
  std::string body;        // its body
  bool is_xroad = true;    // speaks to a security server
};

// Hands out one code for every person, and remembers that it was asked.
class OneCode : public PersonalData {
 public:
  static constexpr std::string_view code = "38206084915";  // a published test code

  Result<Sensitive<std::string>, std::string> personal_code(const Pseudonym& person) override {
    asked.push_back(person);
    if (is_empty) return failure(std::string("no personal code of this person is known"));
    return Sensitive<std::string>{std::string(code)};
  }

  std::vector<Pseudonym> asked;
  bool is_empty = false;
};

inline Call call_of(const Example& example, int attempt = 1) {
  return {.id = CallId{*Uuid::parse("018f3c5e-7b1a-7cde-9abc-0123456789ab")},
          .municipality = Municipality{"0653"},
          .case_reference = "018f3c5e-0000-7000-8000-000000000001",
          .operation = example.operation,
          .input = example.input,
          .attempt = attempt,
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

inline std::string text_of(const Outcome& outcome) {
  struct Text {
    std::string operator()(const Answered&) const { return "answered"; }
    std::string operator()(const Refused& each) const { return each.code + " " + each.message; }
    std::string operator()(const Invalid& each) const { return each.detail; }
    std::string operator()(const Unavailable& each) const { return each.detail; }
    std::string operator()(const Entrusted&) const { return "entrusted to an official"; }
  };
  return std::visit(Text{}, outcome);
}

template <class Case>
class Conformance : public ::testing::Test {
 protected:
  std::shared_ptr<const Connector> connector = Case::connector();
  std::vector<Example> examples = Case::examples();
  OneCode persons;

  HttpRequest request(const Example& example, int attempt = 1) {
    auto made = connector->request(call_of(example, attempt), persons);
    EXPECT_TRUE(made) << example.operation << ": "
                      << (made ? "" : text_of(made.error()));
    return made ? *made : HttpRequest{};
  }
  Outcome read(const Example& example, int status, std::vector<Header> headers, std::string body) {
    return connector->read(call_of(example), {status, std::move(headers), std::move(body)});
  }
};

TYPED_TEST_SUITE_P(Conformance);

TYPED_TEST_P(Conformance, has_an_example_of_every_operation) {
  ASSERT_FALSE(this->connector->operations().empty());
  for (const Operation& operation : this->connector->operations()) {
    bool has_one = false;
    for (const Example& each : this->examples) has_one |= each.operation == operation.name;
    EXPECT_TRUE(has_one) << operation.name;
  }
}

TYPED_TEST_P(Conformance, sends_the_call_id_as_idempotency_key_on_every_attempt) {
  for (const Example& each : this->examples) {
    const std::string id = call_of(each).id.str();
    for (const int attempt : {1, 2, 7}) {
      const HttpRequest request = this->request(each, attempt);
      EXPECT_EQ(header(request.headers, "Idempotency-Key"), "\"" + id + "\"");
      if (each.is_xroad) { EXPECT_EQ(header(request.headers, "X-Road-Id"), id); }
    }
  }
}

TYPED_TEST_P(Conformance, makes_the_same_request_for_a_repeat) {
  for (const Example& each : this->examples) {
    const HttpRequest first = this->request(each, 1);
    const HttpRequest second = this->request(each, 2);
    EXPECT_EQ(first.method, second.method);
    EXPECT_EQ(first.url, second.url);
    EXPECT_EQ(first.body.reveal(), second.body.reveal());
  }
}

TYPED_TEST_P(Conformance, sets_both_timeouts) {
  for (const Example& each : this->examples) {
    const HttpRequest request = this->request(each);
    EXPECT_GT(request.connect_timeout.count(), 0);
    EXPECT_GE(request.total_timeout, request.connect_timeout);
    EXPECT_LE(request.total_timeout, std::chrono::minutes{5});
  }
}

TYPED_TEST_P(Conformance, keeps_the_personal_code_out_of_url_headers_and_log) {
  for (const Example& each : this->examples) {
    const HttpRequest request = this->request(each);
    EXPECT_EQ(request.url.find(OneCode::code), std::string::npos) << request.url;
    EXPECT_EQ(describe(request).find(OneCode::code), std::string::npos);
    for (const Header& header : request.headers) {
      EXPECT_EQ(header.value.find(OneCode::code), std::string::npos) << header.name;
    }
  }
}

TYPED_TEST_P(Conformance, sends_no_pseudonym_to_the_outside) {
  for (const Example& each : this->examples) {
    this->persons.asked.clear();
    const HttpRequest request = this->request(each);
    for (const Pseudonym& person : this->persons.asked) {
      EXPECT_EQ(request.url.find(person.str()), std::string::npos);
      EXPECT_EQ(request.body.reveal().find(person.str()), std::string::npos);
    }
  }
}

TYPED_TEST_P(Conformance, refuses_to_ask_about_a_person_without_a_code) {
  for (const Example& each : this->examples) {
    this->persons.asked.clear();
    this->request(each);
    if (this->persons.asked.empty()) continue;
    this->persons.is_empty = true;
    const auto made = this->connector->request(call_of(each), this->persons);
    ASSERT_FALSE(made);
    EXPECT_TRUE(std::holds_alternative<Invalid>(made.error()) ||
                std::holds_alternative<Refused>(made.error()));
    this->persons.is_empty = false;
  }
}

TYPED_TEST_P(Conformance, refuses_an_unknown_operation_and_an_input_that_does_not_fit) {
  Example example = this->examples.front();
  example.operation = "no-such-operation";
  EXPECT_FALSE(this->connector->request(call_of(example), this->persons));
  example = this->examples.front();
  example.input = Json::array({1});
  EXPECT_FALSE(this->connector->request(call_of(example), this->persons));
}

TYPED_TEST_P(Conformance, reads_a_good_answer_into_an_output_that_fits) {
  for (const Example& each : this->examples) {
    const Outcome outcome = this->read(each, each.status, {}, each.body);
    const auto* answer = std::get_if<Answered>(&outcome);
    ASSERT_NE(answer, nullptr) << each.operation << ": " << text_of(outcome);
    const Operation* operation = find_operation(this->connector->operations(), each.operation);
    ASSERT_NE(operation, nullptr);
    EXPECT_TRUE(check(operation->output, answer->output));
  }
}

TYPED_TEST_P(Conformance, takes_an_unavailable_system_for_unavailable) {
  for (const Example& each : this->examples) {
    for (const int status : {408, 429, 500, 502, 503, 504}) {
      const Outcome outcome = this->read(each, status, {}, "<html>busy</html>");
      EXPECT_TRUE(std::holds_alternative<Unavailable>(outcome)) << status << text_of(outcome);
    }
  }
}

TYPED_TEST_P(Conformance, passes_on_how_long_to_wait) {
  for (const Example& each : this->examples) {
    const Outcome outcome = this->read(each, 503, {{"retry-after", "7"}}, "");
    const auto* unavailable = std::get_if<Unavailable>(&outcome);
    ASSERT_NE(unavailable, nullptr);
    EXPECT_EQ(unavailable->retry_after, std::chrono::seconds{7});
  }
}

TYPED_TEST_P(Conformance, tells_the_roads_errors_by_their_header_not_by_the_status) {
  for (const Example& each : this->examples) {
    if (!each.is_xroad) continue;
    // The same status and body: with the header it is the road's, without it the provider's.
    const Outcome road = this->read(
        each, 500, {{"X-Road-Error", "Server.ServerProxy.AccessDenied"}}, each.body);
    EXPECT_TRUE(std::holds_alternative<Refused>(road)) << text_of(road);
    for (const char* code : {"Server.ServerProxy.NetworkError", "Server.ClientProxy.NetworkError",
                             "Server.ServerProxy.ServiceFailed.HttpError"}) {
      const Outcome outcome = this->read(each, 500, {{"x-road-error", code}}, "garbage");
      EXPECT_TRUE(std::holds_alternative<Unavailable>(outcome)) << code << text_of(outcome);
    }
    for (const char* code : {"Client.BadRequest", "Client.UnknownService",
                             "Server.ServerProxy.UnknownService"}) {
      const Outcome outcome = this->read(each, 400, {{"X-Road-Error", code}}, "");
      EXPECT_TRUE(std::holds_alternative<Invalid>(outcome)) << code << text_of(outcome);
    }
  }
}

TYPED_TEST_P(Conformance, takes_the_providers_no_for_a_refusal_with_its_code) {
  for (const Example& each : this->examples) {
    const Outcome outcome = this->read(each, 422, {{"Content-Type", "application/problem+json"}},
                                       R"({"type":"https://example.ee/errors/not-now","status":422})");
    const auto* refused = std::get_if<Refused>(&outcome);
    ASSERT_NE(refused, nullptr) << text_of(outcome);
    EXPECT_EQ(refused->code, "not-now");
  }
}

TYPED_TEST_P(Conformance, never_repeats_the_words_of_the_other_side) {
  const std::string code(OneCode::code);
  const std::string body = R"({"type":"about:)" + code + R"(","code":")" + code +
                           R"(","title":"Isik )" + code + R"(","detail":")" + code + R"("})";
  for (const Example& each : this->examples) {
    for (const int status : {200, 400, 404, 409, 418, 422, 500, 503}) {
      const Outcome outcome = this->read(each, status, {}, body);
      EXPECT_EQ(text_of(outcome).find(code), std::string::npos) << status;
    }
    const Outcome road = this->read(each, 500, {{"X-Road-Error", "Server." + code}}, body);
    EXPECT_EQ(text_of(road).find(code), std::string::npos);
  }
}

TYPED_TEST_P(Conformance, takes_a_garbled_answer_for_a_broken_contract) {
  for (const Example& each : this->examples) {
    for (const char* body : {"", "{", "<html></html>", "null", "[]", "{}", "\xff\xfe"}) {
      const Outcome outcome = this->read(each, each.status, {}, body);
      EXPECT_TRUE(std::holds_alternative<Invalid>(outcome)) << each.operation << " " << body;
    }
  }
}

TYPED_TEST_P(Conformance, follows_no_redirect_and_trusts_no_other_calls_answer) {
  for (const Example& each : this->examples) {
    EXPECT_TRUE(std::holds_alternative<Invalid>(
        this->read(each, 302, {{"Location", "https://example.ee/"}}, "")));
    if (!each.is_xroad) continue;
    EXPECT_TRUE(std::holds_alternative<Invalid>(
        this->read(each, each.status, {{"X-Road-Id", "another"}}, each.body)));
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    Conformance, has_an_example_of_every_operation,
    sends_the_call_id_as_idempotency_key_on_every_attempt, makes_the_same_request_for_a_repeat,
    sets_both_timeouts, keeps_the_personal_code_out_of_url_headers_and_log,
    sends_no_pseudonym_to_the_outside, refuses_to_ask_about_a_person_without_a_code,
    refuses_an_unknown_operation_and_an_input_that_does_not_fit,
    reads_a_good_answer_into_an_output_that_fits, takes_an_unavailable_system_for_unavailable,
    passes_on_how_long_to_wait, tells_the_roads_errors_by_their_header_not_by_the_status,
    takes_the_providers_no_for_a_refusal_with_its_code,
    never_repeats_the_words_of_the_other_side, takes_a_garbled_answer_for_a_broken_contract,
    follows_no_redirect_and_trusts_no_other_calls_answer);

}  // namespace elukaar::kit::conformance

#define ELUKAAR_CONNECTOR_CONFORMANCE(name, connector_case)                              \
  namespace elukaar::kit::conformance {                                                  \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, Conformance, ::testing::Types<connector_case>);   \
  }
