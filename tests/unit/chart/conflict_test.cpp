#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartConflict, among_regions_the_earlier_in_document_order_wins) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("out", To("#m.x"))}),
                                 S("r2", {S("b").on("out", To("#m.y"))})}),
                  S("x"), S("y")}));
  EXPECT_EQ(run("out"), "-b -r2 -a -r1 -p +x");
}

TEST(ChartConflict, transitions_that_stay_in_their_regions_are_all_taken) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To("b").run({"one"})), S("b")}),
                                 S("r2", {S("c").on("go", To("d").run({"two"})), S("d")})})}));
  EXPECT_EQ(run("go"), "-c -a one two +b +d");
  EXPECT_EQ(run.active(), "p.r1.b p.r2.d");
}

TEST(ChartConflict, one_that_leaves_all_regions_beats_a_later_region) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To("#m.x"))}),
                                 S("r2", {S("c").on("go", To("d")), S("d")})}),
                  S("x")}));
  EXPECT_EQ(run("go"), "-c -r2 -a -r1 -p +x");
}

TEST(ChartConflict, an_earlier_region_beats_one_that_leaves_all) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To("b")), S("b")}),
                                 S("r2", {S("c").on("go", To("#m.x"))})}),
                  S("x")}));
  EXPECT_EQ(run("go"), "-a +b");
}

TEST(ChartConflict, one_without_target_never_conflicts) {
  Walk run(S("m", {parallel("p", {S("r1", {S("a").on("go", To().run({"note"}))}),
                                 S("r2", {S("c").on("go", To("#m.x"))})}),
                  S("x")}));
  EXPECT_EQ(run("go"), "-c -r2 -a -r1 -p note +x");
}

TEST(ChartConflict, of_two_always_the_descendant_wins_over_its_ancestor) {
  // Region r1 finds nothing of its own and reaches p's transition; r2's lies deeper.
  Walk run(S("m", {S("start").on("go", To("p")),
                  parallel("p", {S("r1", {S("a")}), S("r2", {S("c").always(To("d")), S("d")})})
                      .always(To("x").when("ready")),
                  S("x")}),
          {"ready"});
  EXPECT_EQ(run("go"), "-start +p +r1 +a +r2 +c -c +d -d -r2 -a -r1 -p +x");
}

}  // namespace
}  // namespace elukaar::chart::test
