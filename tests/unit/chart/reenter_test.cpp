#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

S chart(bool reenter) {
  auto to = [&](const char* target) { return reenter ? To(target).reenter() : To(target); };
  return S("m", {S("a", {S("b"), S("c")})
                     .on("self", to("a").run({"x"}))
                     .on("inner", to(".c").run({"x"}))
                     .on("leaf", To(".b")),
                 S("d").on("self", to("d").run({"x"}))})
      .on("d", To(".d"))
      .on("top", to(".d").run({"x"}));
}

TEST(ChartReenter, a_target_inside_the_source_does_not_leave_it) {
  Walk run(chart(false));
  EXPECT_EQ(run("inner"), "-b x +c");
}

TEST(ChartReenter, with_reenter_it_does) {
  Walk run(chart(true));
  EXPECT_EQ(run("inner"), "-b -a x +a +c");
}

TEST(ChartReenter, the_source_as_its_own_target_begins_its_children_anew) {
  Walk run(chart(false));
  run("inner");
  EXPECT_EQ(run("self"), "-c x +b");
}

TEST(ChartReenter, with_reenter_the_source_itself_begins_anew) {
  Walk run(chart(true));
  EXPECT_EQ(run("self"), "-b -a x +a +b");
}

TEST(ChartReenter, an_atomic_state_that_targets_itself_stays) {
  Walk run(chart(false));
  run("d");
  EXPECT_EQ(run("self"), "x");
}

TEST(ChartReenter, with_reenter_an_atomic_state_is_left_and_entered) {
  Walk run(chart(true));
  run("d");
  EXPECT_EQ(run("self"), "-d x +d");
}

TEST(ChartReenter, the_root_stays_unless_it_reenters) {
  Walk stays(chart(false));
  EXPECT_EQ(stays("top"), "-b -a x +d");
  Walk anew(chart(true));
  EXPECT_EQ(anew("top"), "-b -a -m x +m +d");
}

TEST(ChartReenter, a_target_above_the_source_is_left_and_entered) {
  Walk run(S("m", {S("a", {S("b").on("up", To("#m.a")), S("c")})}));
  EXPECT_EQ(run("up"), "-b -a +a +b");
}

TEST(ChartReenter, a_parallel_source_keeps_itself_and_enters_every_region_anew) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a"), S("b")}), S("r2", {S("c")})})
                      .on("inner", To(".r1.b"))
                      .on("self", To("p").reenter())}));
  EXPECT_EQ(run("inner"), "-c -r2 -a -r1 +r1 +b +r2 +c");
  EXPECT_EQ(run("self"), "-c -r2 -b -r1 -p +p +r1 +a +r2 +c");
}

}  // namespace
}  // namespace elukaar::chart::test
