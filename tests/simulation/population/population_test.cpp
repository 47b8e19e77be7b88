// Synthetic families through a municipality's service; what an edit changes; whether cases can be moved.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cloudevents/encode.hpp"
#include "simulate/compare/comparison.hpp"
#include "simulate/population/forecast.hpp"
#include "simulate/compare/migration.hpp"
#include "support/temporary_folder.hpp"

namespace elukaar::simulate {
namespace {

namespace fs = std::filesystem;

const fs::path tree{ELUKAAR_SOURCE_DIR};
const fs::path rae = tree / "workflows/municipalities/rae/kindergarten-place.yaml";

class Families : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { library_ = Library::open(tree).value(); }
  static void TearDownTestSuite() { library_.reset(); }

  // Rae's service with some settings changed.
  workflow::WorkflowPtr service(const std::string& settings = {}) {
    documents::Node node;
    if (!settings.empty()) node = documents::read_yaml(settings, "settings").value();
    auto stage = library_->stage(rae, node);
    EXPECT_TRUE(stage) << to_text(stage.error().front());
    return stage->workflow;
  }

  // The service's own, with some words changed.
  Behaviour behaviour_with(const std::string& from, const std::string& to) {
    std::ifstream stream(tree / "workflows/kindergarten-place/behaviour.yaml");
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const fs::path file = folder_.path() / "behaviour.yaml";
    std::ofstream(file) << text;
    return read_behaviour(file).value();
  }

  static FamilyOptions few(std::uint64_t seed = 1) {
    FamilyOptions options;
    options.families = 150;
    options.seed = seed;
    options.years = 2;
    return options;
  }

  static std::unique_ptr<Library> library_;
  const Behaviour behaviour_ = read_behaviour(tree / "workflows/kindergarten-place/behaviour.yaml").value();
  test::TemporaryFolder folder_;
};

std::unique_ptr<Library> Families::library_;

TEST_F(Families, each_have_one_case_that_stands_or_ends_well) {
  const PopulationRun run = run_families(*library_, service(), behaviour_, few());
  const Forecast forecast = figures_of(run);
  // Births of the last weeks are registered after the end.
  EXPECT_GE(forecast.cases, 135u);
  EXPECT_LE(forecast.cases, 150u);
  EXPECT_EQ(forecast.incidents, 0u);
  EXPECT_TRUE(forecast.refused.empty()) << forecast.refused.begin()->first;
  std::size_t families = 0;
  for (const auto& [messages, count] : forecast.messages) families += count;
  EXPECT_EQ(families, forecast.cases);
  ASSERT_TRUE(forecast.texts.contains("informed"));
  EXPECT_GT(forecast.texts.at("informed").told, 100u);
  EXPECT_GT(forecast.texts.at("queued").families, 50u);
  // Rae tells at two weeks, or at once where the birth came later.
  EXPECT_GE(forecast.texts.at("informed").age.at(0.01), 13.8);
  EXPECT_LT(forecast.texts.at("informed").age.at(0.5), 16);
}

TEST_F(Families, do_the_same_with_the_same_seed_and_else_not) {
  const auto figures = [&](std::uint64_t seed) {
    return forecast_json(figures_of(run_families(*library_, service(), behaviour_, few(seed)))).dump();
  };
  const std::string once = figures(1);
  EXPECT_EQ(once, figures(1));
  EXPECT_NE(once, figures(2));
}

TEST_F(Families, do_the_same_on_any_number_of_threads) {
  const auto outcome = [&](unsigned threads) {
    FamilyOptions options = few();
    options.threads = threads;
    options.keep_cases = true;
    int last = 0;
    options.progress = [&](int done) {
      EXPECT_GT(done, last);
      last = done;
    };
    const PopulationRun run = run_families(*library_, service(), behaviour_, options);
    EXPECT_EQ(last, options.families);
    EXPECT_TRUE(std::is_sorted(run.cases.begin(), run.cases.end(), [](const auto& a, const auto& b) {
      return a.at("case") < b.at("case");
    }));
    return forecast_json(figures_of(run)).dump() + Json(run.cases).dump();
  };
  const std::string alone = outcome(1);
  EXPECT_EQ(alone, outcome(3));
  EXPECT_EQ(alone, outcome(0));
}

// A family's way does not depend on who else is simulated: the first ones of many do as they do alone.
TEST_F(Families, do_not_disturb_each_other) {
  FamilyOptions options = few();
  options.families = 10;
  const PopulationRun alone = run_families(*library_, service(), behaviour_, options);
  const PopulationRun among = run_families(*library_, service(), behaviour_, few());
  ASSERT_GE(alone.journeys.size(), 9u);
  for (const auto& [ref, journey] : alone.journeys) {
    const Journey& other = among.journeys.at(ref);
    EXPECT_EQ(journey.ends_in, other.ends_in) << journey.name;
    ASSERT_EQ(journey.shown.size(), other.shown.size()) << journey.name;
    for (std::size_t i = 0; i < journey.shown.size(); ++i) {
      EXPECT_EQ(journey.shown[i].at, other.shown[i].at) << journey.name << journey.shown[i].text;
      EXPECT_EQ(journey.shown[i].text, other.shown[i].text) << journey.name;
    }
  }
}

TEST_F(Families, show_no_difference_between_equal_files) {
  const auto comparison = compare_runs(run_families(*library_, service(), behaviour_, few()),
                                       run_families(*library_, service(), behaviour_, few()));
  EXPECT_GT(comparison.cases, 100u);
  EXPECT_TRUE(comparison.different.empty());
}

TEST_F(Families, show_whom_an_edit_concerns_and_how) {
  const auto before = run_families(*library_, service(), behaviour_, few());
  // Another term for the check: promised days move, nothing else.
  const auto terms =
      compare_runs(before, run_families(*library_, service("{ nextRound: until 1 June }"), behaviour_, few()));
  EXPECT_GT(terms.counted(&CaseDifference::deadlines), 50u);
  // A later notice moves messages.
  const auto notice =
      compare_runs(before, run_families(*library_, service("{ opensAt: P60D }"), behaviour_, few()));
  EXPECT_GT(notice.counted(&CaseDifference::messages), 100u);
  std::ostringstream out;
  print_comparison(notice, 2, out);
  EXPECT_NE(out.str().find("informed: told"), std::string::npos) << out.str();
}

TEST_F(Families, need_not_be_synthetic) {
  const fs::path events = folder_.path() / "events.jsonl";
  cloudevents::CloudEvent birth;
  birth.id = "birth-1";
  birth.source = "/register/population";
  birth.type = "ee.elukaar.birth.registered.v1";
  birth.time = *parse_rfc3339("2026-05-04T07:00:00Z");
  birth.municipality = Municipality{"0653"};
  birth.partition_key = "birth-1";
  birth.data = {{"child", {{"key", "p1_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, {"bornOn", "2026-05-02"}}},
                {"residenceKov", "0653"}};
  cloudevents::CloudEvent later = birth;
  later.id = "birth-2";
  later.time += std::chrono::days{30};
  later.data["child"] = {{"key", "p1_baaaaaaaaaaaaaaaaaaaaaaaaa"}, {"bornOn", "2026-06-02"}};
  std::ofstream(events) << cloudevents::encode(birth) << '\n' << cloudevents::encode(later) << '\n';
  const auto before = run_events(*library_, service(), behaviour_, events, 1);
  ASSERT_TRUE(before) << to_text(before.error().front());
  EXPECT_EQ(before->journeys.size(), 2u);
  const auto after = run_events(*library_, service("{ opensAt: P20D }"), behaviour_, events, 1);
  const auto comparison = compare_runs(*before, *after);
  ASSERT_EQ(comparison.different.size(), 2u);
  EXPECT_NE(comparison.different.front().lines.front().find("2026-05-16"), std::string::npos);

  std::ofstream(events) << "{\"no\": \"event\"}\n";
  const auto wrong = run_events(*library_, service(), behaviour_, events, 1);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().front().where.line, 1);
}

// ---- What a behaviour says ------------------------------------------------------------------------

TEST_F(Families, of_another_service_need_files_alone) {
  auto stage = library_->stage(tree / "workflows/municipalities/kohila/residence-change.yaml", {});
  ASSERT_TRUE(stage) << to_text(stage.error().front());
  const auto behaviour = read_behaviour(tree / "workflows/residence-change/behaviour.yaml");
  ASSERT_TRUE(behaviour) << to_text(behaviour.error().front());
  const Forecast forecast = figures_of(run_families(*library_, stage->workflow, *behaviour, few()));
  EXPECT_GT(forecast.cases, 140u);
  EXPECT_EQ(forecast.incidents, 0u);
  EXPECT_TRUE(forecast.refused.empty()) << forecast.refused.begin()->first;
  for (const char* text : {"school_asked", "school_unanswered", "school_deciding", "school_assigned", "school_kept"}) {
    EXPECT_TRUE(forecast.texts.contains(text)) << text;
  }
  // Whoever is asked goes to school, and the wait is the one that the file names.
  EXPECT_GT(forecast.texts.at("school_asked").age.at(0), 6 * 365);
  EXPECT_EQ(forecast.wait.days.size(), forecast.texts.at("school_assigned").families);
}

TEST_F(Families, do_what_their_file_says) {
  // Nobody applies.
  const auto idle = figures_of(
      run_families(*library_, service(), behaviour_with("draw.applies < 0.85", "draw.applies < 0.0"), few()));
  EXPECT_TRUE(idle.texts.contains("informed"));
  EXPECT_FALSE(idle.texts.contains("checking"));
  // What never comes in the first spring comes in none, unless it is asked again.
  const auto offers = [&](const Behaviour& behaviour) {
    FamilyOptions options = few();
    options.families = 60;
    options.years = 3;
    return figures_of(run_families(*library_, service(), behaviour, options)).texts["offered"].families;
  };
  EXPECT_GT(offers(behaviour_), offers(behaviour_with("every: 1 year", "every: 40 years")));
}

TEST_F(Families, tell_which_expression_could_not_be_computed) {
  const auto run = run_families(
      *library_, service(), behaviour_with("&offer \"{{ context.offer.id }}\"", "&offer \"{{ context.gift.id }}\""), few());
  ASSERT_FALSE(run.refused.empty());
  EXPECT_NE(run.refused.begin()->first.find("behaviour.yaml:"), std::string::npos) << run.refused.begin()->first;
  EXPECT_NE(run.refused.begin()->first.find("context.gift.id"), std::string::npos) << run.refused.begin()->first;
}

// Rae's service in a release in which `queued` is called `in_line`.
workflow::WorkflowPtr renamed(const Library& library, const workflow::WorkflowPtr& from) {
  std::string source = from->canonical;
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"\"queued\":{", "\"in_line\":{"},
      {"#kindergarten-place.queued", "#kindergarten-place.in_line"},
      {"\"target\":\"queued\"", "\"target\":\"in_line\""},
      {"\"target\":\".queued\"", "\"target\":\".in_line\""},
      {"state('queued')", "state('in_line')"},
      {"\"waiting\",\"queued\"", "\"waiting\",\"in_line\""}};  // of the group of states
  for (const auto& [old_text, new_text] : changes) {
    for (std::size_t at = source.find(old_text); at != std::string::npos;
         at = source.find(old_text, at + new_text.size())) {
      source.replace(at, old_text.size(), new_text);
    }
  }
  auto compiled = workflow::compile_canonical(source, library.schemas());
  EXPECT_TRUE(compiled) << to_text(compiled.error().front());
  return *compiled;
}

TEST_F(Families, are_moved_only_where_nothing_is_lost) {
  FamilyOptions options = few();
  options.keep_cases = true;
  const auto before = service();
  const auto run = run_families(*library_, before, behaviour_, options);
  const fs::path cases = folder_.path() / "cases.jsonl";
  {
    std::ofstream out(cases);
    for (const Json& each : run.cases) out << each.dump() << '\n';
  }
  StateMap map;
  // To itself: nothing is lost.
  const auto same = dry_run(cases, map, *before, *before);
  ASSERT_TRUE(same) << to_text(same.error().front());
  EXPECT_GT(same->cases, 100u);
  EXPECT_TRUE(same->stuck.empty()) << same->stuck.front().losses.front();

  const auto after = renamed(*library_, before);
  const auto unmapped = check_state_map(map, *before, *after);
  ASSERT_FALSE(unmapped.empty());
  EXPECT_EQ(unmapped.front().rule, "unmapped-state");
  map.states["queued"] = "in_line";
  EXPECT_TRUE(check_state_map(map, *before, *after).empty());
  const auto moved = dry_run(cases, map, *before, *after);
  ASSERT_TRUE(moved);
  EXPECT_TRUE(moved->stuck.empty()) << moved->stuck.front().losses.front();

  // To a state that does not await what they await.
  map.states["queued.in_line"] = "informed.told";
  const auto stuck = dry_run(cases, map, *before, *after);
  ASSERT_TRUE(stuck);
  EXPECT_GT(stuck->stuck.size(), 50u);
  std::string all;
  for (const std::string& loss : stuck->stuck.front().losses) all += loss + "\n";
  EXPECT_NE(all.find("its timer"), std::string::npos) << all;
  EXPECT_NE(all.find("it awaits `offer-made`"), std::string::npos) << all;
}

TEST(A_state_map, is_told_its_mistakes) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "map.yaml";
  std::ofstream(file) << "from: \"2026.1\"\nto: \"2026.2\"\nstats: {}\n";
  const auto map = read_state_map(file);
  ASSERT_FALSE(map);
  EXPECT_NE(to_text(map.error().front()).find("did you mean `states`?"), std::string::npos);
}

}  // namespace
}  // namespace elukaar::simulate
