#include <string>
#include <utility>

#include "chart/chart.hpp"
#include "chart/tables.hpp"

namespace elukaar::chart {

namespace {

struct QueuedEvent {
  std::string name;
  EventOrigin origin = EventOrigin::raised;
  int payload = -1;
};

using Transitions = std::vector<std::uint32_t>;  // indices into Tables::transitions

// One macrostep: SCXML's mainEventLoop between two external events, with its procedures' names
// beside ours. Lives for one call of start() or step().
class Macrostep final : private Raiser {
 public:
  Macrostep(const Tables& tables, const Configuration& from, Host& host)
      : tables_(tables), active_(from), host_(host) {}

  Result<StepResult, Fault> start() {
    host_.select_event({});
    ++microsteps_;
    if (!enter(tables_.initial)) return failure(std::move(fault_));
    return run_to_completion(true);
  }

  Result<StepResult, Fault> step(std::string_view event) {
    if (in_final_state(tables_, active_, 0)) return unhandled();
    std::optional<std::size_t> event_class = tables_.event_class(event);
    if (!event_class || !tables_.answering[*event_class].intersects(active_)) return unhandled();
    host_.select_event({event, EventOrigin::external, -1});
    Transitions chosen;
    if (!select(*event_class, chosen)) return failure(std::move(fault_));
    if (chosen.empty()) return unhandled();
    if (!microstep(chosen)) return failure(std::move(fault_));
    return run_to_completion(true);
  }

 private:
  StepResult unhandled() const {
    return {active_.as_configuration(), false, in_final_state(tables_, active_, 0)};
  }

  // `always` until stable, then one internal event, and so on until neither is left.
  Result<StepResult, Fault> run_to_completion(bool handled) {
    while (!in_final_state(tables_, active_, 0)) {
      Transitions chosen;
      if (!select_always(chosen)) return failure(std::move(fault_));
      if (chosen.empty()) {
        if (next_queued_ == queue_.size()) {
          return StepResult{active_.as_configuration(), handled, false};
        }
        if (!select_queued(chosen)) return failure(std::move(fault_));
      }
      if (!chosen.empty() && !microstep(chosen)) return failure(std::move(fault_));
    }
    return finish(handled);
  }

  // SCXML's exitInterpreter. The states stay in the result: see Host.
  Result<StepResult, Fault> finish(bool handled) {
    StateSet last = active_;
    if (!exit(active_)) return failure(std::move(fault_));
    return StepResult{last.as_configuration(), handled, true};
  }

  // ---- selection: what is enabled. False = a guard failed, see fault_.

  bool select_queued(Transitions& chosen) {
    // Moved out: an action may raise while the host still looks at the name.
    current_ = std::move(queue_[next_queued_++]);
    host_.select_event({current_.name, current_.origin, current_.payload});
    std::optional<std::size_t> event_class = tables_.event_class(current_.name);
    if (!event_class || !tables_.answering[*event_class].intersects(active_)) return true;
    return select(*event_class, chosen);
  }

  // selectTransitions
  bool select(std::size_t event_class, Transitions& chosen) {
    if (!select_below(event_class, 0, chosen)) return false;
    remove_conflicts(chosen);
    return true;
  }

  // Deepest first: a state is asked where nothing inside it reacts; a parallel one where none of
  // its regions does.
  bool select_below(std::size_t event_class, std::size_t state, Transitions& chosen) {
    const CompiledState& compiled = tables_.states[state];
    std::size_t before = chosen.size();
    if (compiled.shown.type == StateType::parallel) {
      for (StateIndex region : compiled.shown.children) {
        if (!select_below(event_class, position(region), chosen)) return false;
      }
    } else if (compiled.shown.type == StateType::compound) {
      // The one active child is the next active state: numbering is preorder.
      if (!select_below(event_class, active_.next(state + 1), chosen)) return false;
    }
    if (chosen.size() > before || !tables_.answering[event_class].contains(state)) return true;
    const std::uint32_t* row = &tables_.first[event_class * tables_.states.size() + state];
    for (std::uint32_t i = row[0]; i < row[1]; ++i) {
      std::uint32_t candidate = tables_.candidates[i];
      std::optional<bool> holds = ask(tables_.transitions[candidate].shown);
      if (!holds) return false;
      if (*holds) {
        chosen.push_back(candidate);
        return true;
      }
    }
    return true;
  }

  // selectEventlessTransitions: from each atomic state upwards, the first that holds.
  bool select_always(Transitions& chosen) {
    if (!tables_.with_always.intersects(active_)) return true;
    for (std::size_t s = active_.next(0); s != max_states; s = active_.next(s + 1)) {
      if (!tables_.states[s].shown.children.empty()) continue;
      std::optional<StateIndex> from{StateIndex(s)};
      bool found = false;
      for (; from && !found; from = tables_.states[position(*from)].shown.parent) {
        if (!select_always_of(position(*from), chosen, found)) return false;
      }
    }
    remove_conflicts(chosen);
    return true;
  }

  bool select_always_of(std::size_t state, Transitions& chosen, bool& found) {
    for (std::uint32_t candidate : tables_.states[state].always) {
      std::optional<bool> holds = ask(tables_.transitions[candidate].shown);
      if (!holds) return false;
      if (!*holds) continue;
      found = true;
      // Several atomic states may share an ancestor's transition.
      for (std::uint32_t other : chosen) {
        if (other == candidate) return true;
      }
      chosen.push_back(candidate);
      return true;
    }
    return true;
  }

  std::optional<bool> ask(const Transition& transition) {
    if (transition.guard < 0) return true;
    Result<bool, std::string> answer =
        host_.guard(transition.guard, active_.as_configuration());
    if (answer) return *answer;
    fault_ = {FaultKind::guard_failed, std::move(answer.error()), transition.guard,
              transition.source, transition.where};
    return std::nullopt;
  }

  // removeConflictingTransitions: of two that would leave the same state, a descendant's source
  // wins, else the earlier in document order.
  void remove_conflicts(Transitions& chosen) {
    if (chosen.size() < 2) return;
    Transitions kept;
    for (std::uint32_t candidate : chosen) {
      const CompiledTransition& one = tables_.transitions[candidate];
      StateSet leaves = one.exits & active_;
      Transitions beaten;
      bool preempted = false;
      for (std::uint32_t rival : kept) {
        const CompiledTransition& other = tables_.transitions[rival];
        if (!leaves.intersects(other.exits)) continue;
        std::size_t ancestor = position(other.shown.source);
        if (!tables_.states[ancestor].has_descendant(ancestor, position(one.shown.source))) {
          preempted = true;
          break;
        }
        beaten.push_back(rival);
      }
      if (preempted) continue;
      for (std::uint32_t rival : beaten) std::erase(kept, rival);
      kept.push_back(candidate);
    }
    chosen = std::move(kept);
  }

  // ---- the microstep. False = given up, see fault_.

  bool microstep(const Transitions& chosen) {
    if (++microsteps_ > max_microsteps) {
      const Transition& first = tables_.transitions[chosen.front()].shown;
      fault_ = {FaultKind::too_many_microsteps,
                "expected a stable configuration after at most " +
                    std::to_string(max_microsteps) + " microsteps",
                -1, first.source, first.where};
      return false;
    }
    StateSet exits;
    StateSet enters;
    for (std::uint32_t t : chosen) {
      host_.taken(tables_.transitions[t].shown);
      exits |= tables_.transitions[t].exits;
      enters |= tables_.transitions[t].enters;
    }
    if (!exit(exits & active_)) return false;
    for (std::uint32_t t : chosen) {
      const Transition& transition = tables_.transitions[t].shown;
      if (!act(transition.actions, transition.source, transition.where)) return false;
    }
    return enter(enters);
  }

  bool exit(StateSet leaving) {
    for (std::size_t s = leaving.last(); s != max_states; s = leaving.last()) {
      const CompiledState& state = tables_.states[s];
      if (!act(state.exit, StateIndex(s), state.shown.where)) return false;
      host_.exited(StateIndex(s));
      active_.erase(s);
      leaving.erase(s);
    }
    return true;
  }

  bool enter(const StateSet& entering) {
    for (std::size_t s = entering.next(0); s != max_states; s = entering.next(s + 1)) {
      const CompiledState& state = tables_.states[s];
      active_.insert(s);
      host_.entered(StateIndex(s));
      if (!act(state.entry, StateIndex(s), state.shown.where)) return false;
      if (state.shown.type == StateType::final && !announce_done(s)) return false;
    }
    return true;
  }

  // The done event of the parent, and of every parallel state above that is complete by it. The
  // root raises none: when it is complete the chart is done. A parallel state is complete with the
  // last final state entered in it, so it is announced once.
  bool announce_done(std::size_t final_state) {
    std::optional<StateIndex> above = tables_.states[final_state].shown.parent;
    if (above && tables_.states[position(*above)].shown.type == StateType::compound) {
      if (!queue_done(position(*above))) return false;
      above = tables_.states[position(*above)].shown.parent;
    }
    while (above && tables_.states[position(*above)].shown.type == StateType::parallel &&
           in_final_state(tables_, active_, position(*above))) {
      if (!queue_done(position(*above))) return false;
      above = tables_.states[position(*above)].shown.parent;
    }
    return true;
  }

  bool queue_done(std::size_t state) {
    if (state == 0) return true;
    enqueue({tables_.states[state].done_event, EventOrigin::done, -1});
    return !overflowed(StateIndex(state), tables_.states[state].shown.where);
  }

  bool act(const std::vector<int>& actions, StateIndex state, const SourcePosition& where) {
    for (int index : actions) {
      Result<void, std::string> done = host_.action(index, active_.as_configuration(), *this);
      if (!done) {
        fault_ = {FaultKind::action_failed, std::move(done.error()), index, state, where};
        return false;
      }
      if (overflowed(state, where)) return false;
    }
    return true;
  }

  void raise(std::string event, int payload) override {
    enqueue({std::move(event), EventOrigin::raised, payload});
  }

  // One beyond the limit is dropped here and noticed by overflowed().
  void enqueue(QueuedEvent event) {
    if (queue_.size() < max_raised_events) {
      queue_.push_back(std::move(event));
    } else {
      queue_full_ = true;
    }
  }

  bool overflowed(StateIndex state, const SourcePosition& where) {
    if (!queue_full_) return false;
    fault_ = {FaultKind::too_many_raised_events,
              "expected at most " + std::to_string(max_raised_events) +
                  " internal events in one step",
              -1, state, where};
    return true;
  }

  const Tables& tables_;
  StateSet active_;
  Host& host_;
  std::vector<QueuedEvent> queue_;
  std::size_t next_queued_ = 0;
  QueuedEvent current_;
  bool queue_full_ = false;
  int microsteps_ = 0;
  Fault fault_;
};

}  // namespace

Result<StepResult, Fault> start(const Chart& chart, Host& host) {
  return Macrostep(chart.tables(), Configuration{}, host).start();
}

Result<StepResult, Fault> step(const Chart& chart, const Configuration& from,
                               std::string_view event, Host& host) {
  return Macrostep(chart.tables(), from, host).step(event);
}

}  // namespace elukaar::chart
