#include <gtest/gtest.h>

#include "unit/core/story.hpp"

// Legal clocks as a case lives through them.
namespace elukaar::core {
namespace {

using test::at;
using test::Story;

workflow::SchemaTable schemas() {
  workflow::SchemaTable table;
  table.add_event("applied", Json::parse(R"({"type":"object","properties":{
    "bornOn":{"type":"string","format":"date"}}})"));
  for (const char* type : {"born", "asked", "provided", "extended", "delivered", "retracted",
                           "withdrawn"}) {
    table.add_event(type, table.event("applied") != nullptr ? *table.event("applied") : Json{});
  }
  return table;
}

constexpr const char* file = R"(
language: 1
key: places
release: "1"
title: { et: a, en: a, ru: a }
parameters:
  clockStart: { type: enum, values: [submission, later-of-18-months], required: true }
  restart: { type: boolean, required: true }
events:
  applied: { type: applied, starts: always, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  born: { type: born, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  asked: { type: asked, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  provided: { type: provided, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  extended: { type: extended, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  delivered: { type: delivered, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  retracted: { type: retracted, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
  withdrawn: { type: withdrawn, correlate: { a: "{{ event.id }}" }, whenUnexpected: ignore }
clocks:
  place-offer:
    length: 2 months
    starts:
      - { on: applied, notBefore: "{{ context.bornOn != null ? addPeriod(context.bornOn, 'P18M') : null }}" }
      - { on: retracted }
    ends: [delivered]
    pauses: [ { in: asking, ground: documents, legalBasis: law } ]
    extensions: [ { on: extended, by: 1 month, ground: complex, legalBasis: law } ]
    warnings: [ { before: 14 days }, { before: 3 days } ]
    decision: 10 working days
legalBasis:
  law: { text: { et: a, en: a, ru: a } }
schemas:
  context:
    type: object
    properties:
      bornOn: { type: string, format: date }
      warned: { type: integer }
      used: { type: integer }
      due: { type: string, format: date }
context: { warned: 0 }
initial: new
states:
  new:
    on:
      applied: { target: queued, context: { bornOn: "{{ has(event.data.bornOn) ? event.data.bornOn : null }}" } }
  queued:
    meta:
      status:
        text: queued
        push: N
        turn: municipality
        by: "{{ clock('place-offer').due }}"
        clock: place-offer
        visibleTo: [official]
        args: { paused: "{{ clock('place-offer').paused }}" }
    on:
      asked: { target: asking }
      born: { context: { bornOn: "{{ event.data.bornOn }}" } }
      withdrawn: { target: over }
      clock.place-offer.warned:
        context: { warned: "{{ context.warned + 1 }}", used: "{{ clock('place-offer').usedDays }}", due: "{{ event.data.due }}" }
      clock.place-offer.breached: { target: late }
  asking:
    meta:
      status: { text: asking, push: N, turn: resident, by: "{{ date('2027-01-01') }}", clock: place-offer, actions: [provide], visibleTo: [official] }
    on:
      provided: { target: queued }
  late:
    meta:
      status: { text: late, push: A, turn: municipality, by: "{{ clock('place-offer').decisionBy }}", clock: place-offer, visibleTo: [official] }
    on:
      withdrawn: { target: over }
      clock.place-offer.decision-overdue: { target: very_late }
  very_late:
    meta:
      status: { text: very_late, push: A, turn: municipality, by: "{{ clock('place-offer').decisionBy }}", clock: place-offer, visibleTo: [official] }
    on: { withdrawn: { target: over } }
  over: { type: final }
actions:
  provide: { event: provided, roles: [official] }
)";

const workflow::Workflow& places() {
  static const auto table = schemas();
  static const auto loaded = test::workflow_of(file, table);
  return *loaded;
}

class LegalClocks : public testing::Test {
 protected:
  // An event that happened at `own`, and reaches the case now.
  Decision happened(const std::string& name, const std::string& own, Json data = Json::object()) {
    Input input = story.event(name, std::move(data));
    std::get<EventArrived>(input.body).event["time"] = own;
    return story.take(input);
  }
  Decision happens(const std::string& name, const std::string& when, Json data = Json::object()) {
    story.now = at(when);
    return happened(name, when, std::move(data));
  }
  // Lets the timer of the clock fire when it is due.
  Decision fire(const std::string& what) {
    const Timer timer = story.timer("clock.place-offer." + what);
    story.now = std::max(story.now, timer.due);
    return story.take(story.fired(timer));
  }
  bool waits_for(const std::string& what) const {
    return std::any_of(story.value.timers.begin(), story.value.timers.end(), [&](const Timer& timer) {
      return timer.key == "clock.place-offer." + what;
    });
  }
  Json shown() const { return story.value.status->at("clock"); }
  Json told(const Decision& decision) const {
    Json what = Json::array();
    for (const Json& entry : decision.entry.trace.value("clocks", Json::array())) {
      what.push_back(entry.at("what"));
    }
    return what;
  }

  Story story{places()};
};

TEST_F(LegalClocks, count_from_the_day_of_the_event_not_of_its_processing) {
  story.now = at("2026-05-20T08:00:00Z");
  const Decision decision = happened("applied", "2026-04-22T21:30:00Z");  // 00:30 on the 23rd there
  EXPECT_EQ(shown(), (Json{{"name", "place-offer"}, {"state", "running"},
                           {"startedOn", "2026-04-23"}, {"due", "2026-06-25"}}));
  EXPECT_EQ(story.value.status->at("by"), "2026-06-25");
  EXPECT_EQ(told(decision), Json{"started"});
  EXPECT_EQ(story.timer("clock.place-offer.breached").due, at("2026-06-25T21:00:00Z"));
  EXPECT_EQ(story.timer("clock.place-offer.warned.14 days").due, at("2026-06-10T21:00:00Z"));
}

TEST_F(LegalClocks, take_no_event_for_one_of_the_future) {
  story.now = at("2026-05-01T08:00:00Z");
  happened("applied", "2026-09-01T08:00:00Z");
  EXPECT_EQ(shown().at("startedOn"), "2026-05-01");
}

TEST_F(LegalClocks, run_on_in_a_queue_warn_once_per_rung_and_say_how_much_is_used) {
  happens("applied", "2026-04-23T08:00:00Z");
  const Decision first = fire("warned.14 days");
  EXPECT_EQ(told(first), Json{"warned"});
  EXPECT_EQ(shown().at("state"), "warned");
  EXPECT_EQ(story.value.context->at("warned"), 1);
  EXPECT_EQ(story.value.context->at("used"), 49);  // 24 April to 11 June
  EXPECT_EQ(story.value.context->at("due"), "2026-06-25");
  EXPECT_FALSE(waits_for("warned.14 days"));
  fire("warned.3 days");
  EXPECT_EQ(story.value.context->at("warned"), 2);
  EXPECT_TRUE(story.in("queued"));
}

TEST_F(LegalClocks, are_breached_at_the_end_of_the_day_and_then_a_decision_is_due) {
  happens("applied", "2026-04-23T08:00:00Z");
  story.now = at("2026-06-25T20:59:59Z");
  EXPECT_EQ(story.ask(story.fired(story.timer("clock.place-offer.breached"))).disposition,
            Disposition::stale);
  const Decision breached = fire("breached");
  EXPECT_EQ(told(breached), Json{"breached"});
  EXPECT_TRUE(story.in("late"));
  EXPECT_EQ(shown().at("state"), "breached");
  EXPECT_EQ(shown().at("decisionBy"), "2026-07-09");
  EXPECT_EQ(story.value.status->at("by"), "2026-07-09");
  EXPECT_FALSE(waits_for("warned.3 days"));
  fire("decision-overdue");
  EXPECT_TRUE(story.in("very_late"));
}

TEST_F(LegalClocks, stand_still_with_their_ground_and_go_on_later) {
  happens("applied", "2026-03-02T08:00:00Z");
  EXPECT_EQ(shown().at("due"), "2026-05-04");
  const Decision paused = happens("asked", "2026-03-10T08:00:00Z");
  EXPECT_EQ(told(paused), Json{"paused"});
  EXPECT_EQ(paused.entry.trace.at("clocks")[0].at("legalBasis"), "law");
  EXPECT_EQ(shown().at("state"), "paused");
  EXPECT_EQ(shown().at("pausedSince"), "2026-03-10");
  EXPECT_EQ(shown().at("ground"), "documents");
  EXPECT_FALSE(waits_for("breached"));
  EXPECT_EQ(test::all<ClearTimer>(paused).size(), 3u);
  const Decision resumed = happens("provided", "2026-03-15T08:00:00Z");
  EXPECT_EQ(told(resumed), Json{"resumed"});
  EXPECT_EQ(shown().at("due"), "2026-05-07");
  EXPECT_EQ(test::all<SetTimer>(resumed).size(), 3u);
}

TEST_F(LegalClocks, are_lengthened_once_by_a_ground) {
  happens("applied", "2026-03-02T08:00:00Z");
  const Decision extended = happens("extended", "2026-03-20T08:00:00Z");
  EXPECT_EQ(extended.disposition, Disposition::applied);  // no state takes it, the clock does
  EXPECT_EQ(told(extended), Json{"extended"});
  EXPECT_EQ(shown().at("due"), "2026-06-02");
  ASSERT_EQ(test::all<SetTimer>(extended).size(), 3u);  // the timers move with the day
  happens("extended", "2026-03-21T08:00:00Z");
  EXPECT_EQ(shown().at("due"), "2026-06-02");
}

TEST_F(LegalClocks, are_met_by_what_was_done_in_time_however_late_it_comes_here) {
  happens("applied", "2026-04-23T08:00:00Z");
  fire("breached");
  story.now = at("2026-07-01T08:00:00Z");
  const Decision ended = happened("delivered", "2026-06-25T20:58:00Z");
  EXPECT_EQ(told(ended), Json{"ended"});
  EXPECT_EQ(ended.entry.trace.at("clocks")[0].at("inTime"), true);
  EXPECT_EQ(shown().at("state"), "decided");
  EXPECT_FALSE(story.value.clocks.at("place-offer").breached);
  EXPECT_TRUE(story.value.timers.empty());
}

TEST_F(LegalClocks, wait_for_a_first_day_that_lies_ahead_and_follow_it_when_it_moves) {
  happens("applied", "2026-05-01T08:00:00Z", {{"bornOn", "2025-01-31"}});
  EXPECT_EQ(shown(), (Json{{"name", "place-offer"}, {"state", "waiting"},
                           {"startsOn", "2026-07-31"}}));
  EXPECT_TRUE(waits_for("start"));
  const Decision moved = happens("born", "2026-05-02T08:00:00Z", {{"bornOn", "2025-02-10"}});
  EXPECT_EQ(told(moved), Json{"moved"});
  EXPECT_EQ(shown().at("startsOn"), "2026-08-10");
  EXPECT_EQ(story.timer("clock.place-offer.start").due, at("2026-08-09T21:00:00Z"));
  const Decision begun = fire("start");
  EXPECT_EQ(told(begun), Json{"started"});
  EXPECT_EQ(shown().at("state"), "running");
  EXPECT_EQ(shown().at("due"), "2026-10-12");
}

TEST_F(LegalClocks, start_again_only_after_they_have_ended) {
  happens("applied", "2026-03-02T08:00:00Z");
  happens("retracted", "2026-03-05T08:00:00Z");
  EXPECT_EQ(shown().at("startedOn"), "2026-03-02");
  happens("delivered", "2026-03-06T08:00:00Z");
  const Timer former{"", "clock.place-offer.breached", 1, at("2026-05-04T21:00:00Z"), false};
  happens("retracted", "2026-03-09T08:00:00Z");
  EXPECT_EQ(shown().at("startedOn"), "2026-03-09");
  EXPECT_EQ(story.timer("clock.place-offer.breached").entry, 2u);
  story.now = at("2026-08-01T00:00:00Z");
  EXPECT_EQ(story.ask(story.fired(former)).disposition, Disposition::stale);
}

TEST_F(LegalClocks, end_with_the_case) {
  happens("applied", "2026-03-02T08:00:00Z");
  const Decision over = happens("withdrawn", "2026-03-05T08:00:00Z");
  EXPECT_EQ(told(over), Json{"ended"});
  EXPECT_TRUE(story.value.timers.empty());
  EXPECT_EQ(test::all<ClearTimer>(over).size(), 3u);
}

TEST_F(LegalClocks, are_kept_in_the_case_s_document) {
  happens("applied", "2026-03-02T08:00:00Z");
  happens("extended", "2026-03-03T08:00:00Z");
  happens("asked", "2026-03-10T08:00:00Z");
  happens("provided", "2026-03-12T08:00:00Z");
  happens("asked", "2026-03-14T08:00:00Z");
  const Json document = state_document(story.value, places());
  Case again;
  const auto read = read_state_document(document, places(), again);
  ASSERT_TRUE(read) << (read ? "" : read.error());
  EXPECT_EQ(state_document(again, places()), document);
  EXPECT_EQ(again.clocks.at("place-offer").term.pauses, story.value.clocks.at("place-offer").term.pauses);
  Json broken = document;
  broken["clocks"]["place-offer"]["from"] = "soon";
  Case none;
  EXPECT_FALSE(read_state_document(broken, places(), none));
}

}  // namespace
}  // namespace elukaar::core
