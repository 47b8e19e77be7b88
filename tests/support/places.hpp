#pragma once

#include <memory>

#include "support/bench_content.hpp"
#include "unit/core/story.hpp"

namespace elukaar::test {

// A small service with a mass event, `round`: those who wait are called, those who are away are told when
// they are back. No calls, no timers; events of types of which the bench has schemas.
inline constexpr const char* places_text = R"(
language: 1
key: places
release: "1"
title: { et: a, en: a, ru: a }
events:
  began: { type: ee.elukaar.bench.started.v1, starts: ifNoOpenCase, correlate: { item: "{{ event.data.item }}" }, adds: { item: "{{ event.data.item }}" }, whenUnexpected: ignore }
  moved: { type: ee.elukaar.bench.step.v1, correlate: { item: "{{ event.data.item }}" }, whenUnexpected: ignore }
  round: { type: ee.elukaar.round.started.v1, correlate: { all: municipality, where: "{{ context.amount > 0 }}" }, whenUnexpected: { defer: P1D } }
schemas:
  context: { type: object, properties: { amount: { type: integer }, round: { type: string } } }
context: { amount: 0, round: "" }
initial: new
states:
  new: { on: { began: { target: waiting, context: { amount: "{{ event.data.amount }}" } } } }
  waiting:
    on:
      round: { target: called, context: { round: "{{ event.data.round.id }}" } }
      moved: [ { guard: "{{ event.data.amount == 9 }}", target: over }, { target: away } ]
  away: { on: { moved: { target: waiting } } }
  called: { on: { moved: { target: over } } }
  over: { type: final }
)";

// In municipality 0002, which nothing else serves.
inline workflow::WorkflowPtr places() {
  static const workflow::WorkflowPtr made = [] {
    auto workflow = std::make_shared<workflow::Workflow>(
        *core::test::workflow_of(places_text, bench_schemas()));
    workflow->municipality.ehak = Municipality{"0002"};
    return workflow;
  }();
  return made;
}

}  // namespace elukaar::test
