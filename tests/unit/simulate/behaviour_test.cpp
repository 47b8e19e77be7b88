// The reader of behaviour.yaml: what it refuses, with the place and what to change.
#include <gtest/gtest.h>

#include <fstream>

#include <fmt/format.h>

#include "simulate/population/behaviour.hpp"
#include "simulate/population/families.hpp"
#include "simulate/scenario/play.hpp"
#include "support/temporary_folder.hpp"

namespace elukaar::simulate {
namespace {

// Lines that tests replace, one at a time.
constexpr std::string_view good = R"(language: 1
persons: [guest, host]
family:
  came: "{{ addPeriod(run.from, 'P' + string(int(draw.came * double(run.days))) + 'D') }}"
  young: "{{ draw.age < 0.5 }}"
begins:
  arrival:
    event: arrived
    on: "{{ family.came }}"
    after: { days: 1 to 3, hours: 9 }
    data: { guest: { key: "{{ family.guest }}" }, on: "{{ day }}" }
reactions:
  greet:
    action: greet
    by: "{{ family.host }}"
    page: new
    when: "{{ family.young }}"
    after: { minutes: "{{ int(draw.patience * 60.0) }}" }
  bill:
    event: billed
    on: "{{ date(now) }}"
    occasion: "{{ day }}"
    if: "{{ draw.paid < 0.5 }}"
    every: 1 week
    data: { guest: { key: "{{ context.guest.key }}" } }
answers:
  guest-register.known: { known: true, asked: "{{ call.number }}" }
report:
  age: { since: came, title: days here }
  wait: { from: new, to: greeted, title: until the greeting }
)";

class A_behaviour : public ::testing::Test {
 protected:
  Result<Behaviour, Problems> read(std::string text) const {
    const auto file = folder_.path() / "behaviour.yaml";
    std::ofstream(file) << text;
    return read_behaviour(file);
  }

  // The problems of the file in which `from` became `to`, without the file's folder; "": there is none.
  std::string told(std::string_view from, std::string_view to) const {
    std::string text{good};
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const auto behaviour = read(text);
    std::string all;
    if (behaviour) return all;
    for (const Problem& problem : behaviour.error()) {
      const std::string line = to_text(problem);
      all += line.substr(line.find("behaviour.yaml")) + "\n";
    }
    return all;
  }

  test::TemporaryFolder folder_;
};

// A service, for what a behaviour needs of one.
workflow::WorkflowPtr moving() {
  const std::filesystem::path tree{ELUKAAR_SOURCE_DIR};
  const auto library = Library::open(tree).value();
  return library->stage(tree / "workflows/municipalities/kohila/residence-change.yaml", {}).value().workflow;
}

void expect_part(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected: " << part << "\nfound: " << text;
}

TEST_F(A_behaviour, is_read_with_all_its_parts) {
  const auto behaviour = read(std::string{good});
  ASSERT_TRUE(behaviour) << to_text(behaviour.error().front());
  EXPECT_EQ(behaviour->persons, (std::vector<std::string>{"guest", "host"}));
  ASSERT_EQ(behaviour->facts.size(), 2U);
  EXPECT_EQ(behaviour->facts[0].second.draws, std::vector<std::string>{"came"});
  ASSERT_EQ(behaviour->begins.size(), 1U);
  EXPECT_EQ(behaviour->begins[0].days.least, 1);
  EXPECT_EQ(behaviour->begins[0].days.most, 3);
  EXPECT_EQ(behaviour->begins[0].hours.most, 9);
  ASSERT_EQ(behaviour->reactions.size(), 2U);
  EXPECT_EQ(behaviour->reactions[0].kind, Happening::Kind::action);
  EXPECT_EQ(behaviour->reactions[0].page, "new");
  EXPECT_TRUE(behaviour->reactions[0].minutes.formula);
  EXPECT_EQ(behaviour->reactions[1].every->days, 7);
  EXPECT_EQ(behaviour->measures.age_from, "came");
}

TEST_F(A_behaviour, is_told_a_slip_in_a_key_with_the_nearest_one) {
  expect_part(told("reactions:", "reaction:"), "behaviour.yaml:12:1: error: ");
  expect_part(told("reactions:", "reaction:"), "did you mean `reactions`?");
  expect_part(told("    occasion:", "    ocasion:"), "did you mean `occasion`?");
  expect_part(told("{ days: 1 to 3,", "{ day: 1 to 3,"), "did you mean `days`?");
  expect_part(told("wait: { from: new,", "wait: { form: new,"), "did you mean `from`?");
  expect_part(told("since: came", "since: cam"), "did you mean `came`?");
}

TEST_F(A_behaviour, is_told_what_it_lacks) {
  expect_part(told("language: 1", "language: 2"), "1:11: error: expected the version of the language");
  expect_part(told("persons: [guest, host]", ""), "`persons` is missing");
  expect_part(told("[guest, host]", "[]"), "`persons` is empty");
  expect_part(told("begins:", "answers2:"), "`begins` is missing");
  expect_part(told("    by: \"{{ family.host }}\"\n", ""), "`greet` lacks `by`");
  expect_part(told(", title: days here", ""), "title");
}

TEST_F(A_behaviour, names_each_person_and_fact_once_and_so_that_expressions_can_say_it) {
  expect_part(told("[guest, host]", "[guest, guest]"), "`guest` is there already");
  expect_part(told("  young:", "  host:"), "`host` is there already");
  expect_part(told("[guest, host]", "[guest, the host]"), "found `the host`");
  expect_part(told("draw.age < 0.5", "draw['age'] < 0.5"), "`draw` by itself is no number");
}

TEST_F(A_behaviour, has_expressions_that_are_checked_where_they_stand) {
  // A fact reads those before it; `context` is there once there is a case.
  expect_part(told("addPeriod(run.from,", "addPeriod(family.cam,"), "has no field `cam`");
  expect_part(told("family.young", "family.yung"), "17:22: error: ");
  expect_part(told("\"{{ family.came }}\"", "\"{{ context.came }}\""), "context");
  expect_part(told("on: \"{{ date(now) }}\"", "on: \"{{ 3 }}\""), "date");
  expect_part(told("if: \"{{ draw.paid < 0.5 }}\"", "if: \"{{ draw.paid }}\""), "bool");
  expect_part(told("asked: \"{{ call.number }}\"", "asked: \"{{ id }}\""), "id");
}

TEST_F(A_behaviour, has_one_thing_that_happens_under_each_name) {
  expect_part(told("    event: billed\n", ""), "expected `bill` to be one thing");
  expect_part(told("    event: billed\n", "    event: billed\n    action: pay\n"), "one thing");
  expect_part(told("    event: billed\n", "    event: billed\n    by: me\n"), "`by` belongs to an action");
  expect_part(told("    action: greet\n", "    action: greet\n    data: {}\n"), "`data` belongs to an event");
  expect_part(told("    event: arrived\n", "    action: arrive\n    by: me\n"),
              "move it to `reactions`");
  expect_part(told("    event: arrived\n", "    event: arrived\n    page: new\n"),
              "nobody has a page yet");
}

TEST_F(A_behaviour, has_numbers_and_times_within_limits) {
  for (const char* bad : {"3 to 1", "1 to 200000", "-1", "200000", "soon", "1.5"}) {
    expect_part(told("1 to 3", bad), "expected a number or a range from 0 to 100000");
  }
  EXPECT_EQ(told("1 to 3", "0"), "");
  for (const char* bad : {"never", "2 hours", "P0D"}) {
    expect_part(told("1 week", bad), "`every`: expected at least a day");
  }
  expect_part(told("    if: \"{{ draw.paid < 0.5 }}\"\n", ""), "expected both beside it");
  expect_part(told("guest-register.known", "known"), "expected a register and its question");
}

TEST_F(A_behaviour, is_of_limited_size) {
  std::string persons = "[guest, host";
  for (std::size_t i = 0; i < max_persons; ++i) persons += fmt::format(", p{}", i);
  expect_part(told("[guest, host", persons), "expected at most 8 persons, found 10");
  std::string facts = "family:\n";
  for (std::size_t i = 0; i < max_facts; ++i) facts += fmt::format("  fact{}: {}\n", i, i);
  expect_part(told("family:\n", facts), "expected at most 50 facts, found 52");
  std::string begins = "begins:\n";
  for (std::size_t i = 0; i < max_happenings; ++i) begins += fmt::format("  b{}: {{ event: arrived }}\n", i);
  expect_part(told("begins:\n", begins), "expected at most 50 things that happen, found 51");
}

// ---- Against a service ----------------------------------------------------------------------------

TEST_F(A_behaviour, must_answer_each_call_and_is_warned_of_what_the_release_does_not_know) {
  const workflow::WorkflowPtr service = moving();
  auto behaviour = read(std::string{good});
  ASSERT_TRUE(behaviour);
  const Problems wrong = unmatched(*behaviour, *service, "behaviour.yaml");
  EXPECT_TRUE(has_errors(wrong));
  expect_part(to_text(wrong.front()),
              "nobody answers `population-register.family`, which residence-change@2026.1 asks");

  behaviour->answers["population-register.family"] = {};
  behaviour->reactions[1].what = "school-keept";
  const Problems warned = unmatched(*behaviour, *service, "behaviour.yaml");
  EXPECT_FALSE(has_errors(warned));
  ASSERT_EQ(warned.size(), 4U);  // arrived, the page of greet, greet, school-keept
  EXPECT_EQ(warned[0].where.line, 7);
  expect_part(to_text(warned[0]), "`arrival` does not happen: residence-change@2026.1 has no event `arrived`");
  expect_part(to_text(warned[1]), "no page of residence-change@2026.1 shows `new`");
  expect_part(to_text(warned[2]), "has no action `greet`");
  expect_part(to_text(warned[3]), "did you mean `school-kept`?");
}

// ---- Families -------------------------------------------------------------------------------------

TEST_F(A_behaviour, makes_families_by_chances_that_are_the_same_whoever_asks_first) {
  const auto behaviour = read(std::string{good});
  ASSERT_TRUE(behaviour);
  const workflow::WorkflowPtr service = moving();
  const simulate::Run year{Date{std::chrono::year{2026} / 1 / 1}, Date{std::chrono::year{2027} / 1 / 1}};
  const Fate fate{7};
  Families families{*behaviour, *service, fate, year};
  Families others{*behaviour, *service, fate, year};
  others.numbered(2);
  const Family& family = families.numbered(1);
  EXPECT_EQ(family.facts, others.numbered(1).facts);
  EXPECT_NE(family.facts.at("came"), families.numbered(2).facts.at("came"));
  EXPECT_EQ(&families.of(family.facts.at("host")), &family);
  EXPECT_EQ(families.find("p1_somebody"), nullptr);
  // Anew for each occasion, the same for the same one.
  const Quantity many{0, max_delay, {}};
  const auto drawn = [&](std::string_view occasion) {
    Surroundings around;
    around.occasion = occasion;
    return families.number(many, "bill.days", family, around).value();
  };
  EXPECT_EQ(drawn("2026-02-01"), drawn("2026-02-01"));
  EXPECT_NE(drawn("2026-02-01"), drawn("2026-02-08"));
}

}  // namespace
}  // namespace elukaar::simulate
