#include "chart/chart.hpp"

#include <algorithm>

#include "chart/tables.hpp"

namespace elukaar::chart {

namespace {

std::optional<std::size_t> find_sorted(const std::vector<std::string>& names,
                                       std::string_view name) {
  auto found = std::lower_bound(names.begin(), names.end(), name);
  if (found == names.end() || *found != name) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<StateIndex> members(const StateSet& set) {
  std::vector<StateIndex> list;
  for (std::size_t s = set.next(0); s != max_states; s = set.next(s + 1)) {
    list.push_back(StateIndex(s));
  }
  return list;
}

// Whether what is active below and including `state` is legal; the state itself is active.
bool legal_below(const Tables& tables, const StateSet& active, std::size_t state) {
  const State& shown = tables.states[state].shown;
  std::size_t active_children = 0;
  for (StateIndex child : shown.children) {
    if (active.contains(position(child))) {
      ++active_children;
      if (!legal_below(tables, active, position(child))) return false;
    } else {
      // Nothing may be active below a state that is not.
      std::size_t inside = active.next(position(child));
      if (inside < tables.states[position(child)].end) return false;
    }
  }
  if (shown.type == StateType::compound) return active_children == 1;
  return active_children == shown.children.size();
}

}  // namespace

std::vector<StateIndex> Configuration::states() const { return members(StateSet(*this)); }

std::optional<std::size_t> Tables::event_class(std::string_view event) const {
  if (auto found = find_sorted(exact, event)) return found;
  if (wildcards.empty() || event.empty()) return std::nullopt;
  for (std::string_view prefix = event;;) {
    if (auto found = find_sorted(wildcards, prefix)) return exact.size() + *found;
    if (prefix.empty()) return std::nullopt;
    std::size_t dot = prefix.rfind('.');
    prefix = dot == std::string_view::npos ? std::string_view{} : prefix.substr(0, dot);
  }
}

bool in_final_state(const Tables& tables, const StateSet& active, std::size_t state) {
  const State& shown = tables.states[state].shown;
  auto is_active_final = [&](StateIndex child) {
    return active.contains(position(child)) &&
           tables.states[position(child)].shown.type == StateType::final;
  };
  switch (shown.type) {
    case StateType::compound: {
      // The active child is the next active state: numbering is preorder.
      std::size_t child = active.next(state + 1);
      return child < tables.states[state].end && is_active_final(StateIndex(child));
    }
    case StateType::parallel:
      return std::all_of(shown.children.begin(), shown.children.end(), [&](StateIndex child) {
        return is_active_final(child) || in_final_state(tables, active, position(child));
      });
    case StateType::atomic:
    case StateType::final:
      return false;
  }
  return false;
}

void add_default_entry(const Tables& tables, std::size_t state, StateSet& into) {
  into.insert(state);
  const CompiledState& compiled = tables.states[state];
  if (compiled.initial) add_default_entry(tables, position(*compiled.initial), into);
  if (compiled.shown.type == StateType::parallel) {
    for (StateIndex child : compiled.shown.children) {
      add_default_entry(tables, position(child), into);
    }
  }
}

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::guard_failed: return "guard_failed";
    case FaultKind::action_failed: return "action_failed";
    case FaultKind::too_many_microsteps: return "too_many_microsteps";
    case FaultKind::too_many_raised_events: return "too_many_raised_events";
  }
  return "unknown";
}

std::size_t Chart::state_count() const { return tables_->states.size(); }

const State& Chart::state(StateIndex index) const {
  return tables_->states.at(position(index)).shown;
}

std::optional<StateIndex> Chart::find(std::string_view path) const {
  // A walk over all states: this is for loading and restoring, not for stepping.
  for (std::size_t s = 0; s < tables_->states.size(); ++s) {
    if (tables_->states[s].shown.path == path) return StateIndex(s);
  }
  return std::nullopt;
}

std::vector<std::string> Chart::paths() const {
  std::vector<std::string> paths;
  for (std::size_t s = 1; s < tables_->states.size(); ++s) {
    paths.push_back(tables_->states[s].shown.path);
  }
  return paths;
}

std::vector<std::string> Chart::active_paths(const Configuration& configuration) const {
  std::vector<std::string> paths;
  for (StateIndex s : configuration.states()) {
    if (state(s).children.empty()) paths.push_back(state(s).path);
  }
  return paths;
}

Result<Configuration, std::string> Chart::restore(
    const std::vector<std::string>& active_paths) const {
  StateSet active;
  for (const std::string& path : active_paths) {
    std::optional<StateIndex> found = find(path);
    if (!found) return failure("no state `" + path + "` in this chart");
    if (!state(*found).children.empty()) {
      return failure("expected a state without substates, found `" + path + "`");
    }
    if (active.contains(position(*found))) return failure("state `" + path + "` is given twice");
    for (std::optional<StateIndex> s = found; s; s = state(*s).parent) active.insert(position(*s));
  }
  if (!is_legal(active.as_configuration())) {
    std::string list;
    for (const std::string& path : active_paths) list += (list.empty() ? "`" : ", `") + path + "`";
    return failure("the states " + (list.empty() ? "(none)" : list) +
                   " are no legal configuration: expected one active child for each compound "
                   "state and all regions of each parallel one");
  }
  return active.as_configuration();
}

bool Chart::is_legal(const Configuration& configuration) const {
  StateSet active(configuration);
  return active.contains(0) && active.next(state_count()) == max_states &&
         legal_below(*tables_, active, 0);
}

bool Chart::handles(const Configuration& configuration, std::string_view event) const {
  if (is_done(configuration)) return false;
  std::optional<std::size_t> event_class = tables_->event_class(event);
  return event_class && tables_->answering[*event_class].intersects(StateSet(configuration));
}

std::vector<StateIndex> Chart::states_with_candidate(std::string_view event) const {
  std::optional<std::size_t> event_class = tables_->event_class(event);
  if (!event_class) return {};
  return members(tables_->answering[*event_class]);
}

std::vector<std::string> Chart::descriptors() const {
  std::vector<std::string> all;
  for (const std::string& name : tables_->exact) {
    if (!name.starts_with(done_event_prefix)) all.push_back(name);
  }
  for (const std::string& prefix : tables_->wildcards) {
    all.push_back(prefix.empty() ? "*" : prefix + ".*");
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool Chart::is_done(const Configuration& configuration) const {
  return in_final_state(*tables_, StateSet(configuration), 0);
}

std::optional<StateIndex> Chart::initial_of(StateIndex state) const {
  return tables_->states[position(state)].initial;
}

std::vector<Transition> Chart::transitions_of(StateIndex state) const {
  std::vector<Transition> list;
  for (std::uint32_t t : tables_->states.at(position(state)).transitions) {
    list.push_back(tables_->transitions[t].shown);
  }
  return list;
}

std::vector<StateIndex> Chart::entered_by(const Transition& transition) const {
  return members(tables_->transitions.at(static_cast<std::size_t>(transition.index)).enters);
}

}  // namespace elukaar::chart
