#pragma once

#include <memory>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "calendar/calendar.hpp"
#include "core/decision.hpp"
#include "documents/yaml.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::simulate {

// One case in memory, walked through event by event: what `workflow trace` prints. Every step is core's
// own decision, so that it shows what production does; what core only keeps for later (a deferred event)
// is not offered again. start() once, then step() for each event. One thread.
class Trace {
 public:
  virtual ~Trace() = default;

  // One line each: {"event": name that the chart knows it by, null for the start; "handled"; "disposition":
  // applied | deferred | ignored | refused | stale | parked; "reason": a sentence, where there is one;
  // "states"; "rules": what was taken, and what was logged; "held": codes of the steps that wait for an
  // official; "effects"; "context"; "done"}. The error is the incident that the step would be; the case
  // is as it was before.
  //
  // A workflow's case begins with its first event, which may bring what the beginning needs: the first line
  // is of a beginning without one, an incident where it cannot be.
  Result<OrderedJson, std::string> start();
  // `event` has the text "type".
  Result<OrderedJson, std::string> step(const Json& event);

  virtual const workflow::Workflow& workflow() const = 0;
  const core::Case& value() const { return value_; }

 protected:
  explicit Trace(calendar::Calendar calendar) : calendar_(std::move(calendar)) {}

  virtual std::string name_of(const std::string& type) const { return type; }
  // Whether a case begins without an event: the first line is then its first step.
  virtual bool begins_alone() const = 0;
  // What the event is to core. May move now_.
  virtual decltype(core::Input::body) input_of(const std::string& name, const Json& event) = 0;
  // What the decision made of what the states wait for: `value_` is still as it was.
  virtual Json waits_for(const core::Timer& timer) const = 0;
  // Assignments and messages, in the order of the file as far as it is known.
  virtual void add_actions(const core::Decision& decision, Json& effects) const = 0;

  // The chart's event that a timer becomes.
  std::string event_of(const core::Timer& timer) const;

  core::Case value_;
  Timestamp now_{};

 private:
  core::Input input(decltype(core::Input::body) body);
  OrderedJson line(const std::string& name, const core::Decision& decision) const;
  Json effects_of(const core::Decision& decision) const;

  calendar::Calendar calendar_;
  int inputs_ = 0;
};

// A workflow. An event is named as the file names it or by its CloudEvents type; "time" moves the clock,
// which never goes back. A timer of a state is "after.<delay>.<state>", one of a legal clock
// "clock.<name>.<what>": the clock moves to when it is due. A system's answer is "done.invoke.<state>.<id>"
// with "output" or "error.invoke.<state>.<id>" with "error". `from`: when the case begins.
std::unique_ptr<Trace> make_trace(workflow::WorkflowPtr workflow, calendar::Calendar calendar,
                                  Timestamp from);

// A statechart in the Stately vocabulary without our additions, as JSON or YAML gives it, made into the
// smallest workflow that does the same. Guards and actions are names. A guard is what the event's "guards"
// says of it, else what the context's member of that name says, else it holds. Actions are told as they are
// written; two do something: {"type": "raise", "event": name or {"type": name}} and {"type": "assign",
// "params": {key: value}}; either may be written "xstate.raise", "xstate.assign" and with its words in or
// outside "params". `after` waits for the event "after.<delay>.<path>", `invoke` for
// "done.invoke.<path>.<id>" and "error.invoke.<path>.<id>": such a chart knows no time and no systems.
// Rules besides chart::compile's: not-supported (history, several targets), invalid-value.
Result<std::unique_ptr<Trace>, Problems> make_trace(const documents::Node& statechart);

}  // namespace elukaar::simulate
