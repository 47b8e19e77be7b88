#include "unit/chart/machine.hpp"

namespace elukaar::chart::test {
namespace {

// "line rule" of each problem, in the order told.
std::vector<std::string> problems(const S& root) {
  Result<Chart, Problems> chart = compile(root.source);
  std::vector<std::string> list;
  if (chart) return list;
  for (const Problem& p : chart.error()) {
    list.push_back(std::to_string(p.where.line) + " " + p.rule);
    EXPECT_FALSE(p.what.empty());
    EXPECT_EQ(p.severity, Severity::error);
  }
  return list;
}

std::string hint(const S& root) {
  Result<Chart, Problems> chart = compile(root.source);
  return chart ? "no problem" : chart.error().front().hint;
}

using List = std::vector<std::string>;

TEST(ChartCompile, tells_all_problems_at_once) {
  EXPECT_EQ(problems(S("m", {S("a").at(2).on("go", To("nowhere").at(3)).on("", To("b").at(4)),
                             S("b", {S("c")}).initial("").at(5),
                             final("f").on("go", To("a").at(6))})),
            (List{"5 missing-initial", "6 transition-from-final", "3 unknown-target",
                  "4 invalid-descriptor"}));
}

TEST(ChartCompile, wants_initial_of_compound_states_only) {
  EXPECT_EQ(problems(S("m", {S("a")}).initial("").at(1)), List{"1 missing-initial"});
  EXPECT_EQ(problems(S("m", {S("abc")}).initial("abd").at(1)), List{"1 unknown-initial"});
  EXPECT_EQ(hint(S("m", {S("abc")}).initial("abd")), "did you mean `abc`?");
  EXPECT_EQ(problems(parallel("m", {S("a")}).initial("a").at(1)), List{"1 unexpected-initial"});
  EXPECT_EQ(problems(S("m").initial("a").at(1)), List{"1 unexpected-initial"});
}

TEST(ChartCompile, wants_substates_of_compound_and_parallel_states_only) {
  EXPECT_EQ(problems(S("m").type(StateType::compound).at(1)), List{"1 no-substates"});
  EXPECT_EQ(problems(S("m").type(StateType::parallel).at(1)), List{"1 no-substates"});
  EXPECT_EQ(problems(S("m", {S("a")}).type(StateType::atomic).initial("").at(1)),
            List{"1 unexpected-substates"});
  EXPECT_EQ(problems(S("m").type(StateType::final).at(1)), List{"1 unexpected-type"});
}

TEST(ChartCompile, refuses_keys_that_no_path_could_name) {
  EXPECT_EQ(problems(S("m", {S("a"), S("a").at(2)})), List{"2 duplicate-key"});
  for (const char* key : {"", "a.b", "#a", "a b", "*"}) {
    EXPECT_EQ(problems(S("m", {S("a"), S(key).at(2)})), List{"2 invalid-key"}) << key;
  }
}

TEST(ChartCompile, refuses_descriptors_that_no_event_could_match) {
  for (const char* descriptor : {"", ".", "a.", ".a", "a..b", "a*", "*.a", "a.*.b", "a b", "**"}) {
    EXPECT_EQ(problems(S("m").on(descriptor, To().at(2))), List{"2 invalid-descriptor"})
        << descriptor;
  }
  for (const char* descriptor : {"a", "a.b", "a.*", "*", "after.notice#1", "error.family"}) {
    EXPECT_EQ(problems(S("m").on(descriptor, To().at(2))), List{}) << descriptor;
  }
}

TEST(ChartCompile, names_the_nearest_target) {
  S base("m", {S("a"), S("informed"), S("b", {S("inner")})});
  auto from_a = [&](const char* target) {
    S copy = base;
    copy.source.states[0].on.push_back(To(target).source);
    copy.source.states[0].on.back().descriptor = "go";
    return copy;
  };
  EXPECT_EQ(hint(from_a("informd")), "did you mean `informed`?");
  EXPECT_EQ(hint(from_a("#m.b.iner")), "did you mean `#m.b.inner`?");
  EXPECT_EQ(hint(from_a("inner")), "did you mean `#m.b.inner`?");
  EXPECT_EQ(hint(from_a(".informed")), "did you mean `informed`?");
  EXPECT_EQ(hint(from_a("#informed")), "did you mean `informed`?");
  EXPECT_EQ(hint(from_a("quite-different")), "");
  EXPECT_EQ(hint(S(base).on("go", To("informed"))), "did you mean `.informed`?");
  for (const char* target : {"informed.x", "#", ".", "#m.", "b.", "#n.a"}) {
    EXPECT_EQ(problems(from_a(target)), List{"0 unknown-target"}) << target;
  }
}

TEST(ChartCompile, refuses_on_done_that_nothing_ends) {
  EXPECT_EQ(problems(S("m", {S("a").on_done(To().at(2))})), List{"2 done-never-raised"});
  EXPECT_EQ(problems(S("m", {S("a", {S("b")}).on_done(To().at(2))})), List{"2 done-never-raised"});
  EXPECT_EQ(problems(S("m", {final("f")}).on_done(To().at(2))), List{"2 done-never-raised"});
  EXPECT_EQ(problems(S("m", {parallel("p", {S("a"), S("r", {final("f")})}).on_done(To().at(2))})),
            List{"2 done-never-raised"});
  EXPECT_EQ(problems(S("m", {parallel("p", {final("a"), S("r", {final("f")})}).on_done(To())})),
            List{});
}

TEST(ChartCompile, refuses_always_that_could_not_end) {
  EXPECT_EQ(problems(S("m", {S("a").always(To().at(2))})), List{"2 endless-always"});
  EXPECT_EQ(problems(S("m", {S("a").always(To("a").at(2))})), List{"2 endless-always"});
  EXPECT_EQ(problems(S("m", {S("a").always(To().when("g"))})), List{});
}

TEST(ChartCompile, has_limits_for_states_and_levels) {
  std::vector<S> many;
  for (std::size_t i = 0; i + 1 < max_states; ++i) many.emplace_back("s" + std::to_string(i));
  EXPECT_EQ(problems(S("m", many)), List{});
  many.push_back(S("over").at(9));
  EXPECT_EQ(problems(S("m", many)), List{"9 too-many-states"});

  S deep = S("s").at(8);
  for (std::size_t level = 1; level < max_depth; ++level) deep = S("s", {deep});
  EXPECT_EQ(problems(deep), List{});
  EXPECT_EQ(problems(S("s", {deep})), List{"8 too-deep"});
}

}  // namespace
}  // namespace elukaar::chart::test
