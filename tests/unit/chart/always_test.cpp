#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartAlways, is_taken_until_nothing_holds) {
  Walk run(S("m", {S("a").on("go", To("b")), S("b").always(To("c").run({"x"})),
                  S("c").always(To("d").when("yes")), S("d").always(To("a").when("no"))}),
          {"yes"});
  EXPECT_EQ(run("go"), "-a +b -b x +c -c +d");
}

TEST(ChartAlways, is_asked_at_the_start) {
  Walk run(S("m", {S("a").always(To("b")), S("b")}));
  EXPECT_EQ(run.active(), "b");
}

TEST(ChartAlways, comes_before_internal_events) {
  Walk run(S("m", {S("a").on("go", To("b").run({"raise e"})), S("b").always(To("c")),
                  S("c").on("e", To().run({"here"}))}));
  EXPECT_EQ(run("go"), "-a raise e +b -b +c (e) here");
}

TEST(ChartAlways, the_guard_is_asked_again_after_an_action_changed_what_it_reads) {
  Walk run(S("m", {S("a").on("note", To().run({"set ready"})).always(To("b").when("ready")),
                  S("b")}));
  EXPECT_EQ(run.active(), "a");
  EXPECT_EQ(run("note"), "set ready -a +b");
}

TEST(ChartAlways, is_not_asked_after_an_event_that_nobody_answers) {
  Walk run(S("m", {S("a").always(To("b").when("ready")), S("b")}));
  run.hold("ready");
  EXPECT_EQ(run("unknown"), "");
  EXPECT_EQ(run.active(), "a");
}

TEST(ChartAlways, an_ancestors_is_taken_once_for_all_its_regions) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a")}), S("r2", {S("b")})})
                      .on("go", To().run({"set ready"}))
                      .always(To("x").when("ready").run({"once"})),
                  S("x")}));
  EXPECT_EQ(run("go"), "set ready -b -r2 -a -r1 -p once +x");
}

TEST(ChartAlways, an_ancestors_without_target_is_taken_once_too) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a")}), S("r2", {S("b")})})
                       .on("go", To().run({"set ready"}))
                       .always(To().when("ready").run({"unset ready"}))}));
  EXPECT_EQ(run("go"), "set ready unset ready");
}

TEST(ChartAlways, a_loop_that_never_rests_is_a_fault_after_1000_microsteps) {
  Walk run(S("m", {S("a").on("go", To("b")), S("b").always(To("c").run({"x"})),
                  S("c").always(To("b")).at(7)}));
  Configuration before = run.configuration();
  run("go");
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->kind, FaultKind::too_many_microsteps);
  EXPECT_EQ(run.tags.size(), 1000U);
  EXPECT_EQ(run.configuration(), before);
}

}  // namespace
}  // namespace elukaar::chart::test
