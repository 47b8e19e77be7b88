#include "app/commands/machine.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "base/timestamp.hpp"

namespace elukaar::app {

// ---- what both kinds share -----------------------------------------------------------------------

template <class Run>
Result<Machine::Step, chart::Fault> Machine::run(std::string name, Run run) {
  raised_.clear();
  raised_.reserve(chart::max_raised_events + 1);  // held by address; one more is seen before refused
  effects_ = Json::array();
  Json former = context();
  begin();
  Result<chart::StepResult, chart::Fault> result = run();
  if (!result) {
    restore_context(std::move(former));
    return failure(std::move(result.error()));
  }
  active_ = result->next;
  return Step{std::move(name), *result, std::move(effects_)};
}

Result<Machine::Step, chart::Fault> Machine::start() {
  return run("", [&] { return chart::start(chart(), *this); });
}

Result<Machine::Step, chart::Fault> Machine::step(const Json& event) {
  body_ = event;
  const std::string name = name_of(event.at("type").get<std::string>());
  return run(name, [&] { return chart::step(chart(), active_, name, *this); });
}

void Machine::select_event(const chart::CurrentEvent& event) {
  switch (event.origin) {
    case chart::EventOrigin::raised:
      event_ = &raised_[static_cast<std::size_t>(event.payload)];
      break;
    case chart::EventOrigin::done:
      event_ = &nothing_;
      break;
    case chart::EventOrigin::start:
    case chart::EventOrigin::external:
      event_ = &body_;
  }
}

void Machine::raise(Json event, chart::Raiser& raiser) {
  // The chart ends the step after the first event beyond its limit, before it selects it.
  if (raised_.size() > chart::max_raised_events) return;
  raised_.push_back(std::move(event));
  raiser.raise(raised_.back()["type"].get<std::string>(), static_cast<int>(raised_.size()) - 1);
}

OrderedJson to_json(const Machine& machine, const Machine::Step& step) {
  OrderedJson line;
  line["event"] = step.event.empty() ? OrderedJson(nullptr) : OrderedJson(step.event);
  line["handled"] = step.result.handled;
  line["states"] = machine.chart().active_paths(step.result.next);
  line["effects"] = step.effects;
  line["context"] = machine.context();
  line["done"] = step.result.done;
  return line;
}

// ---- a workflow with all that we added -----------------------------------------------------------

namespace {

class WorkflowMachine final : public Machine, private cel::CaseFacts {
 public:
  explicit WorkflowMachine(workflow::WorkflowPtr workflow)
      : workflow_(std::move(workflow)), context_(workflow_->context) {}

  const chart::Chart& chart() const override { return workflow_->chart; }
  const Json& context() const override { return context_; }

 protected:
  std::string name_of(const std::string& type) const override {
    const auto name = workflow_->event_names.find(type);
    return name == workflow_->event_names.end() ? type : name->second;
  }

  void begin() override {
    if (!body_.contains("time")) return;
    const Json& time = body_["time"];
    if (!time.is_string()) return;
    if (const auto parsed = parse_rfc3339(time.get<std::string>())) now_ = *parsed;
  }

  void restore_context(Json former) override { context_ = std::move(former); }

  Result<bool, std::string> guard(int index, const chart::Configuration& active) override {
    active_ = &active;
    auto holds = workflow_->guards[static_cast<std::size_t>(index)].test(activation());
    if (!holds) return failure(holds.error().text());
    return *holds;
  }

  Result<void, std::string> action(int index, const chart::Configuration& active,
                                   chart::Raiser& raiser) override {
    active_ = &active;
    const workflow::ActionBody& body = workflow_->actions[static_cast<std::size_t>(index)];
    const auto with = activation();
    if (const auto* assign = std::get_if<workflow::Assign>(&body)) {
      return effect("assign", assign->key, assign->value, with,
                    [&](Json value) { context_[assign->key] = std::move(value); });
    }
    if (const auto* raise = std::get_if<workflow::Raise>(&body)) {
      return effect("raise", raise->event, raise->data, with, [&](Json data) {
        this->raise({{"type", raise->event}, {"data", std::move(data)}}, raiser);
      });
    }
    if (const auto* emit = std::get_if<workflow::Emit>(&body)) {
      return effect("emit", emit->type, emit->data, with, [](const Json&) {});
    }
    if (const auto* notify = std::get_if<workflow::Notify>(&body)) {
      return effect("notify", notify->text, notify->args, with, [](const Json&) {});
    }
    return effect("log", "", std::get<workflow::Log>(body).message, with, [](const Json&) {});
  }

  void exited(chart::StateIndex state) override {
    for (const workflow::Invoke& invoke : rule(state).invokes) {
      effects_.push_back({{"abandon", invoke.id}, {"state", rule(state).path}});
    }
    for (const workflow::After& after : rule(state).afters) {
      effects_.push_back({{"clear", after.event}});
    }
  }

  void entered(chart::StateIndex state) override {
    for (const workflow::After& after : rule(state).afters) {
      Json effect = {{"arm", after.event}};
      const auto delay = workflow_->delays.find(after.delay);
      if (delay != workflow_->delays.end()) {
        if (auto until = delay->second.when.evaluate(activation())) effect["until"] = *until;
      }
      effects_.push_back(std::move(effect));
    }
    for (const workflow::Invoke& invoke : rule(state).invokes) {
      effects_.push_back({{"call", invoke.role + "." + invoke.operation},
                          {"answer", invoke.done_event}});
    }
  }

 private:
  const workflow::StateRule& rule(chart::StateIndex state) const {
    return workflow_->states[chart::position(state)];
  }

  bool in_state(std::string_view path) const override {
    const auto index = workflow_->chart.find(path);
    return index && active_ != nullptr && active_->contains(*index);
  }
  Timestamp entered_at() const override { return now_; }

  cel::Activation activation() const {
    cel::Activation with;
    with.event = event_;
    with.context = &context_;
    with.parameters = &workflow_->parameters;
    with.systems = &workflow_->municipality.systems;
    with.now = now_;
    with.facts = this;
    return with;
  }

  template <class Then>
  Result<void, std::string> effect(const char* kind, const std::string& name,
                                   const workflow::Template& value, const cel::Activation& with,
                                   Then then) {
    auto result = value.evaluate(with);
    if (!result) return failure(result.error().text());
    effects_.push_back({{kind, name}, {"value", *result}});
    then(std::move(*result));
    return {};
  }

  workflow::WorkflowPtr workflow_;
  Json context_;
  Timestamp now_{};
  const chart::Configuration* active_ = nullptr;
};

}  // namespace

std::unique_ptr<Machine> make_machine(workflow::WorkflowPtr workflow) {
  return std::make_unique<WorkflowMachine>(std::move(workflow));
}

}  // namespace elukaar::app
