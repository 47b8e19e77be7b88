#pragma once

#include <vector>

// The engine's own fixed machines, each a pure function (state, event) -> (state, effects).
namespace elukaar::lifecycle {

template <class State, class Effect>
struct Outcome {
  State next;             // the same state where the event was not accepted
  bool accepted = false;  // false: no row for this event in this state; to be ignored or refused
  std::vector<Effect> effects;  // what the caller has to see to, in its own transaction
};

template <class State, class Event>
struct TableRow {
  State state;
  Event event;
  State next;

  bool operator==(const TableRow&) const = default;
};

}  // namespace elukaar::lifecycle
