#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cloudevents/cloud_event.hpp"
#include "core/case.hpp"
#include "core/input.hpp"

namespace elukaar::core {

enum class Disposition { applied, deferred, ignored, refused, stale, incident, parked };
std::string_view to_string(Disposition disposition);

// A message that leaves with the commit. Its id is case/sequence/index: the same at every repeat.
struct Record {
  enum class Topic { status, notifications, service_events };
  Topic topic = Topic::status;
  std::string key;
  cloudevents::CloudEvent event;  // without its data
  std::string data;  // as JSON text, as it is hashed, stored and published
};

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

struct ActionOutcome {
  bool accepted = false;
  std::string reason;  // code, for a refusal: stale | not-offered | closed | unknown-reason
};

// What the commit writes and what is carried out after it.
struct Effects {
  std::vector<Timer> timers_set;
  std::vector<Timer> timers_cleared;
  std::vector<CallRequest> calls_requested;
  std::vector<CallId> calls_abandoned;
  std::vector<Key> keys_added;
  std::vector<Key> keys_dropped;
  std::optional<std::vector<Party>> parties;  // all of them, where they changed
  std::vector<Record> records;
  std::optional<ActionOutcome> outcome;  // of an ActionTaken
};

struct Decision {
  Disposition disposition = Disposition::applied;
  Case next;
  JournalEntry entry;  // not for `parked`: nothing is journalled, the input can come again
  Effects effects;
  bool configuration_changed = false;  // deferred inputs may now find their state
  std::string reason;  // parked, refused, stale, incident: a sentence for an operator
  std::chrono::seconds defer_for{0};
};

}  // namespace elukaar::core
