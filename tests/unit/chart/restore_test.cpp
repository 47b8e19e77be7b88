#include <gmock/gmock.h>

#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

class ChartRestore : public testing::Test {
 protected:
  using Paths = std::vector<std::string>;
  Chart chart_ = Walk::compiled(
      S("m", {S("a"), parallel("p", {S("r1", {S("b"), S("c")}), S("r2", {S("d"), S("e")})}),
              S("q", {S("f"), S("g")})}));

  std::string refusal(const Paths& paths) const {
    Result<Configuration, std::string> restored = chart_.restore(paths);
    return restored ? "accepted" : restored.error();
  }
};

TEST_F(ChartRestore, gives_back_what_active_paths_told) {
  for (const Paths& paths : {Paths{"a"}, Paths{"p.r1.c", "p.r2.d"}, Paths{"q.g"}}) {
    Result<Configuration, std::string> restored = chart_.restore(paths);
    ASSERT_TRUE(restored) << restored.error();
    EXPECT_EQ(chart_.active_paths(*restored), paths);
  }
}

TEST_F(ChartRestore, does_not_mind_the_order) {
  EXPECT_EQ(chart_.restore({"p.r2.d", "p.r1.c"}), chart_.restore({"p.r1.c", "p.r2.d"}));
}

TEST_F(ChartRestore, goes_on_where_the_stored_case_stood) {
  Walk run(S("m", {S("a").on("go", To("b")), S("b").on("go", To("c")), S("c")}));
  run("go");
  Chart again = run.chart();
  Result<Configuration, std::string> restored = again.restore({"b"});
  ASSERT_TRUE(restored);
  EXPECT_EQ(*restored, run.configuration());
}

TEST_F(ChartRestore, refuses_what_no_chart_could_be_in) {
  EXPECT_EQ(refusal({"nowhere"}), "no state `nowhere` in this chart");
  EXPECT_EQ(refusal({"a", "a"}), "state `a` is given twice");
  EXPECT_EQ(refusal({"q"}), "expected a state without substates, found `q`");
  EXPECT_THAT(refusal({}), testing::StartsWith("the states (none) are no legal configuration"));
  EXPECT_THAT(refusal({"a", "q.f"}),
              testing::StartsWith("the states `a`, `q.f` are no legal configuration"));
  EXPECT_THAT(refusal({"p.r1.b"}), testing::HasSubstr("no legal configuration"));
  EXPECT_THAT(refusal({"p.r1.b", "p.r1.c", "p.r2.d"}),
              testing::HasSubstr("no legal configuration"));
}

TEST_F(ChartRestore, a_chart_that_is_one_state_is_stored_as_its_empty_path) {
  Walk run(S("m"));
  EXPECT_EQ(run.chart().active_paths(run.configuration()), Paths{""});
  EXPECT_EQ(run.chart().restore({""}), run.configuration());
}

TEST_F(ChartRestore, a_configuration_that_was_not_started_is_empty_and_not_legal) {
  EXPECT_TRUE(Configuration{}.empty());
  EXPECT_FALSE(chart_.is_legal(Configuration{}));
  EXPECT_TRUE(chart_.active_paths(Configuration{}).empty());
}

}  // namespace
}  // namespace elukaar::chart::test
