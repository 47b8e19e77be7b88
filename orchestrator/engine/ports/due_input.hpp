#pragma once

#include <string>
#include <variant>

#include "base/overloaded.hpp"
#include "core/case.hpp"
#include "core/input.hpp"
#include "engine/ports/case_ref.hpp"

// What lies in the store and is due on an internal lane, a type for each kind. JSON comes parsed: a store reads
// it once, or has it as a value.
namespace elukaar::engine {

// What a person did on the page.
struct DueAction {
  CaseRef ref;
  int lane = 0;
  ActionId id;
  Timestamp received_at{};
  std::string name;
  std::string subject;  // as the page offered it
  std::int64_t subject_version = 0;
  Pseudonym person;
  Json event;  // {id, source, type, time, data}
};

// An operator's order.
struct DueCommand {
  CaseRef ref;
  int lane = 0;
  Uuid id;
  Timestamp given_at{};
  core::Command command;
};

// What became of a call so far.
struct DueCallUpdate {
  CaseRef ref;
  int lane = 0;
  CallId call;
  Timestamp at{};  // delayed: since when; else when it was read
  core::CallUpdate::Kind kind = core::CallUpdate::Kind::done;
  std::string role;      // whose system was asked
  Json result;           // done: the output; error: {kind, code?, message?}; delayed: null
  std::string official;  // pseudonym of whoever answered by hand; empty: a system
};

struct DueTimer {
  CaseRef ref;
  int lane = 0;
  core::Timer timer;
};

// A deferred input that no state has taken within its time.
struct ExpiredDeferral {
  CaseRef ref;
  int lane = 0;
  std::uint64_t ordinal = 0;
  Timestamp until{};
  std::string input;  // engine/batch/input_codec.hpp
};

// A parked record or input that an operator has ordered to be tried again.
struct ParkedRetry {
  Municipality municipality;  // empty: unknown
  int lane = 0;
  Uuid id;
  Timestamp parked_at{};
  std::string bytes;  // sealed
};

// An event for all cases of a service that has not reached the last of them.
struct DueBroadcast {
  BroadcastRef ref;
  int lane = 0;
  Timestamp received_at{};
};

// Inputs of one moment are read in the order of these alternatives.
using DueInput = std::variant<DueAction, DueCommand, DueCallUpdate, DueTimer, ExpiredDeferral, ParkedRetry,
                              DueBroadcast>;

// The case that it is an input of; null: none by itself.
inline const CaseRef* case_of(const DueInput& input) {
  return std::visit(overloaded{[](const DueAction& due) { return &due.ref; },
                               [](const DueCommand& due) { return &due.ref; },
                               [](const DueCallUpdate& due) { return &due.ref; },
                               [](const DueTimer& due) { return &due.ref; },
                               [](const ExpiredDeferral& due) { return &due.ref; },
                               [](const ParkedRetry&) -> const CaseRef* { return nullptr; },
                               [](const DueBroadcast&) -> const CaseRef* { return nullptr; }},
                    input);
}

// The number of its internal lane, which every kind has.
inline int lane_of(const DueInput& input) {
  return std::visit([](const auto& due) { return due.lane; }, input);
}

}  // namespace elukaar::engine
