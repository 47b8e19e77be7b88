#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "chart/chart.hpp"
#include "workflow/model/workflow.hpp"
#include "documents/yaml.hpp"

namespace elukaar::app {

// A statechart in memory with everything that its guards and actions need: what `workflow trace`
// runs. One thread; one walk at a time. start() once, then step() for each event.
class Machine : protected chart::Host {
 public:
  // What one event did, or the start.
  struct Step {
    std::string event;  // the name that the chart knows it by; empty for the start
    chart::StepResult result;
    Json effects;       // in order
  };

  ~Machine() override = default;

  virtual const chart::Chart& chart() const = 0;
  virtual const Json& context() const = 0;

  // A fault leaves the machine where it was, its context included.
  Result<Step, chart::Fault> start();
  // `event` has the text "type".
  Result<Step, chart::Fault> step(const Json& event);

 protected:
  // A new event is about to be handled; `body_` is it already.
  virtual void begin() {}
  virtual std::string name_of(const std::string& type) const { return type; }
  virtual void restore_context(Json former) = 0;

  void select_event(const chart::CurrentEvent& event) override;
  // Keeps an event that an action raises and hands it to the chart.
  void raise(Json event, chart::Raiser& raiser);

  Json body_ = Json::object();        // the external event
  const Json* event_ = &body_;        // what guards and actions see
  Json effects_ = Json::array();

 private:
  template <class Run>
  Result<Step, chart::Fault> run(std::string name, Run run);

  chart::Configuration active_;
  std::vector<Json> raised_;
  const Json nothing_ = Json::object();
};

// One line of the trace.
OrderedJson to_json(const Machine& machine, const Machine::Step& step);

// A workflow with all that we added to the statechart.
std::unique_ptr<Machine> make_machine(workflow::WorkflowPtr workflow);

// A statechart in the Stately vocabulary without our additions, as JSON or YAML gives it. Guards and
// actions are names. A guard is what the event's "guards" says of it, else what the context's member
// of that name says, else it holds. Actions are told as they are written; two do something:
// {"type": "raise", "event": name or {"type": name}} and {"type": "assign", "params": {key: value}};
// either may be written "xstate.raise", "xstate.assign" and with its words in or outside "params".
// `after` waits for the event "after.<delay>.<path>", `invoke` for "done.invoke.<path>.<id>" and
// "error.invoke.<path>.<id>".
// Rules besides chart::compile's: not-supported (history, several targets), invalid-value.
Result<std::unique_ptr<Machine>, Problems> make_bare_machine(const documents::Node& source);

}  // namespace elukaar::app
