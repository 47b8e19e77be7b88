#include "privacy/separator.hpp"

#include <gtest/gtest.h>

#include <random>

#include "privacy/pseudonym.hpp"
#include "support/generated_persons.hpp"
#include "support/keys.hpp"

namespace elukaar::privacy {
namespace {

const Json birth = Json::parse(R"({
  "type": "object", "required": ["child", "residenceKov"], "additionalProperties": false,
  "definitions": {
    "code": {"type": "string", "x-personal": "identity", "x-becomes": "key"},
    "guardian": {"type": "object", "required": ["personalCode", "lastName"], "properties": {
      "personalCode": {"$ref": "#/definitions/code"},
      "lastName": {"type": "string", "x-personal": "identity"},
      "address": {"type": "object", "x-personal": "contact"},
      "phone": {"type": ["string", "null"], "x-personal": "contact", "x-field": "mobile"}}}},
  "properties": {
    "child": {"type": "object", "required": ["personalCode", "bornOn"], "properties": {
      "personalCode": {"$ref": "#/definitions/code"},
      "firstName": {"type": "string", "x-personal": "identity"},
      "bornOn": {"type": "string", "format": "date"}}},
    "guardians": {"type": "array", "items": {"$ref": "#/definitions/guardian"}},
    "needs": {"type": "string", "x-personal": "special", "x-owner": "/child"},
    "residenceKov": {"type": "string"}}})");

class Separation : public testing::Test {
 protected:
  Keyring ring = test::keyring_for({"0653"});
  Naming naming{.keyring = ring, .municipality = Municipality("0653"), .event = {"/rr", "1"}};
};

Separator built(const Json& schema) {
  auto separator = Separator::build(schema);
  if (!separator) throw std::runtime_error(separator.error().front());
  return *separator;
}

std::string refused(const char* schema) {
  const auto separator = Separator::build(Json::parse(schema));
  return separator ? "" : separator.error().front();
}

TEST_F(Separation, takes_persons_apart) {
  const auto result = built(birth).separate(Json::parse(R"({
    "child": {"personalCode": "52503150198", "firstName": "Uku", "bornOn": "2025-03-15"},
    "guardians": [{"personalCode": "38206084915", "lastName": "Maasikas",
                   "address": {"text": "Pargi 1"}, "phone": null}],
    "needs": "quiet", "residenceKov": "0653"})"), naming);
  ASSERT_TRUE(result) << result.error().what;
  const auto child = *pseudonym(ring, naming.municipality, *PersonalCode::parse("52503150198"));
  const auto father = *pseudonym(ring, naming.municipality, *PersonalCode::parse("38206084915"));
  EXPECT_EQ(result->safe, (Json{{"child", {{"key", child.str()}, {"bornOn", "2025-03-15"}}},
                                {"guardians", {{{"key", father.str()}}}},
                                {"residenceKov", "0653"}}));
  std::vector<std::string> values;
  for (const auto& each : result->values) {
    values.push_back((each.person == child ? "child " : each.person == father ? "father " : "? ") +
                     each.field + " " + std::string(to_text(each.field_class)) + " " +
                     each.value.reveal());
  }
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, (std::vector<std::string>{
                        "child first-name identity Uku", "child needs special quiet",
                        "child personal-code identity 52503150198",
                        "father address contact {\"text\":\"Pargi 1\"}",
                        "father last-name identity Maasikas",
                        "father personal-code identity 38206084915"}));
}

TEST_F(Separation, describes_what_remains) {
  const Separator separator = built(birth);
  const Json& safe = separator.safe_schema();
  EXPECT_TRUE(separator.classes_anything());
  EXPECT_EQ(safe.dump().find("x-personal"), std::string::npos) << safe.dump(2);
  const Json& child = safe.at("properties").at("child");
  EXPECT_EQ(child.at("required"), Json({"bornOn", "key"}));
  EXPECT_TRUE(child.at("properties").contains("key"));
  EXPECT_FALSE(child.at("properties").contains("firstName"));
  EXPECT_EQ(safe.at("definitions").at("guardian").at("required"), Json({"key"}));
}

TEST_F(Separation, hoists_a_changed_code_and_tells_of_both_names) {
  const auto result = built(Json::parse(R"({"properties": {
      "person": {"x-hoist": true, "properties": {
        "formerPersonalCode": {"x-personal": "identity", "x-becomes": "formerKey"},
        "personalCode": {"x-personal": "identity", "x-becomes": "key"}}},
      "replaces": {"type": "object"}}})")).separate(Json::parse(R"({
    "person": {"formerPersonalCode": "38206084915", "personalCode": "39901012239"},
    "replaces": {"source": "s", "id": "1"}})"), naming);
  ASSERT_TRUE(result) << result.error().what;
  const Pseudonym former(result->safe.at("formerKey").get<std::string>());
  const Pseudonym current(result->safe.at("key").get<std::string>());
  EXPECT_EQ(result->former_names, (std::vector{FormerName{former, current}}));
  EXPECT_EQ(result->safe.at("replaces").at("id"), "1");
}

TEST_F(Separation, keeps_nothing_of_an_unserved_municipality) {
  naming.municipality = Municipality("0000");
  const Json data{{"child", {{"personalCode", "52503150198"}, {"firstName", "Uku"}}}};
  const auto result = built(birth).separate(data, naming);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->values.empty());
  EXPECT_TRUE(result->safe.at("child").at("key").get<std::string>().starts_with("x_"));
  EXPECT_EQ(built(birth).separate(data, naming)->safe, result->safe);
}

TEST_F(Separation, gives_answers_to_the_owner_that_the_caller_names) {
  const Separator separator = built(Json::parse(
      R"({"properties": {"needs": {"x-personal": "special", "x-owner": "child"}}})"));
  EXPECT_FALSE(separator.separate(Json{{"needs", "quiet"}}, naming));
  naming.owners.emplace("child", Pseudonym("p1_x"));
  EXPECT_EQ(separator.separate(Json{{"needs", "quiet"}}, naming)->values.at(0).person.str(), "p1_x");
}

TEST_F(Separation, leaves_out_and_reports_what_is_not_declared) {
  const auto result = built(birth).separate(
      Json{{"child", {{"personalCode", "52503150198"}, {"nickname", "Uku"}}}}, naming);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->undeclared_in, std::vector<std::string>{"/child"});
  EXPECT_EQ(result->safe.dump().find("Uku"), std::string::npos);
}

TEST_F(Separation, refuses_documents_without_repeating_a_value) {
  const Separator separator = built(birth);
  const auto wrong = separator.separate(
      Json{{"child", {{"personalCode", "52503150199"}}}}, naming);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where, "/child/personalCode");
  EXPECT_EQ(wrong.error().what, "expected a personal code; what stands here has a wrong check digit");
  EXPECT_FALSE(separator.separate(Json{{"child", "52503150198"}}, naming));
  EXPECT_FALSE(separator.separate(Json{{"residenceKov", {{"name", "Uku"}}}}, naming));
}

TEST(SeparatorSchema, refuses_fields_that_would_slip_through) {
  EXPECT_NE(refused(R"({"properties": {"name": {"x-personal": "identity"}}})")
                .find("holds no personal code"), std::string::npos);
  EXPECT_NE(refused(R"({"anyOf": [{"properties": {"name": {"x-personal": "identity"}}}]})"), "");
  EXPECT_NE(refused(R"({"properties": {"names": {"items": {"x-personal": "identity"}}}})"), "");
  EXPECT_NE(refused(R"({"additionalProperties": {"x-personal": "contact"}})"), "");
  EXPECT_NE(refused(R"({"x-personal": "contact"})"), "");
  EXPECT_NE(refused(R"({"properties": {"a": {"$ref": "other.json"}}})"), "");
  EXPECT_NE(refused(R"({"properties": {"code": {"x-personal": "secret", "x-becomes": "key"}}})"), "");
  EXPECT_NE(refused(R"({"properties": {"key": {}, "code":
      {"x-personal": "identity", "x-becomes": "key"}}})"), "");
  EXPECT_NE(refused(R"({"properties": {"needs":
      {"x-personal": "special", "x-owner": "/nobody"}}})"), "");
}

// Persons with unmistakable values, nested at random: none of them is found in what goes on.
TEST_F(Separation, lets_no_personal_value_of_generated_documents_through) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const Separator separator = built(birth);
  for (int round = 0; round < 300; ++round) {
    int serial = 0;
    std::vector<std::string> secrets;
    const auto secret = [&] {
      secrets.push_back("Isik" + std::to_string(random()) + "n" + std::to_string(serial++));
      return secrets.back();
    };
    const auto code = [&] { return secrets.emplace_back(test::generated_code(random)); };
    Json data{{"child", {{"personalCode", code()}, {"firstName", secret()}, {"bornOn", "x"}}},
              {"guardians", Json::array()}, {"needs", secret()}};
    for (unsigned i = random() % 4; i > 0; --i) {
      Json guardian{{"personalCode", code()}, {"lastName", secret()}};
      if (random() % 2) guardian["address"] = {{"street", secret()}, {"flat", {secret()}}};
      if (random() % 2) guardian["phone"] = secret();
      if (random() % 3 == 0) guardian[secret()] = secret();
      data["guardians"].push_back(guardian);
    }
    const auto result = separator.separate(data, naming);
    ASSERT_TRUE(result);
    const std::string safe = result->safe.dump();
    for (const std::string& each : secrets) ASSERT_EQ(safe.find(each), std::string::npos) << safe;
  }
}

}  // namespace
}  // namespace elukaar::privacy
