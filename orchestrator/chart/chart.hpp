#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/source_position.hpp"

// Statecharts as data: compiled once, stepped as a pure function. The vocabulary is the Stately
// Machine Specification's, the algorithm that of W3C SCXML's Appendix D; where the two differ,
// README.md says which was followed. The chart knows no language: guards and actions are indices
// whose meaning is the host's, events are names, payloads the host's affair.
namespace elukaar::chart {

// Named limits; compile() and step() refuse what goes beyond.
inline constexpr std::size_t max_states = 512;
inline constexpr std::size_t max_depth = 32;
inline constexpr int max_microsteps = 1'000;
inline constexpr std::size_t max_raised_events = 1'000;

// ---- What is compiled --------------------------------------------------------------------------

enum class StateType { atomic, compound, parallel, final };

// One alternative of an event, as it stands in the file.
struct TransitionSource {
  // "offer-made", "a.b.*" (also answers "a.b") or "*"; empty for `always` and `onDone`.
  std::string descriptor;
  int guard = -1;            // handed to Host::guard; -1 = always true
  std::vector<int> actions;  // handed to Host::action, in this order
  // "" = stay, "sibling", ".child", "#key.path" where `key` is the root's; each may go on into
  // descendants: "sibling.child".
  std::string target;
  // A target that is the source or lies within it leaves the source itself only with `reenter`.
  bool reenter = false;
  int tag = -1;  // the loader's index of this alternative; reported in the trace
  SourcePosition where;
};

// One state with everything below it. The root is a state too: its key is the machine's.
struct StateSource {
  std::string key;
  StateType type = StateType::atomic;
  std::string initial;  // key of a child: required of compound states, forbidden to all others
  std::vector<StateSource> states;  // in document order, which is meaning
  std::vector<TransitionSource> on;       // in document order
  std::vector<TransitionSource> always;   // taken without an event, as soon as the guard holds
  std::vector<TransitionSource> on_done;  // answers the state's own done event
  std::vector<int> entry;
  std::vector<int> exit;
  SourcePosition where;
};

// ---- What comes of it --------------------------------------------------------------------------

// A state's place in document order; the root is 0. Good for arrays beside the chart, never for
// storage: store paths.
enum class StateIndex : std::uint16_t {};
inline constexpr StateIndex root_state{0};
constexpr std::size_t position(StateIndex state) { return static_cast<std::size_t>(state); }

struct State {
  std::string key;
  std::string path;  // keys below the root joined by dots, "offered.awaiting"; "" for the root
  StateType type = StateType::atomic;
  std::optional<StateIndex> parent;
  std::vector<StateIndex> children;  // document order
  SourcePosition where;
};

struct Transition {
  int index = 0;  // in this chart, document order
  StateIndex source{};
  std::optional<StateIndex> target;  // none = nothing is exited or entered
  int guard = -1;
  std::vector<int> actions;
  bool reenter = false;
  int tag = -1;
  SourcePosition where;
};

// The set of active states: a small value, compared and copied without allocation. Only a chart
// makes one that means something (start, step, restore); it belongs to that chart.
class Configuration {
 public:
  bool contains(StateIndex state) const {
    return (words_[position(state) / 64] >> (position(state) % 64) & 1U) != 0;
  }
  // Not started: no state is active.
  bool empty() const { return words_ == Words{}; }
  // All active states, ancestors included, in document order.
  std::vector<StateIndex> states() const;

  bool operator==(const Configuration&) const = default;

 private:
  friend class StateSet;
  using Words = std::array<std::uint64_t, max_states / 64>;
  Words words_{};
};

struct Tables;  // the compiled form; chart.cpp's affair

// A compiled chart: immutable, cheap to copy (copies share one table), safe to read from any
// number of threads.
class Chart {
 public:
  std::size_t state_count() const;
  const State& state(StateIndex index) const;
  // The state at a path; "" is the root. Nothing for an unknown path.
  std::optional<StateIndex> find(std::string_view path) const;
  // Every path but the root's, in document order.
  std::vector<std::string> paths() const;

  // What to store of a configuration: the paths of its active states without active children, in
  // document order. Empty for an empty configuration; {""} for a chart that is one atomic root.
  std::vector<std::string> active_paths(const Configuration& configuration) const;
  // The reverse. An error (a sentence) where a path is unknown, given twice, or where the set is
  // no legal configuration: one active child for each active compound state, all for each parallel
  // one.
  Result<Configuration, std::string> restore(const std::vector<std::string>& active_paths) const;
  // One active child per compound state, all regions of a parallel one, nothing else.
  bool is_legal(const Configuration& configuration) const;

  // Some active state has a candidate for the event; its guard has not been asked. False for every
  // event once the chart is done.
  bool handles(const Configuration& configuration, std::string_view event) const;
  // The states that have a candidate for the event, in document order, guards not asked.
  std::vector<StateIndex> states_with_candidate(std::string_view event) const;
  // The exact event names and wildcards that some state answers, sorted; done events excluded.
  std::vector<std::string> descriptors() const;
  // The top level has reached a final state (a parallel root: all its regions have).
  bool is_done(const Configuration& configuration) const;

  // The child that a compound state begins with; nothing for any other state.
  std::optional<StateIndex> initial_of(StateIndex state) const;
  // All transitions of a state in document order (on, then onDone, then always): for the checker.
  std::vector<Transition> transitions_of(StateIndex state) const;
  // The states that taking this transition of this chart enters, in order of entry.
  std::vector<StateIndex> entered_by(const Transition& transition) const;

  const Tables& tables() const { return *tables_; }

 private:
  friend Result<Chart, Problems> compile(const StateSource& root);
  explicit Chart(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
  std::shared_ptr<const Tables> tables_;
};

// Checks and compiles. All problems at once, each with its position and, for an unknown name, the
// nearest known one. Rules: missing-initial, unknown-initial, unexpected-initial, unknown-target,
// duplicate-key, invalid-key, no-substates, unexpected-substates, unexpected-type,
// transition-from-final, done-never-raised, invalid-descriptor, endless-always, too-many-states,
// too-deep.
Result<Chart, Problems> compile(const StateSource& root);

// ---- The step ----------------------------------------------------------------------------------

enum class EventOrigin {
  start,     // no event: the initial states are being entered; the name is empty
  external,  // the event handed to step()
  raised,    // by an action, through Raiser
  done       // "done.state.<path>": a compound state reached a final child, or all regions did
};

struct CurrentEvent {
  std::string_view name;  // valid during the call only
  EventOrigin origin = EventOrigin::start;
  int payload = -1;  // origin raised: the handle given to Raiser::raise
};

// Where an action puts the events it raises. They are handled in this same macrostep, first in
// first out, as soon as no `always` is enabled.
class Raiser {
 public:
  virtual void raise(std::string event, int payload) = 0;

 protected:
  ~Raiser() = default;
};

// What the chart cannot know, asked and told in exactly SCXML's order. One microstep is: guards of
// the candidates; taken() for each transition chosen; for each state left, in reverse document
// order, its exit actions and then exited(); the transitions' actions; for each state entered, in
// document order, entered() and then its entry actions. When the chart is done, every active
// state's exit actions run and exited() is told, once, in reverse document order; the
// configuration keeps them, because what a finished case shows is a function of its last states.
// The sentence that guard() or action() fails with becomes Fault::what. Nothing here may throw.
class Host {
 public:
  virtual ~Host() = default;

  // From now on guards and actions see this event. Called before the first guard of each event.
  // `always` after it still see it.
  virtual void select_event(const CurrentEvent& event) = 0;
  virtual Result<bool, std::string> guard(int index, const Configuration& active) = 0;
  virtual Result<void, std::string> action(int index, const Configuration& active,
                                           Raiser& raiser) = 0;
  virtual void taken(const Transition& /*transition*/) {}
  virtual void exited(StateIndex /*state*/) {}
  virtual void entered(StateIndex /*state*/) {}
};

enum class FaultKind { guard_failed, action_failed, too_many_microsteps, too_many_raised_events };
std::string_view to_string(FaultKind kind);

// Why a step was given up. The former configuration still stands; whatever the host has collected
// during the step is to be thrown away.
struct Fault {
  FaultKind kind = FaultKind::guard_failed;
  std::string what;
  int index = -1;               // of the guard or action that failed
  std::optional<StateIndex> state;  // whose guard or action it was
  SourcePosition where;             // of the transition or the state
};

struct StepResult {
  Configuration next;
  bool handled = false;  // the external event enabled at least one transition; true for start()
  bool done = false;     // see Chart::is_done
};

// Enters the initial states and runs to the first stable configuration.
Result<StepResult, Fault> start(const Chart& chart, Host& host);

// One macrostep: the event, then `always` and internal events until nothing is left. An event that
// no active state answers is no fault: handled is false, next is the former configuration, and the
// host has seen at most select_event() and guards (`always` is not asked again: what it depends on
// changes only in steps that are handled). The same for every event after the chart is done.
Result<StepResult, Fault> step(const Chart& chart, const Configuration& from,
                               std::string_view event, Host& host);

}  // namespace elukaar::chart
