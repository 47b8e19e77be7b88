#include "kit/manual.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "kit/conformance_subject.hpp"
#include "support/roles.hpp"
#include "support/temporary_folder.hpp"

namespace elukaar::kit {
namespace {

Call call_of(const char* operation, const char* input) {
  return conformance::call_of({.operation = operation, .input = Json::parse(input), .body = {}});
}

const char* const an_application = R"({"child":"p1_child","application":{"id":"a/1",
  "submittedAt":"2026-05-04T06:00:00Z","wishedStart":"2027-09-01","language":"et",
  "preferences":["taru","ojakese"]}})";

std::vector<documents::Violation> flaws(const Connector& connector, const char* operation,
                                        const char* output) {
  return connector.flaws(*find_operation(connector.operations(), operation), Json::parse(output));
}

TEST(Manual, makes_an_officials_task_of_a_call_of_any_role) {
  conformance::OneCode persons;
  const auto places = test::manual("place-register");
  const auto population = test::manual("population-register");
  EXPECT_EQ(places->role(), "place-register");
  EXPECT_EQ(population->role(), "population-register");
  for (const auto& [connector, call] :
       {std::pair{places, call_of("register", an_application)},
        {population, call_of("residence", R"({"child":"p1_child","applicant":"p1_a"})")}}) {
    const auto request = connector->request(call, persons);
    ASSERT_FALSE(request);
    EXPECT_TRUE(std::holds_alternative<Entrusted>(request.error())) << call.operation;
  }
  EXPECT_TRUE(persons.asked.empty()) << "nobody has been looked at yet";
  const auto without = places->request(call_of("register", R"({"child":"p1_child"})"), persons);
  EXPECT_TRUE(std::holds_alternative<Invalid>(without.error()));
}

TEST(Manual, is_answered_as_a_system_of_the_role_would_answer) {
  const auto places = test::manual("place-register");
  EXPECT_TRUE(flaws(*places, "register", R"({"registerId":"4","status":"queued",
      "queue":{"scope":"q","position":1,"of":2,"ruleRef":"r"}})").empty());
  EXPECT_TRUE(flaws(*places, "register", R"({"registerId":"4","status":"waiting"})").empty());
  const auto placeless = flaws(*places, "register", R"({"registerId":"4","status":"queued"})");
  ASSERT_EQ(placeless.size(), 1u) << "the role's rule, which its schema cannot say";
  EXPECT_EQ(placeless[0].where, "/queue");
  EXPECT_FALSE(flaws(*places, "register", R"({"status":"waiting"})").empty());
  const auto population = test::manual("population-register");
  EXPECT_TRUE(flaws(*population, "residence", R"({"childLivesHere":true,"applicantLivesHere":true,
      "custody":true,"asOf":"2026-05-04"})").empty());
  EXPECT_FALSE(flaws(*population, "residence", R"({"childLivesHere":true})").empty());
}

// A role that no program plays: its operations are all that there is of it.
TEST(Manual, needs_no_more_of_a_role_than_its_operations) {
  const test::TemporaryFolder folder;
  const auto operations = folder.path() / "connectors/systems/school_register/operations";
  std::filesystem::create_directories(operations);
  std::ofstream(operations / "enter.json")
      << R"({"input":{"type":"object"},"output":{"type":"object"}})";
  const auto made = make_manual("school-register", {}, folder.path());
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ((*made)->role(), "school-register");
  EXPECT_EQ((*made)->operations().size(), 1u);
  const auto none = make_manual("car-register", {}, folder.path());
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().find("`car-register`"), std::string::npos);
  EXPECT_NE(none.error().find("systems/car_register/operations"), std::string::npos) << none.error();
}

}  // namespace
}  // namespace elukaar::kit
