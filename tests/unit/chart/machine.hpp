#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "chart/chart.hpp"

// A notation for charts in tests, and a host that writes down what it is told.
namespace elukaar::chart::test {

// Guards and actions by name: the index is the place in this list.
class Names {
 public:
  int index(const std::string& name) {
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (list_[i] == name) return static_cast<int>(i);
    }
    list_.push_back(name);
    return static_cast<int>(list_.size()) - 1;
  }
  const std::string& operator[](int index) const {
    return list_.at(static_cast<std::size_t>(index));
  }

 private:
  std::vector<std::string> list_;
};

inline Names& names() {
  static Names all;
  return all;
}

inline std::vector<int> indices(const std::vector<std::string>& list) {
  std::vector<int> result;
  for (const std::string& name : list) result.push_back(names().index(name));
  return result;
}

// to("b").when("g").run({"x"})
struct To {
  explicit To(std::string target = {}) { source.target = std::move(target); }
  To& when(const std::string& guard) { return source.guard = names().index(guard), *this; }
  To& run(const std::vector<std::string>& list) { return source.actions = indices(list), *this; }
  To& reenter() { return source.reenter = true, *this; }
  To& tag(int tag) { return source.tag = tag, *this; }
  To& at(int line) { return source.where = {"chart.yaml", line, 1}, *this; }
  TransitionSource source;
};

// S("a").on("go", To("b")), S("p", {children}) compound, beginning with its first child,
// parallel("p", {regions}), final("f")
struct S {
  S(std::string key, std::vector<S> children = {}) {
    source.key = std::move(key);
    for (S& child : children) source.states.push_back(std::move(child.source));
    if (source.states.empty()) return;
    source.type = StateType::compound;
    source.initial = source.states.front().key;
  }
  S& on(std::string descriptor, To to) {
    to.source.descriptor = std::move(descriptor);
    return source.on.push_back(std::move(to.source)), *this;
  }
  S& always(To to) { return source.always.push_back(std::move(to.source)), *this; }
  S& on_done(To to) { return source.on_done.push_back(std::move(to.source)), *this; }
  S& entry(const std::vector<std::string>& list) { return source.entry = indices(list), *this; }
  S& exit(const std::vector<std::string>& list) { return source.exit = indices(list), *this; }
  S& initial(std::string key) { return source.initial = std::move(key), *this; }
  S& type(StateType type) { return source.type = type, *this; }
  S& at(int line) { return source.where = {"chart.yaml", line, 1}, *this; }
  StateSource source;
};

inline S parallel(std::string key, std::vector<S> regions) {
  return S(std::move(key), std::move(regions)).type(StateType::parallel).initial("");
}
inline S final(std::string key) { return S(std::move(key)).type(StateType::final); }

// Writes a line a step: "-a" left, "+b" entered, "(e)" an internal event, anything else an action.
// An action named "raise e" raises e, "fail" fails. Guards in `holds` are true, "broken" fails.
class Recorder final : public Host {
 public:
  explicit Recorder(const Chart& chart) : chart_(chart) {}

  void select_event(const CurrentEvent& event) override {
    selected.push_back(event.origin);
    payloads.push_back(event.payload);
    if (event.origin == EventOrigin::raised || event.origin == EventOrigin::done) {
      note("(" + std::string(event.name) + ")");
    }
  }
  Result<bool, std::string> guard(int index, const Configuration& active) override {
    const std::string& name = names()[index];
    asked.push_back(name);
    if (name == "broken") return failure(std::string("no such field"));
    if (name.starts_with("in ")) return active.contains(*chart_.find(name.substr(3)));
    return holds.contains(name);
  }
  Result<void, std::string> action(int index, const Configuration& active,
                                   Raiser& raiser) override {
    const std::string& name = names()[index];
    if (name == "fail") return failure(std::string("cannot be done"));
    if (name == "where") {
      std::string list;
      for (const std::string& path : chart_.active_paths(active)) list += "@" + path;
      note(list);
      return {};
    }
    note(name);
    if (name.starts_with("raise ")) raiser.raise(name.substr(6), next_payload++);
    if (name.starts_with("set ")) holds.insert(name.substr(4));
    if (name.starts_with("unset ")) holds.erase(name.substr(6));
    return {};
  }
  void taken(const Transition& transition) override { tags.push_back(transition.tag); }
  void exited(StateIndex state) override { note("-" + label(state)); }
  void entered(StateIndex state) override { note("+" + label(state)); }

  std::set<std::string> holds;
  std::vector<std::string> asked;
  std::vector<EventOrigin> selected;
  std::vector<int> payloads;
  std::vector<int> tags;
  std::string trace;
  int next_payload = 100;

 private:
  std::string label(StateIndex state) const { return chart_.state(state).key; }
  void note(const std::string& word) { trace += (trace.empty() ? "" : " ") + word; }

  const Chart& chart_;
};

// A chart that has been started, and its configuration.
class Walk {
 public:
  explicit Walk(const S& root, std::set<std::string> holds = {})
      : chart_(compiled(root)), holds_(std::move(holds)) {
    Recorder host(chart_);
    host.holds = holds_;
    keep(start(chart_, host), host);
  }

  // One step; what was done, in order.
  std::string operator()(const std::string& event) {
    Recorder host(chart_);
    host.holds = holds_;
    keep(step(chart_, configuration_, event, host), host);
    return trace;
  }
  // The paths of the active states without children, a blank between them.
  std::string active() const {
    std::string list;
    for (const std::string& path : chart_.active_paths(configuration_)) {
      list += (list.empty() ? "" : " ") + path;
    }
    return list;
  }
  Recorder recorder() const { return Recorder(chart_); }
  const Chart& chart() const { return chart_; }
  const Configuration& configuration() const { return configuration_; }
  void hold(const std::string& guard) { holds_.insert(guard); }

  static Chart compiled(const S& root) {
    Result<Chart, Problems> chart = compile(root.source);
    if (!chart) {
      for (const Problem& problem : chart.error()) ADD_FAILURE() << to_text(problem);
      throw std::runtime_error("the test's chart does not compile");
    }
    return *chart;
  }

  std::string trace;
  bool handled = false;
  bool done = false;
  std::optional<Fault> fault;
  std::vector<int> tags;
  std::vector<int> payloads;
  std::vector<std::string> asked;

 private:
  void keep(const Result<StepResult, Fault>& result, const Recorder& host) {
    trace = host.trace;
    tags = host.tags;
    payloads = host.payloads;
    asked = host.asked;
    fault.reset();
    if (!result) {
      fault = result.error();
      return;
    }
    holds_ = host.holds;
    configuration_ = result->next;
    handled = result->handled;
    done = result->done;
    EXPECT_TRUE(chart_.is_legal(configuration_)) << active();
  }

  Chart chart_;
  Configuration configuration_;
  std::set<std::string> holds_;
};

}  // namespace elukaar::chart::test
