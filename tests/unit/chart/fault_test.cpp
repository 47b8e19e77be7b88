#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartFault, a_guard_that_cannot_be_evaluated_is_not_false) {
  Walk run(S("m", {S("a").on("go", To("b").when("broken").at(12)).on("go", To("b")), S("b")}));
  Configuration before = run.configuration();
  EXPECT_EQ(run("go"), "");
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->kind, FaultKind::guard_failed);
  EXPECT_EQ(run.fault->what, "no such field");
  EXPECT_EQ(run.fault->index, names().index("broken"));
  EXPECT_EQ(run.fault->state, run.chart().find("a"));
  EXPECT_EQ(run.fault->where.line, 12);
  EXPECT_EQ(run.configuration(), before);
}

TEST(ChartFault, of_an_always_guard_leaves_the_former_configuration_standing) {
  Walk run(S("m", {S("a").on("go", To("b")), S("b").always(To("a").when("broken"))}));
  Configuration before = run.configuration();
  EXPECT_EQ(run("go"), "-a +b");
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.configuration(), before);
}

TEST(ChartFault, an_action_that_fails_ends_the_step_there) {
  struct Case {
    const char* event;
    const char* trace;
    int line;
  };
  for (const Case& c :
       {Case{"exit", "x", 3}, Case{"act", "x -a y", 4}, Case{"enter", "x -a +b", 5}}) {
    std::string event = c.event;
    auto fails = [&](const char* here) {
      return event == here ? std::vector<std::string>{"fail"} : std::vector<std::string>{};
    };
    std::vector<std::string> exit = fails("exit");
    exit.insert(exit.begin(), "x");
    std::vector<std::string> act = fails("act");
    if (event == "act") act.insert(act.begin(), "y");
    Walk run(S("m", {S("a").exit(exit).at(3).on(event, To("b").run(act).at(4)),
                    S("b").entry(fails("enter")).at(5)}));
    Configuration before = run.configuration();
    EXPECT_EQ(run(event), c.trace);
    ASSERT_TRUE(run.fault);
    EXPECT_EQ(run.fault->kind, FaultKind::action_failed);
    EXPECT_EQ(run.fault->where.line, c.line);
    EXPECT_EQ(run.configuration(), before);
  }
}

TEST(ChartFault, of_a_done_charts_exit_action_fails_the_step) {
  Walk run(S("m", {S("a").on("go", To("f")), final("f")}).exit({"fail"}));
  run("go");
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->state, root_state);
}

TEST(ChartFault, at_the_start_leaves_nothing_started) {
  Walk run(S("m", {S("a").entry({"fail"})}));
  ASSERT_TRUE(run.fault);
  EXPECT_TRUE(run.configuration().empty());
}

TEST(ChartFault, kinds_have_names) {
  EXPECT_EQ(to_string(FaultKind::guard_failed), "guard_failed");
  EXPECT_EQ(to_string(FaultKind::action_failed), "action_failed");
  EXPECT_EQ(to_string(FaultKind::too_many_microsteps), "too_many_microsteps");
  EXPECT_EQ(to_string(FaultKind::too_many_raised_events), "too_many_raised_events");
}

}  // namespace
}  // namespace elukaar::chart::test
