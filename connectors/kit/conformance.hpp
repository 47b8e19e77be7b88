#pragma once

#include "kit/conformance_subject.hpp"

// What every connector must keep, however it talks. Nothing is added here for a new one: the suite judges every
// profile of every system in the list of connectors/CMakeLists.txt by the examples in its folder, examples.json:
//
//   [{ "operation": "lookup", "input": { … }, "status": 200, "body": { … } }]     at least one an operation
//
// with `profile` where the words are those of one profile alone, and with settings made of the examples of their
// declarations. What a wire format demands besides stands in its folder, transport/<name>/conformance.hpp. Only
// tests include this header.
namespace elukaar::kit::conformance {

class Conformance : public ::testing::TestWithParam<Subject> {
 protected:
  std::shared_ptr<const Connector> connector = GetParam().connector;
  std::vector<Example> examples = GetParam().examples;
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

TEST_P(Conformance, has_an_example_of_every_operation) {
  ASSERT_FALSE(connector->operations().empty());
  for (const Operation& operation : connector->operations()) {
    bool has_one = false;
    for (const Example& each : examples) has_one |= each.operation == operation.name;
    EXPECT_TRUE(has_one) << operation.name;
  }
}

TEST_P(Conformance, says_which_call_it_is_on_every_attempt) {
  for (const Example& each : examples) {
    const std::string id = call_of(each).id.str();
    for (const int attempt : {1, 2, 7}) {
      const HttpRequest made = request(each, attempt);
      bool says_it = made.body.reveal().find(id) != std::string::npos;
      for (const Header& header : made.headers) says_it |= header.value.find(id) != std::string::npos;
      EXPECT_TRUE(says_it) << each.operation << " " << attempt;
    }
  }
}

TEST_P(Conformance, makes_the_same_request_for_a_repeat) {
  for (const Example& each : examples) {
    const HttpRequest first = request(each, 1);
    const HttpRequest second = request(each, 2);
    EXPECT_EQ(first.method, second.method);
    EXPECT_EQ(first.url, second.url);
    EXPECT_EQ(first.body.reveal(), second.body.reveal());
  }
}

TEST_P(Conformance, sets_both_timeouts) {
  for (const Example& each : examples) {
    const HttpRequest made = request(each);
    EXPECT_GT(made.connect_timeout.count(), 0);
    EXPECT_GE(made.total_timeout, made.connect_timeout);
    EXPECT_LE(made.total_timeout, std::chrono::minutes{5});
  }
}

TEST_P(Conformance, keeps_the_personal_code_out_of_url_headers_and_log) {
  for (const Example& each : examples) {
    const HttpRequest made = request(each);
    EXPECT_EQ(made.url.find(OneCode::code), std::string::npos) << made.url;
    EXPECT_EQ(describe(made).find(OneCode::code), std::string::npos);
    for (const Header& header : made.headers) {
      EXPECT_EQ(header.value.find(OneCode::code), std::string::npos) << header.name;
    }
  }
}

TEST_P(Conformance, sends_no_pseudonym_to_the_outside) {
  for (const Example& each : examples) {
    persons.asked.clear();
    const HttpRequest made = request(each);
    for (const Pseudonym& person : persons.asked) {
      EXPECT_EQ(made.url.find(person.str()), std::string::npos);
      EXPECT_EQ(made.body.reveal().find(person.str()), std::string::npos);
    }
  }
}

TEST_P(Conformance, refuses_to_ask_about_a_person_without_a_code) {
  for (const Example& each : examples) {
    persons.asked.clear();
    request(each);
    if (persons.asked.empty()) continue;
    persons.is_empty = true;
    const auto made = connector->request(call_of(each), persons);
    ASSERT_FALSE(made);
    EXPECT_TRUE(std::holds_alternative<Invalid>(made.error()) ||
                std::holds_alternative<Refused>(made.error()));
    persons.is_empty = false;
  }
}

TEST_P(Conformance, refuses_an_unknown_operation_and_an_input_that_does_not_fit) {
  Example example = examples.front();
  example.operation = "no-such-operation";
  EXPECT_FALSE(connector->request(call_of(example), persons));
  example = examples.front();
  example.input = Json::array({1});
  EXPECT_FALSE(connector->request(call_of(example), persons));
}

TEST_P(Conformance, reads_a_good_answer_into_an_output_that_fits) {
  for (const Example& each : examples) {
    const Outcome outcome = read(each, each.status, {}, each.body);
    const auto* answer = std::get_if<Answered>(&outcome);
    ASSERT_NE(answer, nullptr) << each.operation << ": " << text_of(outcome);
    const Operation* operation = find_operation(connector->operations(), each.operation);
    ASSERT_NE(operation, nullptr);
    EXPECT_TRUE(check(operation->output, answer->output));
  }
}

TEST_P(Conformance, never_repeats_the_words_of_the_other_side) {
  const std::string code(OneCode::code);
  const std::string body = R"({"type":"about:)" + code + R"(","code":")" + code +
                           R"(","title":"Isik )" + code + R"(","detail":")" + code + R"("})";
  for (const Example& each : examples) {
    for (const int status : {200, 400, 404, 409, 418, 422, 500, 503}) {
      const Outcome outcome = read(each, status, {}, body);
      EXPECT_EQ(text_of(outcome).find(code), std::string::npos) << status;
    }
  }
}

TEST_P(Conformance, takes_a_garbled_answer_for_a_broken_contract) {
  for (const Example& each : examples) {
    for (const char* body : {"", "{", "<html></html>", "null", "[]", "{}", "\xff\xfe"}) {
      const Outcome outcome = read(each, each.status, {}, body);
      EXPECT_TRUE(std::holds_alternative<Invalid>(outcome)) << each.operation << " " << body;
    }
  }
}

TEST_P(Conformance, follows_no_redirect) {
  for (const Example& each : examples) {
    EXPECT_TRUE(std::holds_alternative<Invalid>(
        read(each, 302, {{"Location", "https://example.ee/"}}, "")));
  }
}

INSTANTIATE_TEST_SUITE_P(Connectors, Conformance, ::testing::ValuesIn(subjects()), name_of);

}  // namespace elukaar::kit::conformance
