#include "simulate/trace/trace.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/decide.hpp"
#include "lifecycle/case_lifecycle.hpp"

namespace elukaar::simulate {

// ---- What workflows and bare statecharts share ---------------------------------------------------

core::Input Trace::input(decltype(core::Input::body) body) {
  return {{"/trace", std::to_string(++inputs_)}, now_, std::move(body)};
}

Result<OrderedJson, std::string> Trace::start() {
  const core::Input none = input(core::EventArrived{});
  core::Decision decision = core::start(workflow(), value_, none, now_, calendar_);
  if (!begins_alone()) return line("", decision);
  if (decision.disposition == core::Disposition::incident) return failure(decision.reason);
  OrderedJson begun = line("", decision);
  value_ = std::move(decision.next);
  return begun;
}

Result<OrderedJson, std::string> Trace::step(const Json& event) {
  const std::string name = name_of(event.at("type").get<std::string>());
  auto body = input_of(name, event);
  const core::Input next = input(std::move(body));
  core::Decision decision = core::decide(workflow(), value_, next, now_, calendar_);
  if (decision.disposition == core::Disposition::incident) return failure(decision.reason);
  OrderedJson taken = line(name, decision);
  value_ = std::move(decision.next);
  return taken;
}

OrderedJson Trace::line(const std::string& name, const core::Decision& decision) const {
  const auto paths = workflow().chart.active_paths(decision.next.configuration);
  OrderedJson line;
  line["event"] = name.empty() ? OrderedJson(nullptr) : OrderedJson(name);
  line["handled"] = decision.disposition == core::Disposition::applied;
  line["disposition"] = core::to_string(decision.disposition);
  if (!decision.reason.empty()) line["reason"] = decision.reason;
  line["states"] = paths;
  line["rules"] = decision.entry.trace.value("rules", Json::array());
  line["held"] = OrderedJson::array();
  for (const core::HeldStep& step : decision.next.held) line["held"].push_back(step.code);
  line["effects"] = effects_of(decision);
  line["context"] = *decision.next.context;
  line["done"] = decision.next.lifecycle == lifecycle::CaseState::completed;
  return line;
}

std::string Trace::event_of(const core::Timer& timer) const {
  for (const workflow::StateRule& state : workflow().states) {
    if (state.path != timer.state) continue;
    for (const workflow::After& after : state.afters) {
      if (after.delay == timer.key) return after.event;
    }
  }
  return timer.key;  // a legal clock's
}

// What the case no longer waits for, what was done, what it waits for now.
Json Trace::effects_of(const core::Decision& decision) const {
  Json left = Json::array();
  Json entered = Json::array();
  const overloaded tell{
      [&](const core::ClearTimer& clear) { left.push_back({{"clear", event_of(clear.timer)}}); },
      [&](const core::AbandonCall& abandon) {
        const auto call = std::find_if(value_.calls.begin(), value_.calls.end(),
                                       [&](const auto& open) { return open.id == abandon.call; });
        if (call == value_.calls.end()) return;  // asked and given up in one step
        left.push_back({{"abandon", call->invoke}, {"state", call->state}});
      },
      [&](const core::SetTimer& set) { entered.push_back(waits_for(set.timer)); },
      [&](const core::RequestCall& call) {
        const core::CallRequest& request = call.request;
        entered.push_back(
            {{"call", request.role + (request.operation.empty() ? "" : "." + request.operation)},
             {"answer", "done.invoke." + request.state + (request.state.empty() ? "" : ".") +
                            request.invoke}});
      },
      // Who is found by which key, who may see the case and what a person is answered: no trace of one
      // case shows it.
      [](const core::AddKey&) {}, [](const core::DropKey&) {}, [](const core::ReplaceParties&) {},
      [](const core::AnswerAction&) {}};
  for (const core::Effect& effect : decision.effects) std::visit(tell, effect);
  add_actions(decision, left);
  left.insert(left.end(), entered.begin(), entered.end());
  return left;
}

// ---- A workflow with all that we added to the statechart -----------------------------------------

namespace {

class WorkflowTrace final : public Trace {
 public:
  WorkflowTrace(workflow::WorkflowPtr workflow, calendar::Calendar calendar, Timestamp from)
      : Trace(std::move(calendar)), workflow_(std::move(workflow)) {
    value_.municipality = workflow_->municipality.ehak;
    value_.service = workflow_->service;
    value_.created_at = from;
    now_ = from;
  }

  const workflow::Workflow& workflow() const override { return *workflow_; }

 protected:
  bool begins_alone() const override { return false; }

  std::string name_of(const std::string& type) const override {
    const auto name = workflow_->event_names.find(type);
    return name == workflow_->event_names.end() ? type : name->second;
  }

  decltype(core::Input::body) input_of(const std::string& name, const Json& event) override {
    const auto time = event.find("time");
    const auto own = time != event.end() && time->is_string()
                         ? parse_rfc3339(time->get_ref<const std::string&>())
                         : std::nullopt;
    if (own) now_ = std::max(now_, *own);
    for (const workflow::StateRule& state : workflow_->states) {
      for (const workflow::Invoke& invoke : state.invokes) {
        if (name == invoke.done_event) return answer(state, invoke, true, event);
        if (name == invoke.error_event) return answer(state, invoke, false, event);
      }
      for (const workflow::After& after : state.afters) {
        if (name == after.event) return fired({state.path, after.delay, 0, now_, false}, name);
      }
    }
    if (name.starts_with("clock.")) return fired({"", name, 0, now_, false}, name);
    Json as_arrived = event;
    as_arrived.emplace("id", std::to_string(value_.sequence + 1));
    as_arrived.emplace("source", "/trace");
    as_arrived.emplace("time", to_rfc3339(now_));
    const auto rule = workflow_->events.find(name);
    if (rule != workflow_->events.end()) as_arrived["type"] = rule->second.type;
    return core::EventArrived{name, std::move(as_arrived)};
  }

  Json waits_for(const core::Timer& timer) const override {
    return {{"arm", event_of(timer)}, {"until", to_rfc3339(timer.due)}};
  }

  void add_actions(const core::Decision& decision, Json& effects) const override {
    if (decision.next.context->is_null()) return;  // a beginning that cannot be
    const Json& former = value_.context->is_null() ? workflow_->context : *value_.context;
    for (const auto& [key, value] : decision.next.context->items()) {
      const auto before = former.find(key);
      if (before != former.end() && *before == value) continue;
      effects.push_back({{"assign", key}, {"value", value}});
    }
    for (const core::Record& record : decision.entry.records) {
      const Json data = Json::parse(record.data);
      switch (record.kind) {
        case core::Record::Kind::service_event:
          effects.push_back({{"emit", record.event.type}, {"value", data}});
          break;
        case core::Record::Kind::notification_request:
          effects.push_back({{"notify", data.at("text")}, {"value", data.at("args")}});
          break;
        case core::Record::Kind::status: break;  // a function of the states and the context
      }
    }
  }

 private:
  core::CallUpdate answer(const workflow::StateRule& state, const workflow::Invoke& invoke, bool done,
                          const Json& event) const {
    using Kind = core::CallUpdate::Kind;
    core::CallUpdate update{{}, done ? Kind::done : Kind::error,
                            event.value(done ? "output" : "error", Json{})};
    for (const core::OpenCall& call : value_.calls) {
      if (call.state == state.path && call.invoke == invoke.id) update.call = call.id;
    }
    return update;  // of no open call: core says that its state has been left
  }

  // The earliest armed timer that becomes this event, `otherwise` where there is none: core says what
  // that means.
  core::TimerFired fired(core::Timer otherwise, const std::string& name) {
    const core::Timer* earliest = nullptr;
    for (const core::Timer& timer : value_.timers) {
      const std::string event = event_of(timer);
      const bool same = event == name || (timer.state.empty() && event.starts_with(name + "."));
      if (!same || timer.fired) continue;
      if (earliest == nullptr || timer.due < earliest->due) earliest = &timer;
    }
    const core::Timer& timer = earliest == nullptr ? otherwise : *earliest;
    now_ = std::max(now_, timer.due);
    return {timer.state, timer.key, timer.entry};
  }

  workflow::WorkflowPtr workflow_;
};

}  // namespace

std::unique_ptr<Trace> make_trace(workflow::WorkflowPtr workflow, calendar::Calendar calendar,
                                  Timestamp from) {
  return std::make_unique<WorkflowTrace>(std::move(workflow), std::move(calendar), from);
}

}  // namespace elukaar::simulate
