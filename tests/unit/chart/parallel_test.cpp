#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartParallel, all_regions_are_entered_in_document_order) {
  Walk run(parallel("m", {S("r1", {S("a"), S("b")}), S("r2", {S("c")}), S("r3")}));
  EXPECT_EQ(run.trace, "+m +r1 +a +r2 +c +r3");
  EXPECT_EQ(run.active(), "r1.a r2.c r3");
}

TEST(ChartParallel, all_regions_are_left_in_reverse_document_order) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a")}), S("r2", {S("c")})}).on("out", To("x")),
                  S("x")}));
  EXPECT_EQ(run("out"), "-c -r2 -a -r1 -p +x");
}

TEST(ChartParallel, a_region_moves_alone) {
  Walk run(parallel("m", {S("r1", {S("a").on("go", To("b")), S("b")}), S("r2", {S("c")})}));
  EXPECT_EQ(run("go"), "-a +b");
  EXPECT_EQ(run.active(), "r1.b r2.c");
}

TEST(ChartParallel, its_own_transition_is_taken_only_where_no_region_reacts) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To("b")), S("b")}), S("r2", {S("c")})})
                      .on("go", To().run({"own"}))}));
  EXPECT_EQ(run("go"), "-a +b");
  EXPECT_EQ(run("go"), "own");
}

TEST(ChartParallel, a_target_inside_one_region_enters_the_others_by_default) {
  Walk run(S("m", {S("x").on("go", To("p.r2.d")),
                  parallel("p", {S("r1", {S("a")}), S("r2", {S("c"), S("d")}),
                                 S("r3", {S("e")})})}));
  EXPECT_EQ(run("go"), "-x +p +r1 +a +r2 +d +r3 +e");
}

TEST(ChartParallel, a_move_from_region_to_region_enters_all_regions_anew) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To("#m.p.r2.d"))}),
                                 S("r2", {S("c"), S("d")})})}));
  EXPECT_EQ(run("go"), "-c -r2 -a -r1 +r1 +a +r2 +d");
  EXPECT_EQ(run.active(), "p.r1.a p.r2.d");
}

TEST(ChartParallel, nested_parallel_states_hold_all_their_regions) {
  Walk run(parallel("m", {parallel("p", {S("a"), S("b")}),
                          S("q", {parallel("r", {S("c"), S("d")})})}));
  EXPECT_EQ(run.active(), "p.a p.b q.r.c q.r.d");
}

}  // namespace
}  // namespace elukaar::chart::test
