#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

TEST(ChartWildcard, the_exact_event_comes_first_then_the_longer_wildcard) {
  Walk run(S("m", {S("a")
                      .on("*", To().run({"all"}))
                      .on("x.*", To().run({"x"}))
                      .on("x.y.*", To().run({"xy"}))
                      .on("x.y.z", To().run({"xyz"}))}));
  EXPECT_EQ(run("x.y.z"), "xyz");
  EXPECT_EQ(run("x.y.w"), "xy");
  EXPECT_EQ(run("x.w"), "x");
  EXPECT_EQ(run("w"), "all");
}

TEST(ChartWildcard, a_wildcard_answers_where_the_more_exact_guards_fail) {
  Walk run(S("m", {S("a")
                      .on("*", To().run({"all"}))
                      .on("x.*", To().run({"x"}).when("no"))
                      .on("x.y", To().run({"xy"}).when("no"))}));
  EXPECT_EQ(run("x.y"), "all");
  EXPECT_EQ(run.asked, (std::vector<std::string>{"no", "no"}));
}

TEST(ChartWildcard, answers_the_name_before_the_star_too_but_no_longer_word) {
  Walk run(S("m", {S("a").on("x.*", To().run({"x"}))}));
  EXPECT_EQ(run("x"), "x");
  EXPECT_EQ(run("x.y.z"), "x");
  EXPECT_EQ(run("xy"), "");
  EXPECT_EQ(run("xy.z"), "");
}

TEST(ChartWildcard, a_longer_word_is_not_answered_where_another_state_names_it_either) {
  Walk run(S("m", {S("a").on("x.*", To().run({"x"})), S("b").on("xy", To())}));
  EXPECT_EQ(run("xy"), "");
  EXPECT_FALSE(run.handled);
}

TEST(ChartWildcard, a_deeper_states_wildcard_wins_over_an_ancestors_exact_event) {
  Walk run(S("m", {S("a", {S("b").on("*", To().run({"deep"}))}).on("x", To().run({"exact"}))}));
  EXPECT_EQ(run("x"), "deep");
}

TEST(ChartWildcard, a_star_in_another_state_does_not_hide_the_exact_event) {
  Walk run(S("m", {S("a").on("x", To().run({"exact"})), S("b").on("x.*", To())}));
  EXPECT_EQ(run("x"), "exact");
  EXPECT_FALSE(run.chart().handles(run.configuration(), "x.y"));
}

TEST(ChartWildcard, alternatives_of_one_wildcard_stay_in_document_order) {
  Walk run(S("m", {S("a").on("x.*", To().run({"one"}).when("no")).on("x.*", To().run({"two"}))}));
  EXPECT_EQ(run("x.y"), "two");
}

}  // namespace
}  // namespace elukaar::chart::test
