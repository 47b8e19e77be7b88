#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"

namespace elukaar::core {

// An event that the workflow declares, correlated with this case by the engine.
struct EventArrived {
  std::string name;  // short name in the workflow
  Json event;        // `event` of expressions: {id, source, type, time, subject?, data}
};

struct TimerFired {
  std::string state;
  std::string key;
  std::uint32_t entry = 0;
};

// What became of a call so far.
struct CallUpdate {
  enum class Kind { delayed, done, error };
  CallId call;
  Kind kind = Kind::done;
  Json payload;  // delayed: {system, since}; done: the output; error: {kind, code?, message?}
};

// "delayed", "done", "error".
std::string_view to_string(CallUpdate::Kind kind);

// What a person did on the page. Whether the person may was asked when it was received (access/);
// whether it still fits is decided here.
struct ActionTaken {
  std::string name;
  Pseudonym actor;
  std::string subject;  // as the page offered it
  std::int64_t subject_version = 0;  // the same; 0: it has none
  Json event;           // `event` of expressions, made from the form: {id, source, type, time, data}
};

struct Command {
  enum class Kind { suspend, resume, cancel, retry };
  Kind kind = Kind::retry;
  std::string operator_name;
  std::string reason;
};

// Everything that moves a case.
struct Input {
  EventKey key;             // names it once and for all: the receipt
  Timestamp received_at{};  // what counts for a deadline, and for ids derived from it
  std::variant<EventArrived, TimerFired, CallUpdate, ActionTaken, Command> body;
  // The sequence of the journal row whose change let a deferred input in again; 0: first time.
  std::uint64_t cause = 0;
  // The official's pseudonym, where one answered a call or entered what a person said; journalled.
  std::string official{};
};

// "suspend", "resume", "cancel", "retry".
std::string_view to_string(Command::Kind kind);

// The short word for the kind of input: event, timer, call, action, command.
std::string_view kind_of(const Input& input);

}  // namespace elukaar::core
