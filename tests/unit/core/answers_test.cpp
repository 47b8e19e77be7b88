#include <gtest/gtest.h>

#include "unit/core/story.hpp"

// What an answer must be about, and the reasons that it may give.
namespace elukaar::core {
namespace {

using test::Story;

workflow::SchemaTable schemas() {
  workflow::SchemaTable table;
  table.add_event("offered", Json::parse(R"({"type":"object","required":["offer"],"properties":{
    "offer":{"type":"object","properties":{"id":{"type":"string"},"revision":{"type":"integer"},
    "final":{"type":"boolean"}}}}})"));
  table.add_event("declined", Json::parse(R"({"type":"object","properties":{
    "reason":{"type":"string"}}})"));
  return table;
}

std::string file(const std::string& reasons) {
  return R"(
language: 1
key: offers
release: "1"
title: { et: a, en: a, ru: a }
parameters:
  whyNot: { type: reasons, default: )" + reasons + R"( }
events:
  offered: { type: offered, starts: always, correlate: { offer: "{{ event.data.offer.id }}" } }
  declined: { type: declined, whenUnexpected: park }
actions:
  decline:
    event: declined
    when: "{{ !(has(context.offer.final) && context.offer.final) }}"
    subject: "{{ context.offer.id }}"
    subjectVersion: "{{ context.offer.revision }}"
    reasons: whyNot
    roles: [official]
schemas:
  context:
    type: object
    properties:
      offer: { type: object, properties: { id: { type: string }, revision: { type: integer }, final: { type: boolean } } }
context: { offer: {} }
initial: new
states:
  new:
    on:
      offered: { target: offer, context: { offer: "{{ event.data.offer }}" } }
  offer:
    meta:
      status: { text: offer, push: N, turn: municipality, by: "{{ date('2026-06-01') }}", actions: [decline], visibleTo: [official] }
    on:
      offered: { context: { offer: "{{ event.data.offer }}" } }
      declined: { target: over }
  over: { type: final }
)";
}

const workflow::Workflow& with_reasons() {
  static const auto table = schemas();
  static const auto loaded = test::workflow_of(
      file("[ { value: far, label: { et: a, en: a, ru: a }, effect: { et: b, en: b, ru: b } } ]"),
      table);
  return *loaded;
}

const workflow::Workflow& without_reasons() {
  static const auto table = schemas();
  static const auto loaded = test::workflow_of(file("[]"), table);
  return *loaded;
}

Story offered(const workflow::Workflow& workflow) {
  Story story(workflow);
  story.take(story.event("offered", {{"offer", {{"id", "o1"}, {"revision", 1}}}}));
  return story;
}

Decision decline(Story& story, const std::string& subject, std::int64_t version, Json data) {
  const Input arrived = story.event("declined", std::move(data));
  return story.take({{"elukaar/action", arrived.key.id}, story.now,
                     ActionTaken{"decline", Pseudonym{"p1_official"}, subject, version,
                                 std::get<EventArrived>(arrived.body).event}});
}

TEST(Answers, count_for_the_version_that_was_seen) {
  Story story = offered(with_reasons());
  EXPECT_EQ(decline(story, "o1", 1, {{"reason", "far"}}).disposition, Disposition::applied);
  EXPECT_TRUE(story.in("over"));
}

TEST(Answers, to_a_version_since_changed_are_refused_as_stale) {
  Story story = offered(with_reasons());
  story.take(story.event("offered", {{"offer", {{"id", "o1"}, {"revision", 2}}}}));
  for (const std::int64_t version : {1, 0, 3}) {
    const Decision decision = decline(story, "o1", version, {{"reason", "far"}});
    EXPECT_EQ(decision.disposition, Disposition::refused) << version;
    EXPECT_EQ(test::answered(decision)->reason, "stale") << version;
  }
  EXPECT_TRUE(story.in("offer"));
  EXPECT_EQ(test::answered(decline(story, "o2", 2, {{"reason", "far"}}))->reason, "stale");
  EXPECT_EQ(decline(story, "o1", 2, {{"reason", "far"}}).disposition, Disposition::applied);
}

TEST(Answers, are_offered_only_where_the_actions_own_condition_holds) {
  Story story = offered(with_reasons());
  EXPECT_EQ(story.value.status->at("actions"), Json::array({"decline"}));
  const auto revision = story.value.revision;
  story.take(story.event("offered", {{"offer", {{"id", "o1"}, {"revision", 2}, {"final", true}}}}));
  EXPECT_EQ(story.value.status->at("actions"), Json::array());
  EXPECT_EQ(story.value.revision, revision + 1) << "what may be done is published when it changes";
  const Decision forged = decline(story, "o1", 2, {{"reason", "far"}});
  EXPECT_EQ(forged.disposition, Disposition::refused);
  EXPECT_EQ(test::answered(forged)->reason, "not-offered");
  story.take(story.event("offered", {{"offer", {{"id", "o1"}, {"revision", 3}, {"final", false}}}}));
  EXPECT_EQ(story.value.status->at("actions"), Json::array({"decline"}));
}

TEST(Answers, give_one_of_the_reasons_that_the_municipality_lists) {
  for (const Json& data : {Json{{"reason", "near"}}, Json::object(), Json{{"reason", nullptr}}}) {
    Story story = offered(with_reasons());
    const Decision decision = decline(story, "o1", 1, data);
    EXPECT_EQ(decision.disposition, Disposition::refused) << data;
    EXPECT_EQ(test::answered(decision)->reason, "unknown-reason") << data;
    EXPECT_TRUE(story.in("offer"));
  }
}

TEST(Answers, give_no_reason_where_the_municipality_lists_none) {
  Story story = offered(without_reasons());
  EXPECT_EQ(decline(story, "o1", 1, {{"reason", "far"}}).disposition, Disposition::refused);
  EXPECT_EQ(decline(story, "o1", 1, Json::object()).disposition, Disposition::applied);
}

}  // namespace
}  // namespace elukaar::core
