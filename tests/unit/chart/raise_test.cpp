#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartRaise, events_are_handled_first_in_first_out_in_the_same_step) {
  Walk run(S("m", {S("a").on("go", To().run({"raise e", "raise f"}))
                      .on("e", To().run({"x", "raise g"}))
                      .on("f", To().run({"y"}))
                      .on("g", To().run({"z"}))}));
  EXPECT_EQ(run("go"), "raise e raise f (e) x raise g (f) y (g) z");
}

TEST(ChartRaise, the_host_is_told_each_payload_before_guards_are_asked) {
  Walk run(S("m", {S("a").on("go", To().run({"raise e", "raise f"})).on("f", To().run({"y"}))}));
  run("go");
  EXPECT_EQ(run.payloads, (std::vector<int>{-1, 100, 101}));
}

TEST(ChartRaise, actions_of_exit_transition_and_entry_queue_in_that_order) {
  Walk run(S("m", {S("a").exit({"raise x"}).on("go", To("b").run({"raise t"})),
                  S("b").entry({"raise n"})}));
  EXPECT_EQ(run("go"), "raise x -a raise t +b raise n (x) (t) (n)");
}

TEST(ChartRaise, an_event_raised_on_entry_comes_before_the_done_event_it_accompanies) {
  Walk run(S("m", {S("a", {S("b").on("go", To("f")), final("f").entry({"raise e"})})}));
  EXPECT_EQ(run("go"), "-b +f raise e (e) (done.state.a)");
}

TEST(ChartRaise, one_nobody_answers_is_dropped_and_the_step_goes_on) {
  Walk run(S("m", {S("a").on("go", To().run({"raise nobody", "raise e"})).on("e", To("b")),
                  S("b")}));
  run("go");
  EXPECT_EQ(run.active(), "b");
}

TEST(ChartRaise, more_than_1000_internal_events_are_a_fault) {
  std::vector<std::string> flood(1001, "raise nobody");
  Walk run(S("m", {S("a").on("go", To().run(flood))}));
  run("go");
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->kind, FaultKind::too_many_raised_events);
}

TEST(ChartRaise, exactly_1000_internal_events_are_not) {
  std::vector<std::string> many(1000, "raise nobody");
  Walk run(S("m", {S("a").on("go", To().run(many))}));
  run("go");
  EXPECT_FALSE(run.fault);
}

TEST(ChartRaise, an_event_that_raises_itself_for_ever_is_a_fault) {
  Walk run(S("m", {S("a").on("go", To().run({"raise go"}))}));
  run("go");
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->kind, FaultKind::too_many_microsteps);
}

}  // namespace
}  // namespace elukaar::chart::test
