#include "cloudevents/schema_catalogue.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>

#include "cloudevents/encode.hpp"
#include "support/temporary_folder.hpp"

namespace elukaar::cloudevents {
namespace {

const std::string key = "p1_abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";

Json birth() {
  return {{"child", {{"key", key}, {"bornOn", "2026-04-20"}}},
          {"residenceKov", "0653"},
          {"registeredOn", "2026-04-21"},
          {"guardians", Json::array({{{"key", key}}, {{"key", key}}})}};
}

SchemaCatalogue catalogue(const std::string& folder = "") {
  const std::string path = std::string{ELUKAAR_EVENTS} + folder;
  auto loaded = folder.empty() ? SchemaCatalogue::load_events(path) : SchemaCatalogue::load(path);
  if (!loaded) {
    for (const Problem& problem : loaded.error()) ADD_FAILURE() << to_text(problem);
    throw std::runtime_error{"the schemas do not load"};
  }
  return *loaded;
}

documents::Schema schema(const char* text) {
  auto compiled = documents::Schema::compile(Json::parse(text));
  if (!compiled) throw std::runtime_error{compiled.error()};
  return *compiled;
}

std::string first(const documents::Schema& compiled, const Json& data) {
  const auto found = compiled.violations(data);
  return found.empty() ? "" : found.front().where + ": " + found.front().what;
}

TEST(Catalogue, has_a_titled_schema_for_every_event_and_every_form_of_the_intake) {
  const auto topics = catalogue();
  const auto intake = catalogue("/intake");
  for (const char* type : {"application.submitted", "application.withdrawn", "birth.annulled",
                           "birth.registered", "person.key-changed", "proactive.opted-out",
                           "queue.position-changed", "review.decided", "status.changed"}) {
    EXPECT_NE(topics.schema(std::string{"ee.elukaar."} + type + ".v1"), nullptr) << type;
  }
  for (const char* type : {"adverse-step.confirmed", "birth.annulled", "birth.registered",
                           "objection.decided", "person.key-changed", "queue.position-changed",
                           "review.decided"}) {
    EXPECT_NE(intake.schema(std::string{"ee.elukaar."} + type + ".v1"), nullptr) << type;
  }
  for (const auto& [all, closed] : {std::pair{&topics, false}, std::pair{&intake, true}}) {
    for (const std::string& type : all->types()) {
      const Json& described = *all->schema(type);
      EXPECT_TRUE(described.contains("title") && described.contains("description")) << type;
      EXPECT_EQ(described.contains("additionalProperties"), closed) << type;
    }
  }
}

TEST(Catalogue, takes_a_birth_and_points_at_what_is_wrong_with_another) {
  const auto topics = catalogue();
  const std::string type = "ee.elukaar.birth.registered.v1";
  EXPECT_TRUE(topics.check(type, birth()));
  Json bad = birth();
  bad["child"]["bornOn"] = "kevadel";
  bad["guardians"][1]["key"] = "38206084915";
  const auto refused = topics.check(type, bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::schema_violation);
  EXPECT_EQ(refused.error().where, "/data/child/bornOn");
  EXPECT_NE(refused.error().sentence.find("/data/guardians/1/key"), std::string::npos);
  EXPECT_EQ(refused.error().text().find("38206084915"), std::string::npos);
  EXPECT_EQ(refused.error().text().find("kevadel"), std::string::npos);
  EXPECT_FALSE(topics.check(type, nullptr));
  EXPECT_EQ(topics.check("ee.elukaar.unheard-of.v1", birth()).error().code,
            ErrorCode::unknown_type);
}

TEST(Catalogue, lets_a_newer_producer_add_members_on_topics_but_not_at_the_intake) {
  Json data = {{"application", {{"id", "a-1"}, {"note", 1}}}, {"decision", "accept"}};
  EXPECT_TRUE(catalogue().check("ee.elukaar.review.decided.v1", data));
  const auto refused = catalogue("/intake").check("ee.elukaar.review.decided.v1", data);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "/data/application");
}

TEST(Catalogue, tells_of_all_that_is_wrong_with_a_folder) {
  EXPECT_FALSE(SchemaCatalogue::load("/nonexistent"));
  const auto folder = std::filesystem::temp_directory_path() /
                      ("elukaar-schemas-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  std::ofstream{folder / "a.schema.json"} << "{";
  std::ofstream{folder / "b.schema.json"} << R"({"properties": {"x": {"format": "email"}}})";
  std::ofstream{folder / "c.txt"} << "not a schema";
  const auto loaded = SchemaCatalogue::load(folder);
  std::filesystem::remove_all(folder);
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), 2U);
  EXPECT_NE(loaded.error()[1].what.find("/properties/x/format"), std::string::npos);
}

TEST(Catalogue, knows_what_orders_an_event_who_says_it_and_whether_anybody_asked) {
  const auto topics = catalogue();
  const std::string type = "ee.elukaar.birth.registered.v1";
  EXPECT_EQ(topics.partition_key(type, birth()), key);
  EXPECT_EQ(topics.partition_key(type, Json::object()), "");
  EXPECT_EQ(topics.partition_key("ee.elukaar.person.key-changed.v1", {{"formerKey", "a"}, {"key", "b"}}),
            "a");
  EXPECT_EQ(topics.partition_key("ee.elukaar.person.died.v1", {{"person", {{"key", "a"}}}}), "a");
  EXPECT_EQ(topics.partition_key("ee.elukaar.round.started.v1", {{"round", {{"id", "r-1"}}}}), "r-1");
  EXPECT_EQ(topics.partition_key("ee.elukaar.unheard-of.v1", birth()), "");
  EXPECT_TRUE(topics.from_register(type) && topics.proactive(type));
  EXPECT_TRUE(topics.from_register("ee.elukaar.birth.annulled.v1"));
  EXPECT_FALSE(topics.proactive("ee.elukaar.birth.annulled.v1"));
  EXPECT_FALSE(topics.from_register("ee.elukaar.round.started.v1"));
}

TEST(Catalogue, refuses_an_event_that_nothing_orders) {
  struct Row {
    const char* schema;
    const char* told;
  };
  const Row rows[] = {
      {R"({"type": "object"})",
       "expected `x-partition-key`: which member of the data orders these events, as in "
       "\"/application/id\""},
      {R"({"x-partition-key": "item", "required": ["item"], "properties": {"item": {"type": "string"}}})",
       "expected `x-partition-key` to lead to a text that the data must have, found \"item\""},
      {R"({"x-partition-key": "/item", "properties": {"item": {"type": "string"}}})",
       "expected `x-partition-key` to lead to a text that the data must have, found \"/item\""},
      {R"({"x-partition-key": "/item", "required": ["item"], "properties": {"item": {"type": "integer"}}})",
       "expected `x-partition-key` to lead to a text that the data must have, found \"/item\""},
      {R"({"x-partition-key": "/item/id", "required": ["item"], "properties": {"item": {
           "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}})",
       ""},
  };
  for (const Row& row : rows) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "registers");
    std::filesystem::create_directories(folder.path() / "services");
    std::ofstream{folder.path() / "services/a.v1.schema.json"} << row.schema;
    const auto loaded = SchemaCatalogue::load_events(folder.path());
    EXPECT_EQ(loaded ? "" : loaded.error().front().what, row.told) << row.schema;
  }
}

TEST(Schema, checks_every_keyword_that_it_takes) {
  struct Row {
    const char* schema;
    const char* good;
    const char* bad;
  };
  const Row rows[] = {
      {R"({"type":"integer"})", "1.0", "1.5"},
      {R"({"type":["string","null"]})", "null", "1"},
      {R"({"type":"number"})", "1", "\"1\""},
      {R"({"type":"boolean"})", "true", "0"},
      {R"({"enum":["a",1]})", "1", "\"b\""},
      {R"({"const":{"a":1}})", R"({"a":1.0})", R"({"a":2})"},
      {R"({"pattern":"^[0-9]{4}$"})", "\"0653\"", "\"06530\""},
      {R"({"minLength":2})", "\"õõ\"", "\"õ\""},
      {R"({"maxLength":2})", "\"õõ\"", "\"abc\""},
      {R"({"minimum":1})", "1", "0.9"},
      {R"({"maximum":1})", "1", "1.1"},
      {R"({"exclusiveMinimum":1})", "1.1", "1"},
      {R"({"exclusiveMaximum":1})", "0.9", "1"},
      {R"({"minItems":1})", "[1]", "[]"},
      {R"({"maxItems":1})", "[1]", "[1,2]"},
      {R"({"uniqueItems":true})", "[1,2]", "[1,2,1.0]"},
      {R"({"items":{"type":"null"}})", "[null]", "[null,1]"},
      {R"({"minProperties":1})", R"({"a":1})", "{}"},
      {R"({"maxProperties":1})", R"({"a":1})", R"({"a":1,"b":1})"},
      {R"({"required":["a"]})", R"({"a":null})", R"({"b":1})"},
      {R"({"properties":{"a":false}})", R"({"b":1})", R"({"a":1})"},
      {R"({"additionalProperties":{"type":"null"}})", R"({"a":null})", R"({"a":1})"},
      {R"({"allOf":[{"minimum":1},{"maximum":2}]})", "1", "3"},
      {R"({"anyOf":[{"minimum":5},{"maximum":2}]})", "1", "3"},
      {R"({"oneOf":[{"minimum":1},{"minimum":5}]})", "3", "6"},
      {R"({"not":{"type":"null"}})", "1", "null"},
      {R"({"format":"date"})", "\"2024-02-29\"", "\"2026-02-29\""},
      {R"({"format":"date-time"})", "\"2026-05-04T06:00:00+03:00\"", "\"2026-05-04\""},
      {R"({"format":"uuid"})", "\"01234567-89ab-cdef-0123-456789abcdef\"", "\"0123\""},
      {R"({"definitions":{"n":{"type":"null"}},"items":{"$ref":"#/definitions/n"}})", "[null]",
       "[1]"},
      {"false", "", "1"},
  };
  for (const Row& row : rows) {
    const documents::Schema compiled = schema(row.schema);
    if (*row.good) {
      EXPECT_EQ(first(compiled, Json::parse(row.good)), "") << row.schema;
    }
    EXPECT_NE(first(compiled, Json::parse(row.bad)), "") << row.schema;
  }
}

TEST(Schema, refuses_what_it_would_not_carry_out) {
  for (const char* text :
       {R"({"patternProperties":{}})", R"({"format":"email"})", R"x({"pattern":"(?=a)"})x",
        R"({"type":"text"})", R"({"minLength":-1})", R"({"enum":[]})", "1",
        R"({"$ref":"http://example.org"})", R"({"properties":{"a":{"requird":["b"]}}})",
        R"({"definitions":{"a":{"items":{"$ref":"#/definitions/a"}}},"$ref":"#/definitions/a"})"}) {
    EXPECT_FALSE(documents::Schema::compile(Json::parse(text))) << text;
  }
}

TEST(Schema, tells_of_the_first_few_violations_only) {
  const documents::Schema compiled = schema(R"({"items":{"type":"null"}})");
  EXPECT_EQ(compiled.violations(Json::array({1, 2, 3, 4, 5, 6, 7, 8})).size(), documents::max_violations);
}

TEST(Schema, writes_pointers_by_rfc_6901) {
  const documents::Schema compiled = schema(R"({"properties":{"a/b~c":{"items":{"type":"null"}}}})");
  EXPECT_EQ(compiled.violations({{"a/b~c", {nullptr, 1}}}).front().where, "/a~1b~0c/1");
}

// std::regex, and so valijson, ends the process on this one: it recurses once a character.
TEST(Schema, matches_a_long_text_without_deep_recursion) {
  Json data = birth();
  data["child"]["key"] = "p1_" + std::string(60'000, 'a');
  EXPECT_FALSE(catalogue().check("ee.elukaar.birth.registered.v1", data));
  const documents::Schema compiled = schema(R"x({"pattern":"^(p[0-9]+_[a-z2-7]+|x_[0-9a-f-]{36})$"})x");
  EXPECT_EQ(first(compiled, data["child"]["key"]), "");
}

TEST(Schema, may_be_used_by_several_threads_at_once) {
  const auto topics = catalogue();
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      Json data = birth();
      if (i % 2) data["residenceKov"] = "x";
      for (int n = 0; n < 500; ++n) {
        wrong += topics.check("ee.elukaar.birth.registered.v1", data).has_value() == (i % 2 == 1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// Not a limit that can fail on a busy machine: a figure to read.
TEST(Measured, an_event_is_read_checked_and_written) {
  const auto topics = catalogue();
  CloudEvent event;
  event.id = "rr-20260504-00017";
  event.source = "/register/population/0653";
  event.type = "ee.elukaar.birth.registered.v1";
  event.municipality = Municipality{"0653"};
  event.partition_key = key;
  event.data = birth();
  const auto timed = [](const char* what, auto&& once) {
    constexpr int rounds = 5000;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) once();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    std::cout << what << ": " << took.count() / rounds << " µs\n";
  };
  const std::string bytes = encode(event);
  std::cout << bytes.size() << " bytes\n";
  timed("check", [&] { ASSERT_TRUE(topics.check(event)); });
  timed("decode", [&] { ASSERT_TRUE(decode_json(bytes, Door::topic)); });
  timed("encode", [&] { ASSERT_EQ(encode(event).size(), bytes.size()); });
}

}  // namespace
}  // namespace elukaar::cloudevents
