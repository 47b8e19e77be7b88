// Every scenario file of the tree holds, and a scenario that does not hold says so, at the right place.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "simulate/compare/report.hpp"
#include "support/temporary_folder.hpp"

namespace elukaar::simulate {
namespace {

namespace fs = std::filesystem;

const fs::path tree{ELUKAAR_SOURCE_DIR};

class Scenarios : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { library_ = Library::open(tree).value(); }
  static void TearDownTestSuite() { library_.reset(); }

  // A scenario in Rae that begins like this one, with these steps.
  Result<Scenario, Problems> written(const std::string& steps) {
    const fs::path file = folder_.path() / "scenario.yaml";
    std::ofstream(file) << R"(scenario: A test
given:
  today: 2026-05-04
  persons: [child, mother]
  registers:
    population-register.family:
      answers: { alive: true, livesHere: true, protected: false, guardians: [{ key: "@mother" }] }
steps:
  - event: birth-registered
    data: { child: { key: "@child", bornOn: 2026-05-02 }, residenceKov: "0653" }
)" << steps;
    return read_scenario(file);
  }

  Outcome played(const std::string& steps) {
    const auto scenario = written(steps);
    EXPECT_TRUE(scenario) << to_text(scenario.error().front());
    Coverage coverage;
    return play(*scenario, tree / "workflows/municipalities/rae/kindergarten-place.yaml", *library_,
                coverage);
  }

  static std::unique_ptr<Library> library_;
  test::TemporaryFolder folder_;
};

std::unique_ptr<Library> Scenarios::library_;

TEST_F(Scenarios, of_the_tree_all_hold) {
  const auto files = find_scenarios(tree / "workflows");
  ASSERT_GE(files.size(), 10u);
  Coverage coverage;
  for (const fs::path& file : files) {
    const auto scenario = read_scenario(file);
    ASSERT_TRUE(scenario) << to_text(scenario.error().front());
    const auto municipalities = library_->files_of(*scenario);
    ASSERT_TRUE(municipalities) << to_text(municipalities.error().front());
    for (const fs::path& municipality : *municipalities) {
      const Outcome outcome = play(*scenario, municipality, *library_, coverage);
      std::ostringstream report;
      print_outcome(outcome, false, report);
      EXPECT_TRUE(outcome.passed()) << report.str();
    }
  }
}

TEST_F(Scenarios, say_what_was_expected_and_found_and_where) {
  const Outcome outcome = played("  - at: 2026-05-16\n    expect:\n      status: queued\n");
  ASSERT_EQ(outcome.mismatches.size(), 1u);
  const Mismatch& mismatch = outcome.mismatches.front();
  EXPECT_EQ(mismatch.what, "status");
  EXPECT_EQ(mismatch.expected, "queued");
  EXPECT_EQ(mismatch.found, "informed");
  EXPECT_EQ(mismatch.where.line, 13);
  EXPECT_EQ(mismatch.where.column, 15);
  EXPECT_EQ(outcome.step, 2);
  EXPECT_EQ(outcome.path.back(), "2026-05-16 informed.told");
}

TEST_F(Scenarios, compare_everything_that_a_step_expects) {
  // Each line by itself is wrong; one that passed would hide a difference.
  const std::string at = "  - at: 2026-05-16\n    expect: { ";
  for (const std::string wrong :
       {"status: none", "turn: municipality", "by: 2033-09-02", "by: none", "push: A",
        "actions: [apply]", "actions: none", "visibleTo: [guardians]", "args: { entitledFrom: 2027-11-03 }",
        "args: { nothing: 1 }", "final: yes", "delayed: population-register", "clock: { name: x }",
        "told: nobody", "told: [informed, informed]", "told: [{ informed: \"@child\" }]",
        "calls: none", "calls: place-register.register", "timers: { notice: 2026-05-16 }",
        "timers: { schoolStart: none }", "state: held", "context: { child: { bornOn: 2026-05-03 } }",
        "parties: { guardians: none }", "parties: { applicant: \"@mother\" }", "refused: stale",
        "parked: early", "deferred: 1", "cases: 2", "incident: yes",
        "reads: { person: \"@mother\", language: en, headline: no such words }",
        "reads: { person: \"@child\", body: e }"}) {
    const Outcome outcome = played(at + wrong + " }\n");
    EXPECT_EQ(outcome.mismatches.size(), 1u) << wrong;
    EXPECT_TRUE(outcome.problems.empty()) << wrong;
  }
}

TEST_F(Scenarios, need_not_say_that_all_goes_well) {
  const Outcome refused = played("  - at: 2026-05-16\n  - action: not-now\n    by: child\n");
  ASSERT_EQ(refused.mismatches.size(), 1u);
  EXPECT_EQ(refused.mismatches.front().found, "refused: not-allowed");
  const Outcome parked = played(
      "  - event: review-decided\n    data: { application: { id: unknown-1 }, decision: accept }\n");
  ASSERT_EQ(parked.mismatches.size(), 1u);
  EXPECT_EQ(parked.mismatches.front().found.substr(0, 14), "parked (early)");
  const Outcome invalid = played("  - event: review-decided\n    data: { decision: perhaps }\n");
  ASSERT_EQ(invalid.mismatches.size(), 1u);
  EXPECT_NE(invalid.mismatches.front().found.find("schema-violation"), std::string::npos);
}

TEST_F(Scenarios, refuse_what_they_cannot_mean_with_the_nearest_word) {
  const auto first = [](const Result<Scenario, Problems>& scenario) {
    return scenario ? std::string{"read"} : to_text(scenario.error().front());
  };
  EXPECT_NE(first(written("  - evnt: birth-registered\n")).find("did you mean `event`?"),
            std::string::npos);
  EXPECT_NE(first(written("  - at: 2026-05-16\n    expect: { statsu: informed }\n"))
                .find("did you mean `status`?"),
            std::string::npos);
  EXPECT_NE(first(written("  - at: 2026-13-16\n")).find("[bad-moment]"), std::string::npos);
  EXPECT_NE(first(written("  - after: 14 dais\n")).find("[bad-stretch]"), std::string::npos);
  EXPECT_NE(first(written("  - action: apply\n")).find("lacks `by`"), std::string::npos);
  EXPECT_NE(first(written("  - {}\n")).find("[bad-step]"), std::string::npos);
  EXPECT_NE(first(written("  - at: 2026-05-16\n    by: mother\n")).find("belongs to an action"),
            std::string::npos);
}

TEST_F(Scenarios, refuse_names_that_nobody_has) {
  const auto first = [](const Outcome& outcome) {
    return outcome.problems.empty() ? std::string{"played"} : to_text(outcome.problems.front());
  };
  EXPECT_NE(first(played("  - event: birth-registred\n")).find("did you mean `birth-registered`?"),
            std::string::npos);
  EXPECT_NE(first(played("  - at: 2026-05-16\n  - action: aply\n    by: mother\n"))
                .find("did you mean `apply`?"),
            std::string::npos);
  EXPECT_NE(first(played("  - at: 2026-05-16\n  - action: apply\n    by: mothr\n"))
                .find("did you mean `mother`?"),
            std::string::npos);
  EXPECT_NE(first(played("  - answer: place-register.register\n    answers: {}\n"))
                .find("nobody waits for an answer"),
            std::string::npos);
  EXPECT_NE(first(played("  - at: 2026-05-01\n")).find("time runs forward only"), std::string::npos);
  EXPECT_NE(first(played("  - at: 2026-05-16\n  - action: apply\n    by: mother\n"
                         "    form: { preferences: [x], wishedStart: 2028-01-01, languag: et }\n"))
                .find("did you mean `language`?"),
            std::string::npos);
}

TEST_F(Scenarios, play_the_same_each_time) {
  const std::string steps = "  - at: 2026-05-16\n  - action: not-now\n    by: mother\n";
  EXPECT_EQ(played(steps).path, played(steps).path);
}

TEST(A_report, says_in_JUnit_what_went_wrong) {
  Outcome good;
  good.file = "a.yaml";
  good.title = "Good <one>";
  Outcome bad;
  bad.file = "b.yaml";
  bad.title = "Bad";
  bad.mismatches.push_back({{"b.yaml", 3, 4}, "status", "queued", "informed & more"});
  const std::string xml = outcomes_junit({good, bad});
  EXPECT_NE(xml.find("tests=\"2\" failures=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("Good &lt;one&gt;"), std::string::npos);
  EXPECT_NE(xml.find("b.yaml:3:4: status"), std::string::npos);
  EXPECT_NE(xml.find("informed &amp; more"), std::string::npos);
}

}  // namespace
}  // namespace elukaar::simulate
