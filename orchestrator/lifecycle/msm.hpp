#pragma once

// Boost.MSM as this folder uses it: a table of functor rows, run as a pure function. Private to
// the two machines' .cpp files; see README.md for what was measured about `msm::back`.

#include <boost/mpl/vector.hpp>
#include <boost/mpl/for_each.hpp>
#include <boost/msm/back/state_machine.hpp>
#include <boost/msm/front/functor_row.hpp>
#include <boost/msm/front/state_machine_def.hpp>

#include <array>
#include <type_traits>
#include <vector>

#include "base/assert.hpp"
#include "lifecycle/outcome.hpp"

namespace elukaar::lifecycle::machine {

namespace msm = boost::msm;
using msm::front::none;
template <class Source, class Event, class Next, class Action = none>
using Row = msm::front::Row<Source, Event, Next, Action, none>;

// A state or an event that carries the enumerator it stands for.
template <auto Value>
struct Stands : msm::front::state<> {
  static constexpr auto value = Value;
};
template <auto Value>
struct Occurs {
  static constexpr auto value = Value;
};

// What every machine here has: no queue, no exceptions, the effects it was asked for, and a note
// of whether a row matched (the default no_transition asserts in Debug and is silent in Release).
template <class Derived, class Effect>
struct Definition : msm::front::state_machine_def<Derived> {
  using no_message_queue = int;
  using no_exception_thrown = int;

  std::vector<Effect> effects;
  bool accepted = true;

  template <class Fsm, class Event>
  void no_transition(const Event&, Fsm& fsm, int) {
    fsm.accepted = false;
  }
};

// The action of a row: records one effect and can do nothing else.
template <auto Effect>
struct Plan {
  template <class Event, class Fsm, class Source, class Target>
  void operator()(const Event&, Fsm& fsm, Source&, Target&) const {
    fsm.effects.push_back(Effect);
  }
};

// Reads or writes the id of the active state and nothing else, so that a machine is restored
// without start() and without running entry actions.
struct StateIdArchive {
  int id = 0;
  bool writes = false;
  template <int N>
  StateIdArchive& operator&(int (&states)[N]) {
    static_assert(N == 1, "one region");
    (writes ? states[0] : id) = writes ? id : states[0];
    return *this;
  }
  template <class Other>
  StateIdArchive& operator&(Other&) {
    return *this;
  }
};

// State ids follow the order of the rows, so they are asked from the back-end each time and never
// stored.
template <class Machine>
using AllStates = typename msm::back::generate_state_set<typename Machine::stt>::type;

template <class Machine, class State>
int id_of(State wanted) {
  int id = -1;
  boost::mpl::for_each<AllStates<Machine>, boost::mpl::make_identity<boost::mpl::_1>>(
      [&](auto identity) {
        using Candidate = typename decltype(identity)::type;
        if (Candidate::value == wanted) {
          id = msm::back::get_state_id<typename Machine::stt, Candidate>::type::value;
        }
      });
  ELUKAAR_ASSERT(id >= 0, "expected a lifecycle state that a row of the table names");
  return id;
}

template <class Machine, class State>
State state_of(int wanted) {
  State found{};
  boost::mpl::for_each<AllStates<Machine>, boost::mpl::make_identity<boost::mpl::_1>>(
      [&](auto identity) {
        using Candidate = typename decltype(identity)::type;
        if (msm::back::get_state_id<typename Machine::stt, Candidate>::type::value == wanted) {
          found = Candidate::value;
        }
      });
  return found;
}

// Build, restore, process one event, read, discard.
template <class Machine, class State, class Event, class Effect>
Outcome<State, Effect> run(State from, Event event) {
  Machine machine;
  StateIdArchive restore{id_of<Machine>(from), true};
  machine.serialize(restore, 0);
  bool known = false;
  using Rows = typename Machine::transition_table;
  boost::mpl::for_each<Rows, boost::mpl::make_identity<boost::mpl::_1>>([&](auto identity) {
    using RowEvent = typename decltype(identity)::type::Evt;
    if (known || RowEvent::value != event) return;
    known = true;
    machine.process_event(RowEvent{});
  });
  if (!known || !machine.accepted) return {from, false, {}};
  return {state_of<Machine, State>(machine.current_state()[0]), true, machine.effects};
}

// The rows as data, in the order they are written.
template <class Machine, class State, class Event>
std::vector<TableRow<State, Event>> rows() {
  std::vector<TableRow<State, Event>> list;
  boost::mpl::for_each<typename Machine::transition_table,
                       boost::mpl::make_identity<boost::mpl::_1>>([&](auto identity) {
    using R = typename decltype(identity)::type;
    list.push_back({R::Source::value, R::Evt::value, R::Target::value});
  });
  return list;
}

}  // namespace elukaar::lifecycle::machine
