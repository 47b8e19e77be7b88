#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartSelection, enters_the_initial_states_from_the_outside_in) {
  Walk run(S("m", {S("a", {S("b").entry({"x"}), S("c")}).entry({"y"})}));
  EXPECT_EQ(run.trace, "+m +a y +b x");
  EXPECT_EQ(run.active(), "a.b");
  EXPECT_FALSE(run.done);
}

TEST(ChartSelection, leaves_then_acts_then_enters) {
  Walk run(S("m", {S("a").exit({"out"}).on("go", To("b").run({"one", "two"})),
                  S("b").entry({"in"})}));
  EXPECT_EQ(run("go"), "out -a one two +b in");
  EXPECT_TRUE(run.handled);
}

TEST(ChartSelection, the_deepest_state_that_answers_wins) {
  Walk run(S("m", {S("a", {S("b", {S("c").on("go", To("d")), S("d")}).on("go", To("e")),
                          S("e")})}));
  EXPECT_EQ(run("go"), "-c +d");
  EXPECT_EQ(run("go"), "-d -b +e");
  EXPECT_EQ(run.active(), "a.e");
}

TEST(ChartSelection, an_ancestor_answers_where_no_guard_inside_holds) {
  Walk run(S("m", {S("a", {S("b").on("go", To("c").when("no")), S("c")}).on("go", To("d")),
                  S("d")}));
  EXPECT_EQ(run("go"), "-b -a +d");
  EXPECT_EQ(run.asked, std::vector<std::string>{"no"});
}

TEST(ChartSelection, the_first_alternative_whose_guard_holds_is_taken) {
  Walk run(S("m", {S("a")
                      .on("go", To("b").when("no").tag(0))
                      .on("go", To("c").when("yes").tag(1))
                      .on("go", To("d").tag(2)),
                  S("b"), S("c"), S("d")}),
          {"yes"});
  EXPECT_EQ(run("go"), "-a +c");
  EXPECT_EQ(run.tags, std::vector<int>{1});
}

TEST(ChartSelection, no_guard_after_the_first_that_holds_is_asked) {
  Walk run(S("m", {S("a").on("go", To("b").when("yes")).on("go", To("b").when("other")), S("b")}),
          {"yes"});
  run("go");
  EXPECT_EQ(run.asked, std::vector<std::string>{"yes"});
}

TEST(ChartSelection, an_event_nobody_answers_changes_nothing) {
  Walk run(S("m", {S("a").on("go", To("b")), S("b")}));
  Configuration before = run.configuration();
  EXPECT_EQ(run("unknown"), "");
  EXPECT_FALSE(run.handled);
  EXPECT_EQ(run.configuration(), before);
}

TEST(ChartSelection, an_event_whose_guards_fail_is_not_handled) {
  Walk run(S("m", {S("a").on("go", To("b").when("no")), S("b")}));
  EXPECT_EQ(run("go"), "");
  EXPECT_FALSE(run.handled);
  EXPECT_EQ(run.active(), "a");
}

TEST(ChartSelection, a_transition_without_target_is_handled_and_leaves_nothing) {
  Walk run(S("m", {S("a").on("note", To().run({"x"}))}));
  EXPECT_EQ(run("note"), "x");
  EXPECT_TRUE(run.handled);
  EXPECT_EQ(run.active(), "a");
}

TEST(ChartSelection, guards_and_actions_see_what_is_active) {
  Walk run(S("m", {S("a").exit({"where"}).on("go", To("b").when("in a").run({"where"})),
                  S("b").entry({"where"})}));
  EXPECT_EQ(run("go"), "@a -a  +b @b");
}

TEST(ChartSelection, targets_reach_a_sibling_a_child_and_any_state_by_its_path) {
  Walk run(S("m", {S("a")
                      .on("sibling", To("b"))
                      .on("path", To("#m.b.d"))
                      .on("deep", To("b.d")),
                  S("b", {S("c"), S("d")}).on("child", To(".d")).on("up", To("#m"))})
              .on("top", To(".a")));
  EXPECT_EQ(run("sibling"), "-a +b +c");
  EXPECT_EQ(run("child"), "-c +d");
  EXPECT_EQ(run("top"), "-d -b +a");
  EXPECT_EQ(run("path"), "-a +b +d");
  EXPECT_EQ(run("top"), "-d -b +a");
  EXPECT_EQ(run("deep"), "-a +b +d");
  EXPECT_EQ(run("up"), "-d -b -m +m +a");
}

TEST(ChartSelection, handles_tells_candidates_without_asking_guards) {
  Walk run(S("m", {S("a").on("go", To("b").when("no")), S("b").on("back", To("a"))}));
  EXPECT_TRUE(run.chart().handles(run.configuration(), "go"));
  EXPECT_FALSE(run.chart().handles(run.configuration(), "back"));
  EXPECT_FALSE(run.chart().handles(run.configuration(), "unknown"));
  ASSERT_EQ(run.chart().states_with_candidate("back").size(), 1U);
  EXPECT_EQ(run.chart().state(run.chart().states_with_candidate("back")[0]).path, "b");
}

TEST(ChartSelection, a_compiled_chart_shows_its_states_and_transitions) {
  Walk run(S("m", {S("a").on("go", To("b").tag(7)).on("x.*", To()).always(To("b").when("no")),
                  S("b", {S("c"), S("d")})}));
  const Chart& chart = run.chart();
  EXPECT_EQ(chart.paths(), (std::vector<std::string>{"a", "b", "b.c", "b.d"}));
  EXPECT_EQ(chart.descriptors(), (std::vector<std::string>{"go", "x.*"}));
  std::vector<Transition> of_a = chart.transitions_of(*chart.find("a"));
  ASSERT_EQ(of_a.size(), 3U);
  EXPECT_EQ(of_a[0].tag, 7);
  EXPECT_EQ(chart.entered_by(of_a[0]),
            (std::vector<StateIndex>{*chart.find("b"), *chart.find("b.c")}));
  EXPECT_TRUE(chart.entered_by(of_a[1]).empty());
  EXPECT_EQ(chart.find("nowhere"), std::nullopt);
}

}  // namespace
}  // namespace elukaar::chart::test
