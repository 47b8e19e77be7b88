#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartDone, a_final_child_raises_the_parents_done_event) {
  Walk run(S("m", {S("a", {S("b").on("go", To("f")), final("f")}).on_done(To("c").run({"x"})),
                  S("c")}));
  EXPECT_EQ(run("go"), "-b +f (done.state.a) -f -a x +c");
}

TEST(ChartDone, all_alternatives_of_on_done_are_tried_in_order) {
  Walk run(S("m", {S("a", {final("f")}).on_done(To("b").when("no")).on_done(To("c")), S("b"),
                  S("c")}));
  EXPECT_EQ(run.active(), "c");
}

TEST(ChartDone, a_parallel_state_is_done_when_its_last_region_is) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("one", To("f")), final("f")}),
                                 S("r2", {S("b").on("two", To("g")), final("g")})})
                      .on_done(To("x")),
                  S("x")}));
  EXPECT_EQ(run("two"), "-b +g (done.state.p.r2)");
  EXPECT_EQ(run.active(), "p.r1.a p.r2.g");
  EXPECT_EQ(run("one"), "-a +f (done.state.p.r1) (done.state.p) -g -r2 -f -r1 -p +x");
}

TEST(ChartDone, regions_that_end_in_one_microstep_raise_one_done_event_of_the_parallel) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To("f")), final("f")}),
                                 S("r2", {S("b").on("go", To("g")), final("g")})})
                      .on_done(To("x")),
                  S("x")}));
  EXPECT_EQ(run("go"), "-b -a +f +g (done.state.p.r1) (done.state.p.r2) (done.state.p) "
                       "-g -r2 -f -r1 -p +x");
}

TEST(ChartDone, done_of_a_nested_parallel_reaches_the_outer_one) {
  Walk run(S("m", {parallel("p", {parallel("q", {S("r", {S("a").on("go", To("f")), final("f")})})})
                      .on_done(To("x")),
                  S("x")}));
  run("go");
  EXPECT_EQ(run.active(), "x");
}

TEST(ChartDone, a_final_region_counts_as_ended) {
  Walk run(S("m", {parallel("p", {final("f"), S("r", {S("a").on("go", To("g")), final("g")})})
                      .on_done(To("x")),
                  S("x")}));
  EXPECT_EQ(run.active(), "p.f p.r.a");
  run("go");
  EXPECT_EQ(run.active(), "x");
}

TEST(ChartDone, a_final_state_deep_inside_does_not_end_the_states_above_its_parent) {
  Walk run(S("m", {S("a", {S("b", {S("c").on("go", To("f")), final("f")})}).entry({"in"})}));
  EXPECT_EQ(run("go"), "-c +f (done.state.a.b)");
  EXPECT_FALSE(run.done);
}

TEST(ChartDone, a_final_state_at_the_top_ends_the_chart_and_keeps_its_configuration) {
  Walk run(S("m", {S("a").on("go", To("f")), final("f").exit({"x"})}).exit({"y"}));
  EXPECT_EQ(run("go"), "-a +f x -f y -m");
  EXPECT_TRUE(run.done);
  EXPECT_EQ(run.active(), "f");
  EXPECT_TRUE(run.chart().is_done(run.configuration()));
}

TEST(ChartDone, a_parallel_root_ends_with_its_last_region) {
  Walk run(parallel("m", {S("r1", {S("a").on("one", To("f")), final("f")}),
                         S("r2", {S("b").on("two", To("g")), final("g")})}));
  run("one");
  EXPECT_FALSE(run.done);
  run("two");
  EXPECT_TRUE(run.done);
}

TEST(ChartDone, nothing_happens_once_the_chart_is_done) {
  Walk run(S("m", {S("a").on("go", To("f")), final("f")})
               .on("go", To(".a"))
               .always(To(".a").when("late")));
  run("go");
  run.hold("late");
  EXPECT_EQ(run("go"), "");
  EXPECT_FALSE(run.handled);
  EXPECT_TRUE(run.done);
  EXPECT_FALSE(run.chart().handles(run.configuration(), "go"));
}

TEST(ChartDone, what_was_raised_is_dropped_when_the_chart_is_done) {
  Walk run(S("m", {S("a").on("go", To("f").run({"raise late"})), final("f")})
              .on("late", To().run({"never"})));
  EXPECT_EQ(run("go"), "-a raise late +f -f -m");
}

TEST(ChartDone, a_chart_may_be_done_at_its_start) {
  Walk run(S("m", {final("f")}));
  EXPECT_TRUE(run.done);
}

}  // namespace
}  // namespace elukaar::chart::test
