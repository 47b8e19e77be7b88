#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/shared_json.hpp"
#include "calendar/legal_clock.hpp"
#include "chart/chart.hpp"
#include "lifecycle/case_lifecycle.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::core {

// When an active state was entered, and the how manieth entry of the case that was. The number tells a
// timer or an answer of this stay in the state from one of an earlier stay.
struct Entry {
  std::uint32_t number = 0;
  Timestamp at{};
};

struct Timer {
  std::string state;  // path
  std::string key;    // delay's name
  std::uint32_t entry = 0;
  Timestamp due{};
  bool fired = false;  // stays until its state is left, so that it does not fire again

  bool operator==(const Timer&) const = default;
  // The same wait of the same stay in the state, whenever it is due.
  bool same_wait(const Timer& other) const {
    return state == other.state && key == other.key && entry == other.entry;
  }
};

// A legal clock of the case, from the event that started it. Days only: what counts is the event's own
// day, not when it was processed.
struct Clock {
  calendar::LegalClock term;
  std::uint32_t run = 1;           // the how manieth time it was started: tells its timers apart
  Date event_day{};                // of the event that started it; `term.from` may lie later
  std::size_t start = 0;           // which of the workflow's `starts` that was
  bool counting = false;           // its first day has come
  std::vector<std::string> extended{};  // grounds
  std::vector<std::string> warned{};    // terms before the end that were warned of
  bool breached = false;
  std::optional<Date> decision_by{};
  bool decision_overdue = false;
  std::optional<Date> ended_on{};

  bool running() const { return !ended_on; }
};

// An adverse step that waits for an official: the chart's event that would take it, as it came.
struct HeldStep {
  std::string code;
  std::string state;        // path of the state that holds it
  std::uint32_t entry = 0;  // of that state: a later stay knows nothing of it
  std::string event;
  Json payload;
  Timestamp since{};
};

struct OpenCall {
  CallId id;
  std::string state;  // path
  std::string invoke;
  std::uint32_t entry = 0;
  std::string role;
};

struct Key {
  std::string name;
  std::string value;

  auto operator<=>(const Key&) const = default;
};

struct Party {
  Pseudonym person;
  std::string role;

  auto operator<=>(const Party&) const = default;
};

// One resident's matter in one municipality. A value: it changes only by becoming the `next` of a
// Decision.
struct Case {
  Municipality municipality;
  CaseId id;
  std::string service;
  bool pinned = false;  // keeps its release from now on
  lifecycle::CaseState lifecycle = lifecycle::CaseState::active;
  std::string incident;  // why it stands still, for an operator; no personal data

  chart::Configuration configuration;       // of the workflow's chart; empty: not yet started
  std::map<std::string, Entry> entered;     // by path, active states only
  std::uint32_t entries = 0;                // how many entries there have been
  std::vector<Timer> timers;
  std::vector<OpenCall> calls;
  std::map<std::string, Clock> clocks;      // by name, once started
  std::vector<HeldStep> held;
  std::vector<Party> parties;               // sorted
  SharedJson context;
  SharedJson status;  // what is shown now (`meta.status`); null: nothing
  Json delayed;  // {"system","since"} while a called system does not answer; else null

  std::uint64_t sequence = 0;  // of its last journal row
  std::uint64_t revision = 0;  // how often the shown status has changed
  Digest hash{};               // of its last journal row
  Timestamp decided_at{};
  Timestamp created_at{};
  std::uint32_t deferred = 0;  // inputs that wait for another state or for the end of an incident
};

// Inputs may still move it, now or after whatever makes it stand still.
inline bool is_open(lifecycle::CaseState state) {
  return state != lifecycle::CaseState::completed && state != lifecycle::CaseState::cancelled;
}

// What of a case is stored beside its plain columns: active states, entries, timers, calls, clocks,
// held steps (`held`: [{step, state, entry, event, payload, since}]), parties.
Json state_document(const Case& value, const workflow::Workflow& workflow);

// The case without those members: to be read into.
Case without_state(const Case& value);

// The reverse: fills those members. The error is a sentence for an operator: the stored states don't
// fit this chart.
Result<void, std::string> read_state_document(const Json& document,
                                              const workflow::Workflow& workflow, Case& into);

}  // namespace elukaar::core
