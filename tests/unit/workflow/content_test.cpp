#include <gtest/gtest.h>

#include "workflow/load/load.hpp"

// The files that municipalities run, as they stand in workflows/.
namespace elukaar::workflow {
namespace {

class Content : public testing::Test {
 protected:
  static std::string all(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems) text += to_text(problem) + "\n";
    return text;
  }

  static const std::vector<Service>& services() {
    static const auto loaded = [] {
      const auto schemas = read_schemas(ELUKAAR_SOURCE_DIR);
      EXPECT_TRUE(schemas) << (schemas ? "" : all(schemas.error()));
      auto services = load_all(ELUKAAR_SOURCE_DIR, *schemas);
      EXPECT_TRUE(services) << (services ? "" : all(services.error()));
      return services ? std::move(*services) : std::vector<Service>{};
    }();
    return loaded;
  }

  static const Workflow* find(const std::string& ehak) {
    for (const Service& service : services()) {
      if (service.workflow->municipality.ehak.str() == ehak &&
          service.workflow->service == "kindergarten-place") {
        return service.workflow.get();
      }
    }
    return nullptr;
  }
};

TEST_F(Content, loads_without_a_problem_or_a_warning) {
  ASSERT_EQ(services().size(), 7U);
  for (const Service& service : services()) {
    EXPECT_EQ(all(service.warnings), "") << service.file;
  }
}

TEST_F(Content, gives_the_same_workflow_again_from_its_canonical_source) {
  const auto schemas = read_schemas(ELUKAAR_SOURCE_DIR);
  for (const Service& service : services()) {
    const auto again = compile_canonical(service.workflow->canonical, *schemas);
    ASSERT_TRUE(again) << all(again.error());
    EXPECT_EQ((*again)->digest, service.workflow->digest);
    EXPECT_EQ((*again)->canonical, service.workflow->canonical);
    EXPECT_EQ((*again)->chart.paths(), service.workflow->chart.paths());
    EXPECT_EQ((*again)->rules, service.workflow->rules);
    EXPECT_EQ((*again)->parameters, service.workflow->parameters);
    EXPECT_EQ((*again)->municipality.proactive, service.workflow->municipality.proactive);
  }
}

TEST_F(Content, differs_between_municipalities_by_their_settings) {
  const Workflow* rae = find("0653");
  const Workflow* kohila = find("0317");
  ASSERT_TRUE(rae && kohila);
  EXPECT_NE(rae->digest, kohila->digest);
  EXPECT_EQ(rae->forms.at("application").asked[0]["atMost"], 3);
  EXPECT_EQ(rae->forms.at("application").asked[0]["options"][0]["value"], "rae-tammelehe");
  EXPECT_EQ(rae->parameters["showPosition"], true);
  EXPECT_EQ(kohila->parameters["showPosition"], false);
  EXPECT_EQ(rae->municipality.systems.at("place-register"), "arno");
}

TEST_F(Content, names_the_chart_events_of_timers_and_calls) {
  const Workflow* rae = find("0653");
  ASSERT_NE(rae, nullptr);
  const auto& checking = rae->states[chart::position(*rae->chart.find("checking"))];
  ASSERT_EQ(checking.invokes.size(), 1U);
  EXPECT_EQ(checking.invokes[0].role, "population-register");
  EXPECT_EQ(checking.invokes[0].operation, "residence");
  EXPECT_EQ(checking.invokes[0].done_event, "done.invoke.checking.residence");
  EXPECT_EQ(checking.invokes[0].timeout, std::chrono::seconds{30});
  const auto& held = rae->states[chart::position(*rae->chart.find("held"))];
  ASSERT_EQ(held.afters.size(), 2U);
  EXPECT_EQ(held.afters[0].event, "after.P30D.held");
  EXPECT_EQ(rae->event_names.at("ee.elukaar.birth.registered.v1"), "birth-registered");
  EXPECT_TRUE(rae->states[chart::position(*rae->chart.find("closed"))].status->final);
}

// PGS § 9: 1 September of the year in which the child turns seven by 1 October.
TEST_F(Content, knows_when_school_starts) {
  const Workflow* rae = find("0653");
  ASSERT_NE(rae, nullptr);
  const auto start = [&](const char* born) {
    const Json context = {{"child", {{"bornOn", born}}}};
    cel::Activation with;
    with.context = &context;
    with.parameters = &rae->parameters;
    const auto date = rae->delays.at("schoolStart").when.evaluate(with);
    return date ? date->get<std::string>() : date.error().text();
  };
  EXPECT_EQ(start("2019-09-30"), "2026-09-01");
  EXPECT_EQ(start("2019-10-01"), "2026-09-01");
  EXPECT_EQ(start("2019-10-02"), "2027-09-01");
  EXPECT_EQ(start("2020-01-01"), "2027-09-01");
  EXPECT_EQ(start("2019-12-31"), "2027-09-01");
}

TEST_F(Content, tells_rae_families_at_once_and_kohila_families_before_the_entitlement) {
  const Json context = {{"child", {{"bornOn", "2026-04-20"}}}};
  cel::Activation with;
  with.context = &context;
  with.parameters = &find("0653")->parameters;
  EXPECT_EQ(find("0653")->delays.at("notice").when.evaluate(with).value(), "2026-05-04");
  with.parameters = &find("0317")->parameters;
  EXPECT_EQ(find("0317")->delays.at("notice").when.evaluate(with).value(), "2027-07-20");
}

}  // namespace
}  // namespace elukaar::workflow
