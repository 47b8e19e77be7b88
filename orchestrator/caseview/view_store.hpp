#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"
#include "engine/ports/store_fault.hpp"

namespace elukaar::caseview {

// A case as pages need it. Nothing here says that anybody may see it.
struct CaseRecord {
  Municipality municipality;
  CaseId id;
  Uuid public_id;
  std::string number;          // what people call it by, unique in the municipality: six or eight digits
  std::string service;
  int release = 0;             // number of the rules that it follows
  std::string release_digest;  // and their digest
  std::vector<std::string> active;  // paths of its active states
  Json context;
  Json status;  // published form; null: nothing is shown
  std::uint64_t revision = 0;
  Timestamp decided_at{};
  Timestamp created_at{};
  std::vector<access::Party> parties;  // ended ones too
};

// One row of its history, oldest first where there are several.
struct JournalRecord {
  std::uint64_t sequence = 0;
  std::string kind;         // event | timer | call | action | command
  std::string name;
  std::string disposition;  // applied | ignored | …
  Timestamp at{};
  Json trace;
  std::optional<Json> status;  // published with it: the status as of then (may hold null)
  std::vector<Json> messages{};  // sent with it beside the status: {text, args}
};

struct ActionDraft {
  Municipality municipality;
  ActionId id;
  CaseId case_id;
  Pseudonym person;
  std::string name;
  std::string subject;
  std::int64_t subject_version = 0;  // 0: it has none
  std::string idempotency_key;
  Digest request{};  // of what was asked: the same key may only repeat it
  // When it arrived, where it came another way than through the page; else the moment it is added.
  std::optional<Timestamp> received_at{};
};

struct ActionRecord {
  Municipality municipality;
  ActionId id;
  CaseId case_id;
  Uuid public_case;
  Pseudonym person;
  std::string name;
  std::string subject;
  Digest request{};
  Timestamp received_at{};
  std::string outcome;  // pending | accepted | refused
  std::string reason;   // code, of a refusal
};

// What every page reads and writes of one case, whoever looks at it: how somebody comes by the case is the
// residents' and the officials' own store's to say. Functions block; faults are engine::StoreFault. An
// object belongs to one thread at a time.
class ViewStore {
 public:
  static constexpr std::size_t max_journal_rows = 1000;  // of one case, the newest

  virtual ~ViewStore() = default;

  // Case time (shifted in demo and tests) and real time.
  virtual Timestamp case_now() = 0;
  virtual Timestamp real_now() = 0;

  // The history of a case that the store has given.
  virtual std::vector<JournalRecord> journal_of(const CaseRecord& of) = 0;
  // Canonical source of a release; nothing for an unknown number.
  virtual std::optional<std::string> release_source(int number) = 0;

  // Receives an action. `event` is asked for the event's JSON, given the moment of receipt, inside
  // the transaction that stores it. The person's earlier action with the same key is given back
  // instead where there is one (compare `request`); nothing is stored then.
  virtual ActionRecord add_action(const ActionDraft& draft,
                                  const std::function<std::string(Timestamp)>& event) = 0;
};

}  // namespace elukaar::caseview
