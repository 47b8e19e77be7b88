#include <gtest/gtest.h>

#include "calendar/calendar.hpp"
#include "cel/program.hpp"

namespace elukaar::cel {
namespace {

class Offered : public CaseFacts {
 public:
  bool in_state(std::string_view path) const override { return path == "offered"; }
  Timestamp entered_at() const override { return parse_rfc3339("2026-06-17T22:30:00Z").value(); }
};

const Json context = Json::parse(R"({
  "bornOn": "2024-08-31", "time": "2026-05-04T09:00:00+03:00", "days": ["2026-04-20", "2026-05-01"],
  "empty": null, "offer": {"id": "o-1", "places": [1, 2, 3]}, "distance": 3, "secret": "49001010000",
  "rounds": [{"name": "first", "open": true}, {"name": "second", "open": false}]
})");

const Json schema = Json::parse(R"({"type": "object", "properties": {
  "bornOn": {"type": "string", "format": "date"}, "time": {"type": "string", "format": "date-time"},
  "days": {"type": "array", "items": {"type": "string", "format": "date"}},
  "empty": {"type": ["string", "null"]}, "distance": {"type": "number"}, "secret": {"type": "string"},
  "offer": {"type": "object", "properties": {"id": {"type": "string"}, "answerBy": {"type": "string"},
            "places": {"type": "array", "items": {"type": "integer"}}}},
  "rounds": {"type": "array", "items": {"type": "object", "properties": {
             "name": {"type": "string"}, "open": {"type": "boolean"}}}}}})");

Environment environment() {
  return {.variables = {{"context", type_from_schema(schema, "context")}, {"now", Type::timestamp()}},
          .case_functions = true};
}

// The value as JSON text, "problem: …" or "error: …".
std::string value_of(std::string_view source) {
  const auto program = compile(source, {"w.yaml", 1, 1}, environment());
  if (!program) return "problem: " + to_text(program.error().front());
  const Offered facts;
  const auto value = program->evaluate({.context = &context,
                                        .now = parse_rfc3339("2026-05-04T06:00:00Z"),
                                        .facts = &facts});
  return value ? value->dump() : "error: " + value.error().what;
}

void expect_true(std::initializer_list<const char*> sources) {
  for (const char* source : sources) EXPECT_EQ(value_of(source), "true") << source;
}

TEST(Evaluation, computes_with_numbers) {
  expect_true({"1 + 2 * 3 == 7", "7 / 2 == 3", "-7 % 3 == -1", "-9223372036854775808 < 0", "1 < 1.5",
               "2u > 1", "1.5 + 1.5 == 3.0", "context.distance * 2.0 == 6.0", "0x10 == 16"});
  EXPECT_EQ(value_of("9223372036854775807 + 1"), "error: the result of `+` is too large");
  EXPECT_EQ(value_of("1 / 0"), "error: `/`: division by zero");
  EXPECT_EQ(value_of("-(-9223372036854775808)"), "error: the result of `-` is too large");
  EXPECT_EQ(value_of("1u - 2u"), "error: the result of `-` is below zero");
}

TEST(Evaluation, knows_the_standard_functions) {
  expect_true({"size('häh') == 3", "'abc'.contains('b')", "'abc'.startsWith('ab')",
               "'abc'.endsWith('bc')", "'abc'.matches('^a.c$')", "matches('abc', 'b')",
               "int('42') == 42", "double('1.5') == 1.5", "string(42) == '42'", "uint(3) == 3u",
               "bool('true')", "size([1, 2]) == 2", "{'a': 1}.size() == 1", "type(1) == int",
               "string(timestamp('2026-05-04T06:00:00Z')) == '2026-05-04T06:00:00Z'",
               "timestamp('2026-05-04T06:00:00Z') + duration('90m') == timestamp('2026-05-04T07:30:00Z')",
               "context.time.getHours() == 6", "context.time.getHours('Europe/Tallinn') == 9",
               "context.bornOn.getFullYear() == 2024", "duration('90m').getHours() == 1"});
}

TEST(Evaluation, runs_macros) {
  expect_true({"context.rounds.exists(r, r.open)", "!context.rounds.all(r, r.open)",
               "context.rounds.exists_one(r, r.name == 'first')",
               "context.offer.places.map(p, p * 2) == [2, 4, 6]",
               "context.offer.places.map(p, p > 1, p * 2) == [4, 6]",
               "context.offer.places.filter(p, p > 1) == [2, 3]", "2 in context.offer.places",
               "[1, 2].all(x, [3].exists(y, y > x))", "{'a': 1}.exists(k, k == 'a')"});
}

TEST(Evaluation, lets_a_decided_side_absorb_errors) {
  expect_true({"1 / 0 > 0 || true", "true || 1 / 0 > 0", "!(false && 1 / 0 > 0)",
               "!(1 / 0 > 0 && false)", "[0, 1].exists(x, 1 / x == 1)"});
  EXPECT_EQ(value_of("1 / 0 > 0 || false"), "error: `/`: division by zero");
}

TEST(Evaluation, takes_dates_and_timestamps_out_of_json) {
  expect_true({"context.bornOn < date('2025-01-01')", "context.time == timestamp('2026-05-04T06:00:00Z')",
               "date('2026-04-20') in context.days", "context.days.exists(d, d == date('2026-05-01'))",
               "now == context.time", "date(context.time) == date('2026-05-04')"});
  EXPECT_EQ(value_of("context.time"), "\"2026-05-04T06:00:00Z\"");
  EXPECT_EQ(value_of("context.days"), "[\"2026-04-20\",\"2026-05-01\"]");
  EXPECT_EQ(value_of("duration('30s')"), "\"30s\"");
  EXPECT_EQ(value_of("{'from': context.bornOn}"), "{\"from\":\"2024-08-31\"}");
}

TEST(Evaluation, knows_the_calendar_of_the_law) {
  EXPECT_EQ(value_of("addPeriod(context.bornOn, 'P18M')"), "\"2026-02-28\"");
  EXPECT_EQ(value_of("addPeriod(context.time, 'P1D')"), "\"2026-05-05T06:00:00Z\"");
  EXPECT_EQ(value_of("termEnd(date('2025-12-30'), '2 months')"), "\"2026-03-02\"");
  EXPECT_EQ(value_of("termEnd(context.time, '14 days')"), "\"2026-05-18\"");
  EXPECT_EQ(value_of("workingDaysAfter(date('2026-06-18'), 5)"), "\"2026-06-29\"");
  EXPECT_EQ(value_of("isWorkingDay(date('2026-06-24'))"), "false");
  EXPECT_EQ(value_of("ageInMonths(context.bornOn, date('2026-02-28'))"), "18");
  EXPECT_EQ(value_of("deadline('5 working days')"), "\"2026-06-29\"");  // entered on the 18th, local
  EXPECT_EQ(value_of("[state('offered'), state('queued')]"), "[true,false]");
}

TEST(Evaluation, uses_the_calendar_that_it_is_given) {
  const calendar::Calendar calendar{{.extra_days_off = {parse_iso_date("2026-05-18").value()}}};
  const auto program = compile("termEnd(date('2026-05-04'), '14 days')", {}, environment());
  EXPECT_EQ(program->evaluate({.calendar = &calendar}).value(), "2026-05-19");
}

TEST(Evaluation, asks_for_absent_fields_and_tells_the_shape_when_one_is_missing) {
  EXPECT_EQ(value_of("has(context.offer.answerBy)"), "false");
  EXPECT_EQ(value_of("has(context.offer.id)"), "true");
  EXPECT_EQ(value_of("context.offer.answerBy"),
            "error: expected a field `answerBy` in `context.offer`, found a map with id (string), "
            "places (list); ask `has(context.offer.answerBy)` first");
  EXPECT_EQ(value_of("context.empty + 'x'"),
            "error: `+` does not work on null and string; `context.empty` is null");
  EXPECT_EQ(value_of("context.offer.places[3]"),
            "error: the index lies outside of `context.offer.places`, a list of 3");
}

TEST(Evaluation, never_tells_a_value) {
  for (const char* source : {"int(context.secret + 'x')", "date(context.secret)", "context.offer[context.secret]",
                             "termEnd(context.bornOn, context.secret)", "timestamp(context.secret)",
                             "addPeriod(context.bornOn, context.secret)", "'a'.matches('(' + context.secret)",
                             "duration(context.secret)"}) {
    const std::string text = value_of(source);
    EXPECT_TRUE(text.starts_with("error: ")) << source << text;
    EXPECT_EQ(text.find("49001010000"), std::string::npos) << text;
  }
}

TEST(Evaluation, stops_at_its_step_budget) {
  std::string source = "[1,2,3,4,5,6,7,8,9,10]";
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    source = std::string("[1,2,3,4,5,6,7,8,9,10].all(") + name + ", " + (name[0] == 'a' ? "true" : source) + ")";
  }
  const std::string text = value_of("true && (" + source + ")");
  EXPECT_NE(text.find("more than 100000 steps"), std::string::npos) << text;
  EXPECT_NE(value_of("(" + source + ") || true").find("more than 100000 steps"), std::string::npos);
}

TEST(Evaluation, of_a_guard_must_be_a_bool) {
  Environment dynamic{.variables = {{"context", Type::dyn()}}};
  const auto program = compile("context.offer", {"w.yaml", 3, 7}, dynamic, Type::boolean());
  ASSERT_TRUE(program);
  const auto result = program->test({.context = &context});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text(),
            "w.yaml:3:7: error: expected bool, found a map with id (string), places (list); in "
            "`context.offer`");
}

TEST(Evaluation, takes_named_conditions_and_groups_of_states_for_what_they_stand_for) {
  Environment with = environment();
  with.groups = {{"in_line", {"queued", "offered"}}, {"over", {"closed"}}};
  with.conditions.emplace("waits", *compile("state('in_line') && !state('over')", {"w.yaml", 2, 3}, with));
  with.conditions.emplace("isNear", *compile("context.distance < 5.0 && waits", {"w.yaml", 3, 3}, with));
  with.conditions.emplace("isPaid", *compile("context.offer.fee > 0", {"w.yaml", 4, 3},
                                             {.variables = {{"context", Type::dyn()}}}));
  const Offered facts;
  const auto result = [&](std::string_view source) {
    const auto program = compile(source, {"w.yaml", 9, 1}, with, Type::boolean());
    return program->test({.context = &context, .facts = &facts});
  };
  EXPECT_EQ(*result("isNear && context.rounds.exists(each, waits && each.open)"), true);
  EXPECT_EQ(*result("state('over') || !isNear"), false);
  EXPECT_EQ(*result("isPaid || waits"), true) << "an error that does not matter";
  // What fails is told where it stands.
  const auto failed = result("isPaid && waits");
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().text().starts_with("w.yaml:4:")) << failed.error().text();
  EXPECT_EQ(failed.error().expression, "context.offer.fee > 0");
  EXPECT_EQ(result("isPaid || context.rounds[7].open").error().expression,
            "isPaid || context.rounds[7].open");
}

TEST(Evaluation, says_what_is_not_there) {
  const auto program = compile("context.offer.id == 'x'", {"w.yaml", 1, 1}, environment());
  EXPECT_EQ(program->evaluate({}).error().what, "there is no `context` here");
}

TEST(Evaluation, converts_between_json_kinds_as_declared) {
  EXPECT_EQ(value_of("context.distance"), "3.0");
  EXPECT_EQ(value_of("[1, 'a', null, {'b': 2.5}]"), "[1,\"a\",null,{\"b\":2.5}]");
  EXPECT_EQ(value_of("b'abc'"), "\"YWJj\"");
  EXPECT_EQ(value_of("1.0 / 0.0"),
            "error: expected a value that JSON can hold, found infinity or no number");
}

}  // namespace
}  // namespace elukaar::cel
