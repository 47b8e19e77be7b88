#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/decide.hpp"
#include "workflow/load/compile.hpp"

namespace elukaar::core::test {

inline Timestamp at(const std::string& text) { return parse_rfc3339(text).value(); }

// A small service for one test, without a municipality: its file, and the events that there are.
inline workflow::WorkflowPtr workflow_of(const std::string& yaml,
                                         const workflow::Schemas& schemas) {
  const auto text = [](const Problems& problems) {
    std::string all;
    for (const Problem& problem : problems) all += to_text(problem) + "\n";
    return all;
  };
  const auto source = documents::read_yaml(yaml, "test.yaml");
  if (!source) throw std::runtime_error(text(source.error()));
  Problems warnings;
  auto compiled = workflow::compile(*source, {schemas, nullptr, false}, warnings);
  if (!compiled) throw std::runtime_error(text(compiled.error()));
  return *compiled;
}

// The effects of one kind, in order.
template <class Kind>
std::vector<Kind> all(const Decision& decision) {
  std::vector<Kind> found;
  for (const Effect& effect : decision.effects) {
    if (const auto* one = std::get_if<Kind>(&effect)) found.push_back(*one);
  }
  return found;
}

// What a person is answered; nothing: not a word.
inline std::optional<AnswerAction> answered(const Decision& decision) {
  const auto answers = all<AnswerAction>(decision);
  return answers.empty() ? std::nullopt : std::optional{answers.back()};
}

// A case and the inputs that it is given; each decision becomes the case.
class Story {
 public:
  explicit Story(const workflow::Workflow& workflow) : workflow_(workflow) {
    value.municipality = workflow.municipality.ehak;
    value.service = workflow.service;
    value.id = CaseId{Uuid::derived(now, "test", workflow.service, 0)};
    value.created_at = now;
  }

  Decision ask(const Input& input) const { return decide(workflow_, value, input, now, calendar_); }

  Decision take(const Input& input) {
    Decision decision = ask(input);
    if (decision.disposition != Disposition::parked) value = decision.next;
    return decision;
  }

  Input event(const std::string& name, Json data, const std::string& id = "") {
    const std::string own = id.empty() ? "event-" + std::to_string(++events_) : id;
    const std::string type = workflow_.events.count(name) ? workflow_.events.at(name).type : name;
    return {{"/test", own}, now,
            EventArrived{name, {{"id", own}, {"source", "/test"}, {"type", type},
                                {"time", to_rfc3339(now)}, {"data", std::move(data)}}}};
  }

  Input fired(const Timer& timer) const {
    return {{"elukaar/timer", timer.state + timer.key + std::to_string(timer.entry)}, now,
            TimerFired{timer.state, timer.key, timer.entry}};
  }

  Input news(CallId call, CallUpdate::Kind kind, Json payload) const {
    return {{"elukaar/call", call.str() + std::to_string(static_cast<int>(kind))}, now,
            CallUpdate{call, kind, std::move(payload)}};
  }

  Input command(Command::Kind kind) {
    return {{"elukaar/command", std::to_string(++events_)}, now, Command{kind, "tester", "test"}};
  }

  const Timer& timer(const std::string& key) const {
    for (const Timer& each : value.timers) {
      if (each.key == key) return each;
    }
    throw std::runtime_error("no timer " + key);
  }

  std::vector<std::string> states() const {
    return workflow_.chart.active_paths(value.configuration);
  }
  bool in(const std::string& path) const {
    const auto active = states();
    return std::find(active.begin(), active.end(), path) != active.end();
  }

  Case value;
  Timestamp now = at("2026-05-01T06:00:00Z");

 private:
  const workflow::Workflow& workflow_;
  const calendar::Calendar calendar_;
  int events_ = 0;
};

}  // namespace elukaar::core::test
