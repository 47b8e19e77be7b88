#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"
#include "engine/ports/store_fault.hpp"
#include "lifecycle/call_lifecycle.hpp"

namespace elukaar::engine {

// A connector call that this dispatcher, and nobody else, may make now.
struct ClaimedCall {
  Municipality municipality;
  CaseId case_id;
  CallId id;
  std::string role;
  std::string operation;
  Json input;
  int attempts = 0;         // made before this one
  bool lease_expired = false;  // the last attempt's dispatcher never said what became of it
  bool delayed = false;     // the case has been told of an unavailability of this call
  Timestamp created_at;
  std::optional<Timestamp> give_up_at;  // no attempt begins after it; nothing: the role's limit
  std::chrono::milliseconds timeout{};  // of one attempt
  Uuid lease_token;
  Timestamp claimed_at;     // the store's clock
};

// How many calls of a role may be claimed. What one municipality has under way already counts against
// its share alone, so that the silence of its systems leaves room for the others'.
struct RoleRoom {
  int calls = 0;               // of all municipalities together
  int of_one = 0;              // may be under way for one municipality
  std::map<Municipality, int> under_way{};
};

struct ClaimRequest {
  std::map<std::string, RoleRoom> room;  // by role
  int room_for_others = 0;          // … of all roles not named in `room`
  std::chrono::milliseconds lease_margin{};  // a lease lasts the call's timeout and this
};

// What one attempt came to, as the call's lifecycle says. Accepted only from the holder of the lease.
struct CallReport {
  // succeeded: `result` is the operation's output without personal fields; news: done.
  // failed: `result` is {kind, code?, message?}; news: error.
  // entrusted: rests until an official has answered (office/); no news.
  // backoff: due again after `delay`; news: delayed, if `tells_delay`.
  lifecycle::CallState state = lifecycle::CallState::backoff;
  Municipality municipality;
  CaseId case_id;
  CallId id;
  Uuid lease_token;
  Json result;
  std::chrono::milliseconds delay{};
  bool tells_delay = false;
};

// Port: the table of connector calls, as the dispatcher needs it. All its times are real time by the
// store's own clock: the demo's shifted clock moves legal terms, not retries. Used by one thread.
// Faults are StoreFault; a method that throws has changed nothing.
class CallStore {
 public:
  virtual ~CallStore() = default;

  // Takes due calls (pending, waiting for a retry, or in flight with an expired lease), oldest due
  // first within a role, and commits before it returns: whoever reads the result may call at once.
  // `attempts` counts this attempt from now on.
  virtual std::vector<ClaimedCall> claim(const ClaimRequest& request) = 0;

  // Records reports in one transaction, in the order given. True for each that was accepted: the
  // lease was still the reporter's. A call abandoned meanwhile accepts a last success or failure: it
  // stays abandoned and its result still becomes news, for the case journals it as stale.
  virtual std::vector<bool> record(const std::vector<CallReport>& reports) = 0;
};

}  // namespace elukaar::engine
