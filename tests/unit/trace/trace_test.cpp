#include <sstream>

#include "base/json.hpp"
#include "app/commands/simulation_commands.hpp"
#include "unit/workflow/temporary_folder.hpp"

namespace elukaar::app {
namespace {

namespace fs = std::filesystem;

const fs::path source = ELUKAAR_SOURCE_DIR;
const fs::path rae = source / "workflows/municipalities/rae/kindergarten-place.yaml";

class Trace : public testing::Test {
 protected:
  // The exit code; the lines are in steps_.
  int trace(const fs::path& file, const std::string& events) {
    steps_.clear();
    err_.str("");
    std::ostringstream out;
    const int code =
        trace_workflow({file, folder_.write("events.jsonl", events), content_, "json"}, out, err_);
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) steps_.push_back(Json::parse(line));
    return code;
  }
  std::string states() const {
    std::string text;
    for (const Json& step : steps_) {
      for (const Json& state : step["states"]) text += state.get<std::string>() + " ";
    }
    return text;
  }
  Json effects(std::size_t step) const { return steps_.at(step)["effects"]; }

  test::TemporaryFolder folder_{"trace"};
  fs::path content_ = source;
  std::vector<Json> steps_;
  std::ostringstream err_;
};

const std::string born =
    R"({"type": "birth-registered", "time": "2026-05-01T06:00:00Z", "data": {"child": {"key": "c", "bornOn": "2026-04-20"}, "residenceKov": "0653"}})"
    "\n";
const std::string noticed = R"("after.notice.expecting")" "\n";
const std::string family =
    R"({"type": "done.invoke.verifying.family", "output": {"alive": true, "livesHere": true, "protected": false, "guardians": [{"key": "g"}, {"key": "h"}]}})"
    "\n";
const std::string applied =
    R"({"type": "ee.elukaar.application.submitted.v1", "time": "2026-05-05T06:00:00Z", "data": {"application": {"id": "a", "applicant": "g", "submittedAt": "2026-05-05T06:00:00Z", "wishedStart": "2027-11-01", "language": "et", "preferences": ["rae-tammelehe"]}, "child": {"key": "c"}}})"
    "\n";
const std::string resident =
    R"({"type": "done.invoke.checking.residence", "time": "2026-05-05T06:01:00Z", "output": {"childLivesHere": true, "applicantLivesHere": true, "custody": true, "childSince": "2026-04-20", "asOf": "2026-05-05"}})"
    "\n";
const std::string registered =
    R"({"type": "done.invoke.registering.register", "time": "2026-05-05T06:02:00Z", "output": {"registerId": "r", "status": "queued", "queue": {"scope": "s", "position": 12, "of": 40, "ruleRef": "area-age-application-time"}}})"
    "\n";
const std::string moved =
    R"({"type": "queue-position-changed", "time": "2026-06-01T06:00:00Z", "data": {"application": {"id": "a"}, "queue": {"scope": "s", "position": 8, "of": 40, "ruleRef": "area-age-application-time"}}})"
    "\n";

TEST_F(Trace, follows_a_child_from_its_birth_into_the_queue) {
  ASSERT_EQ(trace(rae, born + noticed + family + applied + resident + registered + moved), 0)
      << err_.str();
  EXPECT_EQ(states(),
            "new expecting verifying informed.told checking registering queued.in_line queued.in_line ");
  EXPECT_EQ(steps_[0]["event"], nullptr);
  EXPECT_EQ(steps_[1]["event"], "birth-registered");
  EXPECT_EQ(steps_[4]["event"], "application-submitted") << "the short name of the type";
  EXPECT_EQ(steps_[7]["context"]["queue"]["position"], 8);
  for (const Json& step : steps_) EXPECT_EQ(step["done"], false);
}

TEST_F(Trace, tells_effects_in_their_order) {
  ASSERT_EQ(trace(rae, born + noticed + family + applied), 0) << err_.str();
  EXPECT_EQ(effects(0), Json::array());
  EXPECT_EQ(effects(1), Json::parse(R"([{"assign": "child", "value": {"key": "c", "bornOn": "2026-04-20"}},
                                        {"arm": "after.notice.expecting", "until": "2026-05-03T21:00:00Z"}])"));
  EXPECT_EQ(effects(2), Json::parse(R"([{"clear": "after.notice.expecting"},
                                        {"call": "population-register.family",
                                         "answer": "done.invoke.verifying.family"}])"));
  EXPECT_EQ(effects(3), Json::parse(R"([{"assign": "family", "value": {"guardians": ["g", "h"]}},
                                        {"assign": "heardAt", "value": "2026-05-03T21:00:00Z"},
                                        {"arm": "after.schoolStart.informed", "until": "2033-08-31T21:00:00Z"}])"));
  ASSERT_EQ(effects(4).size(), 6U);
  EXPECT_EQ(effects(4)[0], Json::parse(R"({"clear": "after.schoolStart.informed"})"));
  EXPECT_EQ(effects(4)[1]["value"]["applicant"], "g");
  // The day counts to its end; the legal clock waits for the day on which the place is first wished.
  EXPECT_EQ(effects(4)[3], Json::parse(R"({"arm": "after.checkBy.checking", "until": "2026-05-08T21:00:00Z"})"));
  EXPECT_EQ(effects(4)[4]["arm"], "clock.place-offer.start");
  EXPECT_EQ(effects(4)[5]["call"], "population-register.residence");
}

// The step by which a place is lost in silence waits for an official here, as it does in production.
TEST_F(Trace, holds_an_adverse_step_until_an_official_confirms_it) {
  folder_.fill();
  const fs::path base = folder_.path() / "workflows/place/1/workflow.yaml";
  std::string text = test::replaced(test::read_file(base), "adverse: { legalBasis: place-right }",
                                    "adverse: { confirmedBy: official, step: silence }");
  text = test::replaced(text, "  answered:\n",
                        "  confirmed:\n    type: ee.example.confirmed.v1\n"
                        "    correlate: { child: \"{{ event.data.child.key }}\" }\n"
                        "    confirms: \"{{ event.data.step }}\"\n    whenUnexpected: park\n  answered:\n");
  folder_.write("workflows/place/1/workflow.yaml", text);
  folder_.write("events/services/ee.example.confirmed.v1.schema.json",
                R"({"type": "object", "x-partition-key": "/child/key", "required": ["child"],
                    "properties": {"step": {"type": "string"},
                    "child": {"type": "object", "required": ["key"],
                              "properties": {"key": {"type": "string"}}}}})");
  content_ = folder_.path();
  ASSERT_EQ(trace(folder_.path() / "workflows/municipalities/north/place.yaml",
                  R"({"type": "applied", "time": "2026-05-04T06:00:00Z", "data": {"child": {"key": "c"}}})" "\n"
                  R"({"type": "done.invoke.asking.ask", "output": {"free": true, "position": 1}})" "\n"
                  R"("after.reply.offered")" "\n"
                  R"({"type": "confirmed", "data": {"child": {"key": "c"}, "step": "silence"}})" "\n"),
            0)
      << err_.str();
  EXPECT_EQ(states(), "new asking offered offered closed ");
  EXPECT_EQ(steps_[3]["held"], Json::array({"silence"}));
  EXPECT_EQ(steps_[3]["context"]["cause"], "refused") << "as the case began";
  EXPECT_EQ(steps_[4]["held"], Json::array());
  EXPECT_EQ(steps_[4]["context"]["cause"], "silence");
}

TEST_F(Trace, lets_a_timer_fire_when_it_is_due_and_not_again) {
  ASSERT_EQ(trace(rae, born + noticed + noticed), 0) << err_.str();
  EXPECT_EQ(steps_[2]["disposition"], "applied");
  EXPECT_EQ(steps_[3]["handled"], false);
  EXPECT_EQ(steps_[3]["disposition"], "stale");
  EXPECT_EQ(states(), "new expecting verifying verifying ");
}

TEST_F(Trace, says_that_nothing_handled_an_event_and_that_a_case_is_done) {
  ASSERT_EQ(trace(rae, born + moved + R"({"type": "opted-out", "data": {"child": {"key": "c"}}})"),
            0);
  EXPECT_EQ(steps_[2]["handled"], false);
  EXPECT_EQ(steps_[2]["states"], Json::array({"expecting"}));
  EXPECT_EQ(steps_[3]["handled"], true);
  EXPECT_EQ(steps_[3]["done"], true);
  EXPECT_EQ(states(), "new expecting expecting not_applied ");
}

TEST_F(Trace, takes_the_way_that_a_refusal_leads) {
  ASSERT_EQ(trace(rae, born + noticed + family + applied + resident +
                           R"({"type": "error.invoke.registering.register", "error": {"kind": "refused"}})"),
            0)
      << err_.str();
  EXPECT_EQ(states(), "new expecting verifying informed.told checking registering manual_review.in_time ");
  EXPECT_EQ(steps_[6]["context"]["review"], "register_refused");
}

TEST_F(Trace, tells_an_expression_that_fails_with_its_place) {
  EXPECT_EQ(trace(rae, born + noticed + R"({"type": "done.invoke.verifying.family", "output": {}})"),
            1);
  EXPECT_NE(err_.str().find("2026.1/workflow.yaml:"), std::string::npos) << err_.str();
  EXPECT_EQ(steps_.size(), 3U);
}

// What an ordinary statechart tool reads, too: guards and actions are names.
const std::string bare = R"({
  "id": "door", "initial": "closed", "context": {"opened": 0},
  "states": {
    "closed": {"exit": "unlatch", "on": {"open": [{"guard": "locked", "target": "closed"},
                                                  {"target": "open", "actions": ["swing", {"type": "raise", "event": "rang"}]}]}},
    "open": {"type": "parallel", "entry": [{"type": "light"}], "onDone": "gone",
             "states": {"bell": {"initial": "silent", "states": {"silent": {"on": {"rang": "over"}}, "over": {"type": "final"}}},
                        "spring": {"initial": "taut", "states": {"taut": {"after": {"1000": "slack"}}, "slack": {"type": "final"}}}}},
    "gone": {"type": "final"}
  }})";

TEST_F(Trace, runs_a_bare_statechart) {
  const fs::path file = folder_.write("door.json", bare);
  ASSERT_EQ(trace(file, "{\"type\": \"open\", \"guards\": {\"locked\": true}}\n"
                        "{\"type\": \"open\", \"guards\": {\"locked\": false}}\n"
                        "\n"
                        "\"after.1000.open.spring.taut\"\n"),
            0)
      << err_.str();
  EXPECT_EQ(states(), "closed closed open.bell.over open.spring.taut gone ");
  EXPECT_EQ(steps_[0]["context"]["opened"], 0);
  EXPECT_EQ(effects(2),
            Json::parse(R"(["unlatch", "swing", {"type": "raise", "event": "rang"}, {"type": "light"}, {"arm": "after.1000.open.spring.taut"}])"));
  EXPECT_EQ(steps_[3]["done"], true);
}

TEST_F(Trace, knows_what_a_bare_statechart_waits_for_keeps_and_names) {
  const fs::path file = folder_.write("lamp.yaml", R"(
id: lamp
initial: off
context: { warm: false }
states:
  off:
    id: dark
    on: { press: { target: on.bright, actions: { type: assign, params: { warm: true } } } }
  on:
    initial: dim
    invoke: { id: meter, src: grid.measure, onDone: { target: "#dark" }, onError: gone }
    after: { "500": { guard: warm, target: .dim } }
    states:
      dim:
      bright:
        on: { press: "#dark", faint: { actions: { type: xstate.raise, params: { event: { type: press } } } } }
  gone: { type: final }
)");
  ASSERT_EQ(trace(file, "\"press\"\n\"after.500.on\"\n\"done.invoke.on.meter\"\n\"press\"\n"
                        "\"faint\"\n\"press\"\n\"error.invoke.on.meter\"\n"),
            0)
      << err_.str();
  EXPECT_EQ(states(), "off on.bright on.dim off on.bright off on.bright gone ");
  EXPECT_EQ(steps_[0]["context"]["warm"], false);
  EXPECT_EQ(steps_[1]["context"]["warm"], true);
  EXPECT_EQ(effects(1), Json::parse(R"([{"type": "assign", "params": {"warm": true}}, {"arm": "after.500.on"},
                                        {"call": "grid.measure", "answer": "done.invoke.on.meter"}])"));
  EXPECT_EQ(effects(3), Json::parse(R"([{"clear": "after.500.on"}, {"abandon": "meter", "state": "on"}])"));
}

TEST_F(Trace, says_what_it_does_not_know_in_a_bare_statechart) {
  const fs::path file = folder_.write("h.json", R"({"initial": "a", "states": {
    "a": {"on": {"e": {"target": ["b", "c"]}}}, "b": {"type": "history"}, "c": {}}})");
  EXPECT_EQ(trace(file, ""), 1);
  EXPECT_NE(err_.str().find("h.json:2:34: error: expected one target, found 2"), std::string::npos)
      << err_.str();
  EXPECT_NE(err_.str().find("history states are not known here"), std::string::npos) << err_.str();
  const fs::path raises = folder_.write("r.json", R"({"initial": "a", "states": {"a": {"entry": {"type": "raise"}}}})");
  EXPECT_EQ(trace(raises, ""), 1);
  EXPECT_NE(err_.str().find("a `raise` action: expected `event`, a name"), std::string::npos);
}

TEST_F(Trace, tells_what_is_wrong_with_the_file_or_the_events) {
  EXPECT_EQ(trace(folder_.write("bad.json", R"({"initial": "b", "states": {"a": {}}})"), ""), 1);
  EXPECT_NE(err_.str().find("bad.json:1:1: error: state `machine` has no substate `b`"),
            std::string::npos) << err_.str();
  EXPECT_EQ(trace(rae, born + "[]\n"), 2);
  EXPECT_NE(err_.str().find("events.jsonl:2: expected an event such as"), std::string::npos)
      << err_.str();
  EXPECT_EQ(trace("nowhere.yaml", ""), 1);
  EXPECT_EQ(err_.str(),
            "nowhere.yaml: error: the file cannot be read; No such file or directory "
            "[unreadable]\n");
  std::ostringstream out;
  EXPECT_EQ(trace_workflow({rae, "nowhere.jsonl", source, "json"}, out, err_), 2);
  EXPECT_EQ(trace_workflow({rae, "nowhere.jsonl", source, "xml"}, out, err_), 2);
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace elukaar::app
