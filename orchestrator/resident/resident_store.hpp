#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

namespace elukaar::resident {

// What one person is called in each municipality that knows him.
using Persons = std::map<Municipality, Pseudonym>;

// A case as residents' pages need it. Nothing here says that anybody may see it.
struct CaseRecord {
  Municipality municipality;
  CaseId id;
  Uuid public_id;
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

struct Session {
  Digest token{};  // SHA-256 of the cookie's value
  std::string csrf;
  Persons persons;
  access::Assurance assurance = access::Assurance::none;
  Timestamp created_at{};  // real time, like the next two
  Timestamp seen_at{};
  Timestamp expires_at{};
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

// What an open page compares: which cases this person sees, and how new they are.
struct SeenCase {
  CaseId id;
  Uuid public_id;
  Pseudonym person;  // of those asked for
  std::uint64_t revision = 0;
};

// The store cannot be asked now, or refuses for good.
class StoreFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What residents' pages read and write. Contract:
// - Every read of a case takes a municipality and a person and goes through that person's parties
//   that have not ended: what does not exist and what belongs to others are the same nothing.
// - Cases without a status are not there.
// - Functions block; faults are StoreFault. An object belongs to one thread at a time.
class ResidentStore {
 public:
  static constexpr std::size_t max_cases = 200;          // of one person
  static constexpr std::size_t max_journal_rows = 1000;  // of one case, the newest

  virtual ~ResidentStore() = default;

  // Case time (shifted in demo and tests) and real time.
  virtual Timestamp case_now() = 0;
  virtual Timestamp real_now() = 0;

  // Newest first.
  virtual std::vector<CaseRecord> cases_of(const Municipality& municipality,
                                           const Pseudonym& person) = 0;
  virtual std::optional<CaseRecord> find_case(const Municipality& municipality,
                                              const Pseudonym& person, const Uuid& public_id) = 0;
  // The history of a case that find_case or cases_of has given.
  virtual std::vector<JournalRecord> journal_of(const CaseRecord& of) = 0;
  // Canonical source of a release; nothing for an unknown number.
  virtual std::optional<std::string> release_source(int number) = 0;

  // What the given persons see of the given cases; no cases given: of all. Through access::may_see.
  virtual std::vector<SeenCase> seen(const Municipality& municipality,
                                     const std::vector<Pseudonym>& persons,
                                     const std::vector<CaseId>& cases) = 0;

  virtual void add_session(const Session& session) = 0;
  // Nothing where it is unknown, past its limit, or `idle` has passed since it was last seen; such
  // a session is ended. Counts as seen now.
  virtual std::optional<Session> session(const Digest& token, std::chrono::microseconds idle) = 0;
  virtual void end_session(const Digest& token) = 0;

  // Receives an action. `event` is asked for the event's JSON, given the moment of receipt, inside
  // the transaction that stores it. The person's earlier action with the same key is given back
  // instead where there is one (compare `request`); nothing is stored then.
  virtual ActionRecord add_action(const ActionDraft& draft,
                                  const std::function<std::string(Timestamp)>& event) = 0;
  virtual std::optional<ActionRecord> action(const Municipality& municipality,
                                             const Pseudonym& person, const ActionId& id) = 0;
  // Those of the given persons that are pending, and those of the given ids whatever became of them.
  virtual std::vector<ActionRecord> actions_of(const Municipality& municipality,
                                               const std::vector<Pseudonym>& persons,
                                               const std::vector<ActionId>& ids) = 0;

  // Guardians of open visible cases, newest case first: development's login page.
  virtual std::vector<Pseudonym> guardians(const Municipality& municipality, std::size_t limit) = 0;
};

}  // namespace elukaar::resident
