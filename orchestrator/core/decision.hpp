#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cloudevents/cloud_event.hpp"
#include "core/case.hpp"
#include "core/input.hpp"

namespace elukaar::core {

enum class Disposition { applied, deferred, ignored, refused, stale, incident, parked };
std::string_view to_string(Disposition disposition);

// A message that leaves with the commit. Its id is case/sequence/index: the same at every repeat. Where it
// goes is the outbox's to know (engine/lanes).
struct Record {
  enum class Kind {
    status,                // what the case shows has changed
    notification_request,  // somebody is to be told something
    service_event          // what the workflow says to the world
  };
  Kind kind = Kind::status;
  std::string key;
  cloudevents::CloudEvent event;  // without its data
  std::string data;  // as JSON text, as it is hashed, stored and published
};

// What one input came to: receipt, history and outbox in one.
struct JournalEntry {
  std::uint64_t sequence = 0;
  EventKey key;
  std::string kind;
  std::string name;
  Disposition disposition = Disposition::applied;
  std::uint64_t cause = 0;
  Timestamp at{};
  Json trace;  // {"from":[…],"to":[…],"rules":[…],…}: process facts only
  std::string written_trace;  // as JSON text, as it is hashed and stored
  std::vector<Record> records;  // what leaves with the commit, in order
  SharedJson status;            // what the case shows from then on; null: nothing
  Digest hash{};
};

struct CallRequest {
  CallId id;
  std::string state;
  std::uint32_t entry = 0;
  std::string invoke;
  std::string role;
  std::string operation;
  Json input;
  std::chrono::milliseconds timeout{0};
  std::optional<Date> by;  // by when it is to be done, where an official carries it out
};

// What follows from a decision beside the case and its journal entry, in the order in which it came about.
// One timer may be cleared and set again: the last word counts.
struct SetTimer {
  Timer timer;
};
struct ClearTimer {
  Timer timer;
};
struct RequestCall {
  CallRequest request;
};
struct AbandonCall {
  CallId call;
};
struct AddKey {
  Key key;
};
struct DropKey {
  Key key;
};
struct ReplaceParties {
  std::vector<Party> parties;  // all of the case from now on
};
// The answer to whoever did what an ActionTaken tells of.
struct AnswerAction {
  bool accepted = false;
  std::string reason;  // code, for a refusal: stale | not-offered | closed | unknown-reason
};

// Whoever consumes effects visits all of them by type (base/overloaded.hpp).
using Effect = std::variant<SetTimer, ClearTimer, RequestCall, AbandonCall, AddKey, DropKey, ReplaceParties,
                            AnswerAction>;

struct Decision {
  Disposition disposition = Disposition::applied;
  Case next;
  JournalEntry entry;  // not for `parked`: nothing is journalled, the input can come again
  std::vector<Effect> effects;
  bool configuration_changed = false;  // deferred inputs may now find their state
  std::string reason;  // parked, refused, stale, incident: a sentence for an operator
  std::chrono::seconds defer_for{0};
};

}  // namespace elukaar::core
