#include <gtest/gtest.h>

#include "unit/core/story.hpp"

// Steps by which a right is lost though nobody decided them.
namespace elukaar::core {
namespace {

using test::Story;

constexpr const char* adverse_file = R"(
language: 1
key: offers
release: "1"
title: { et: a, en: a, ru: a }
events:
  offered: { type: offered, starts: always, correlate: { offer: "{{ event.data.id }}" }, whenUnexpected: ignore }
  answered: { type: answered, correlate: { offer: "{{ event.data.id }}" }, whenUnexpected: ignore }
  confirmed:
    type: confirmed
    correlate: { offer: "{{ event.data.id }}" }
    confirms: "{{ event.data.step }}"
    whenUnexpected: park
legalBasis:
  rule: { text: { et: a, en: a, ru: a } }
schemas: { context: { type: object, properties: { late: { type: boolean }, by: { type: string } } } }
context: { late: false, by: nobody }
delays:
  answer: "{{ date('2026-05-10') }}"
  end: "{{ date('2026-06-01') }}"
initial: new
states:
  new:
    on: { offered: { target: open } }
  open:
    meta:
      status: { text: open, push: N, turn: resident, by: "{{ date('2026-05-10') }}", actions: [answer], visibleTo: [official] }
    after:
      answer:
        - { guard: "{{ !context.late }}", target: lapsed, context: { by: clock }, adverse: { confirmedBy: official, step: silence } }
        - { context: { by: other } }
      end: { target: lapsed, context: { by: law }, adverse: { legalBasis: rule } }
    on:
      answered: { target: taken }
  taken: { type: final }
  lapsed: { type: final }
actions:
  answer: { event: answered, roles: [official] }
)";

const workflow::Workflow& offers() {
  static const workflow::SchemaTable table = [] {
    workflow::SchemaTable events;
    for (const char* type : {"offered", "answered", "confirmed"}) {
      events.add_event(type, Json::parse(R"({"type":"object","properties":{
        "id":{"type":"string"},"step":{"type":"string"}}})"));
    }
    return events;
  }();
  static const auto loaded = test::workflow_of(adverse_file, table);
  return *loaded;
}

Story lapsing() {
  Story story(offers());
  story.take(story.event("offered", {{"id", "o1"}}));
  story.now = story.timer("answer").due;
  story.take(story.fired(story.timer("answer")));
  return story;
}

TEST(AdverseSteps, wait_for_the_official_while_everything_stays) {
  const Story story = lapsing();
  EXPECT_TRUE(story.in("open"));
  ASSERT_EQ(story.value.held.size(), 1u);
  EXPECT_EQ(story.value.held[0].code, "silence");
  EXPECT_EQ(story.value.context->at("by"), "nobody");  // no later alternative was taken instead
  EXPECT_EQ(story.value.status->at("text"), "open");
  EXPECT_EQ(story.value.revision, 1u);
}

TEST(AdverseSteps, are_taken_as_they_came_once_an_official_confirms_them) {
  Story story = lapsing();
  const Decision decision = story.take(story.event("confirmed", {{"id", "o1"}, {"step", "silence"}}));
  EXPECT_EQ(decision.disposition, Disposition::applied);
  EXPECT_TRUE(story.in("lapsed"));
  EXPECT_EQ(story.value.context->at("by"), "clock");
  EXPECT_EQ(decision.entry.trace.at("confirmed"), "silence");
  EXPECT_EQ(decision.entry.trace.at("rules")[0], "open.after.answer[0]");
  EXPECT_TRUE(story.value.held.empty());
}

TEST(AdverseSteps, are_not_taken_by_the_confirmation_of_another) {
  Story story = lapsing();
  const Decision decision = story.take(story.event("confirmed", {{"id", "o1"}, {"step", "contract"}}));
  EXPECT_EQ(decision.disposition, Disposition::parked);
  EXPECT_TRUE(story.in("open"));
  Story early(offers());
  early.take(early.event("offered", {{"id", "o1"}}));
  EXPECT_EQ(early.take(early.event("confirmed", {{"id", "o1"}, {"step", "silence"}})).disposition,
            Disposition::parked);
}

TEST(AdverseSteps, are_forgotten_when_an_answer_still_comes) {
  Story story = lapsing();
  EXPECT_EQ(story.take(story.event("answered", {{"id", "o1"}})).disposition, Disposition::applied);
  EXPECT_TRUE(story.in("taken"));
  EXPECT_TRUE(story.value.held.empty());
}

TEST(AdverseSteps, with_a_legal_basis_are_taken_and_journalled_with_it) {
  Story story = lapsing();
  story.now = story.timer("end").due;
  const Decision decision = story.take(story.fired(story.timer("end")));
  EXPECT_TRUE(story.in("lapsed"));
  EXPECT_EQ(decision.entry.trace.at("adverse")[0].at("legalBasis"), "rule");
}

TEST(AdverseSteps, are_kept_in_the_case_s_document) {
  const Story story = lapsing();
  const Json document = state_document(story.value, offers());
  EXPECT_EQ(document.at("held")[0].at("step"), "silence");
  Case again;
  ASSERT_TRUE(read_state_document(document, offers(), again));
  EXPECT_EQ(state_document(again, offers()), document);
}

}  // namespace
}  // namespace elukaar::core
