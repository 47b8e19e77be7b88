#include <gtest/gtest.h>

#include "cel/program.hpp"

namespace elukaar::cel {
namespace {

const Json event_schema = Json::parse(R"({
  "type": "object",
  "properties": {
    "time": {"type": "string", "format": "date-time"},
    "data": {
      "type": "object",
      "required": ["position", "child"],
      "properties": {
        "position": {"type": "integer"},
        "distance": {"type": "number"},
        "wishedFrom": {"type": "string", "format": "date"},
        "days": {"type": "array", "items": {"type": "string", "format": "date"}},
        "kind": {"type": "string", "enum": ["made", "delivered", "opened"]},
        "child": {"$ref": "#/definitions/person"}
      }
    }
  },
  "definitions": {
    "person": {"type": "object", "properties": {
      "key": {"type": "string"}, "bornOn": {"type": "string", "format": "date"},
      "name": {"type": "string", "x-personal": "identity"}}}
  }
})");

Environment environment() {
  return {.variables = {{"event", type_from_schema(event_schema, "event")},
                        {"context", Type::map(Type::string(), Type::dyn())}}};
}

// The problems of an expression that stands at line 10, column 5; "" where there is none.
std::string problems_of(std::string_view source, Environment where = environment(),
                        std::optional<Type> expected = {}) {
  const auto program = compile(source, {"w.yaml", 10, 5}, where, expected);
  std::string text;
  if (program) return text;
  for (const Problem& problem : program.error()) text += to_text(problem) + "\n";
  if (!text.empty()) text.pop_back();
  return text;
}

TEST(Check, finds_a_misspelt_field_with_its_place) {
  EXPECT_EQ(problems_of("event.data.posision > 3"),
            "w.yaml:10:16: error: `event.data` has no field `posision`; did you mean `position`? "
            "[unknown-field]");
}

TEST(Check, lists_the_fields_where_none_is_near) {
  EXPECT_EQ(problems_of("has(event.data.child.wxyz)"),
            "w.yaml:10:26: error: `event.data.child` has no field `wxyz`; it has: `bornOn`, `key`, "
            "`name` [unknown-field]");
}

TEST(Check, answers_words_for_operators) {
  EXPECT_EQ(problems_of("true and false"),
            "w.yaml:10:10: error: expected an operator or the end, found `and`; use `&&` [cel-syntax]");
  EXPECT_EQ(problems_of("true or false"),
            "w.yaml:10:10: error: expected an operator or the end, found `or`; use `||` [cel-syntax]");
  EXPECT_EQ(problems_of("not true"), "w.yaml:10:5: error: unexpected `not`; use `!` [cel-syntax]");
  EXPECT_EQ(problems_of("not(true)"), "w.yaml:10:5: error: unexpected `not`; use `!` [cel-syntax]");
  EXPECT_EQ(problems_of("1 = 1"),
            "w.yaml:10:7: error: unexpected `=`; use `==` to compare [cel-syntax]");
}

TEST(Check, refuses_personal_fields_but_lets_has_ask) {
  EXPECT_EQ(problems_of("event.data.child.name == 'x'"),
            "w.yaml:10:22: error: `event.data.child.name` is personal (identity); personal data stays "
            "in the vault: use the person's key, or ask `has(…)` whether the field is there "
            "[personal-field]");
  EXPECT_EQ(problems_of("has(event.data.child.name)"), "");
  EXPECT_EQ(problems_of("event.data.child.key"), "");
}

TEST(Check, refuses_every_way_of_carrying_a_personal_field_along) {
  for (const char* source :
       {"event.data.child", "event", "event.data.child['name']", "event['data'].child.name",
        "[event.data.child]", "{'child': event.data.child}", "dyn(event.data.child)",
        "true ? event.data.child : event.data.kind", "[event.data.child, 1]",
        "[event.data.child].map(c, c.name)", "event.data.child[event.data.kind]",
        "[event.data.child].filter(c, true)", "[event.data] + [event.data]"}) {
    EXPECT_NE(problems_of(source).find("[personal-field]"), std::string::npos) << source;
  }
}

TEST(Check, says_which_types_an_operator_takes) {
  EXPECT_EQ(problems_of("event.data.distance + 1"),
            "w.yaml:10:25: error: `+` does not work on double and int; write whole numbers with `.0`, "
            "or use `double(…)` or `int(…)` [cel-type]");
  EXPECT_EQ(problems_of("event.data.wishedFrom < event.time"),
            "w.yaml:10:27: error: `<` does not work on date and timestamp; use `date(…)` around the "
            "timestamp: its day in Tallinn [cel-type]");
  EXPECT_EQ(problems_of("event.data.wishedFrom == '2026-04-20'"),
            "w.yaml:10:27: error: `==` compares date with string, which are never equal; use "
            "`date('2026-04-20')` [cel-type]");
  EXPECT_EQ(problems_of("!event.data.position"),
            "w.yaml:10:5: error: `!` does not work on int; it works on `!bool` [cel-type]");
}

TEST(Check, knows_variables_and_functions_by_near_names) {
  EXPECT_EQ(problems_of("evnt.data"),
            "w.yaml:10:5: error: unknown variable `evnt`; did you mean `event`? [unknown-variable]");
  EXPECT_EQ(problems_of("addPeriode(event.time, 'P1D')"),
            "w.yaml:10:5: error: unknown function `addPeriode`; did you mean `addPeriod`? "
            "[unknown-function]");
  EXPECT_EQ(problems_of("startsWith('a', 'b')"),
            "w.yaml:10:5: error: unknown function `startsWith`; write `string.startsWith(string)` "
            "[unknown-function]");
}

TEST(Check, counts_arguments) {
  EXPECT_EQ(problems_of("addPeriod(event.time)"),
            "w.yaml:10:5: error: `addPeriod` does not take 1 argument; write `addPeriod(date, string)` "
            "or `addPeriod(timestamp, string)` [wrong-arity]");
}

TEST(Check, reads_literal_terms_periods_dates_and_patterns) {
  EXPECT_NE(problems_of("termEnd(event.time, '14 dais')").find("did you mean `14 days`? [bad-literal]"),
            std::string::npos);
  EXPECT_NE(problems_of("addPeriod(event.time, '18M')").find("[bad-literal]"), std::string::npos);
  EXPECT_EQ(problems_of("date('2026-02-30')"),
            "w.yaml:10:10: error: expected a date, found `2026-02-30`; write it as `2026-04-20` "
            "[bad-literal]");
  EXPECT_NE(problems_of("'a'.matches('(')").find("write it in the syntax of RE2 [bad-literal]"),
            std::string::npos);
}

TEST(Check, compares_an_enumeration_only_with_its_values) {
  EXPECT_EQ(problems_of("event.data.kind == 'deliverd'"),
            "w.yaml:10:24: error: `'deliverd'` is none of the values that are possible here; did you "
            "mean `delivered`? [unknown-value]");
  EXPECT_EQ(problems_of("event.data.kind in ['made', 'opened']"), "");
  EXPECT_NE(problems_of("event.data.kind in ['maid']").find("[unknown-value]"), std::string::npos);
}

TEST(Check, allows_now_and_the_case_only_where_the_environment_does) {
  EXPECT_EQ(problems_of("now > event.time"),
            "w.yaml:10:5: error: `now` is not allowed here; what is shown must not change by itself: "
            "use a date from the context, or `deadline(term)` [not-allowed-here]");
  EXPECT_NE(problems_of("state('queued')").find("[not-allowed-here]"), std::string::npos);
  Environment more = environment();
  more.variables.emplace("now", Type::timestamp());
  more.case_functions = true;
  EXPECT_EQ(problems_of("now > event.time && state('queued')", more), "");
}

TEST(Check, tells_all_problems_at_once) {
  const auto program = compile("event.a || event.b", {"w.yaml", 1, 1}, environment());
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().size(), 2u);
}

TEST(Check, demands_the_expected_type) {
  EXPECT_EQ(problems_of("event.data.position", environment(), Type::boolean()),
            "w.yaml:10:16: error: expected bool, found int; compare the value with something: `… == "
            "…` [cel-type]");
  EXPECT_EQ(problems_of("context.anything", environment(), Type::boolean()), "");
}

TEST(Check, counts_lines_and_characters_of_a_long_expression) {
  EXPECT_EQ(problems_of("'ä' == 'ä' &&\n  evnt"),
            "w.yaml:11:3: error: unknown variable `evnt`; did you mean `event`? [unknown-variable]");
}

TEST(Check, limits_size_and_nesting) {
  EXPECT_NE(problems_of(std::string(max_source + 1, ' ')).find("[cel-limit]"), std::string::npos);
  EXPECT_NE(problems_of(std::string(10'000, '(')).find("at most 200"), std::string::npos);
  EXPECT_NE(problems_of(std::string(10'000, '!') + "true").find("at most 200"), std::string::npos);
  std::string sum = "1";
  for (int i = 0; i < 10'000; ++i) sum += "+1";
  EXPECT_NE(problems_of(sum).find("[cel-syntax]"), std::string::npos);
}

TEST(Check, refuses_broken_syntax_without_crashing) {
  for (const char* source : {"", "(", "1 +", "a.", "a[", "{", "'x", "\"", "has(a)", "[1,2", "1u2", "?",
                             "a ? b", "@", "x.map(1, 2)", "-", "Foo{a: 1}", "'\\q'", "99999999999999999999",
                             "\xff", "a..b", "for", "1.e"}) {
    EXPECT_FALSE(compile(source, {}, environment())) << source;
  }
}

TEST(Program, tells_the_names_of_a_source_but_not_those_of_its_macros) {
  EXPECT_EQ(names_in("hasApplied && context.guardians.exists(each, each != event.data.by && !late)"),
            (std::vector<std::string>{"hasApplied", "context", "event", "late"}));
  EXPECT_EQ(names_in("a &&"), std::vector<std::string>{});
}

TEST(Program, takes_a_named_condition_only_where_all_that_it_asks_for_is_there) {
  Environment whole = environment();
  whole.case_functions = true;
  const auto offered = compile("state('offered')", {"w.yaml", 2, 1}, whole, Type::boolean());
  const auto first = compile("event.data.position == 1", {"w.yaml", 3, 1}, whole, Type::boolean());
  ASSERT_TRUE(offered && first);
  Environment bare;
  bare.conditions = {{"isOffered", *offered}, {"isFirst", *first}};
  const auto told = compile("isOffered || isFirst", {"w.yaml", 9, 1}, bare);
  ASSERT_FALSE(told);
  ASSERT_EQ(told.error().size(), 2u);
  EXPECT_EQ(to_text(told.error()[0]),
            "w.yaml:9:1: error: the condition `isOffered` is not allowed here: it asks for the state that a "
            "case is in; what a condition asks for must be there wherever it is used [not-allowed-here]");
  EXPECT_EQ(told.error()[1].where.column, 14);
  whole.conditions = bare.conditions;
  const auto both = compile("isOffered || isFirst", {"w.yaml", 9, 1}, whole);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->conditions().size(), 2u);
  EXPECT_EQ(both->states().size(), 0u) << "told where the condition stands";
  ASSERT_EQ(both->mentions().size(), 1u);
  EXPECT_EQ(both->mentions()[0].name, "event.data.position");
}

TEST(Program, refuses_conditions_that_lead_to_each_other_without_measure) {
  Environment with;
  with.conditions.emplace("c0", *compile("true", {}, {}));
  std::string last = "c0";
  for (int i = 1; i <= max_condition_depth; ++i) {
    const auto next = compile(last, {}, with);
    if (i == max_condition_depth) {
      ASSERT_TRUE(next);
    }
    last = "c" + std::to_string(i);
    with.conditions.emplace(last, *next);
  }
  const auto told = compile(last, {}, with);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().front().rule, "cel-limit");
}

TEST(Program, tells_what_it_mentions) {
  Environment more = environment();
  more.case_functions = true;
  const auto program = compile("event.data.position > 3 && has(context.offer.id) && state('queued')",
                               {"w.yaml", 1, 1}, more);
  ASSERT_TRUE(program);
  std::vector<std::string> names;
  for (const Mention& mention : program->mentions()) names.push_back(mention.name);
  EXPECT_EQ(names, (std::vector<std::string>{"event.data.position", "context.offer.id"}));
  ASSERT_EQ(program->states().size(), 1u);
  EXPECT_EQ(program->states()[0].name, "queued");
  EXPECT_EQ(program->type().str(), "bool");
}

}  // namespace
}  // namespace elukaar::cel
