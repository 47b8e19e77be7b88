#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/digest.hpp"
#include "base/ids.hpp"
#include "core/decision.hpp"
#include "engine/ports/lane.hpp"
#include "engine/ports/store_fault.hpp"

namespace elukaar::engine {

// A key under which cases of a service are found.
struct CorrelationKey {
  Municipality municipality;
  std::string service;
  std::string name;
  std::string value;

  bool operator==(const CorrelationKey&) const = default;
  // What tells keys apart comes first: the rest is the same for nearly all keys of a batch.
  std::strong_ordering operator<=>(const CorrelationKey& other) const {
    return std::tie(value, name, service, municipality) <=>
           std::tie(other.value, other.name, other.service, other.municipality);
  }
};

struct CaseRef {
  Municipality municipality;
  CaseId id;

  auto operator<=>(const CaseRef&) const = default;
};

// How a store keeps cases and what their decisions say.
enum class Keeps {
  texts,  // JSON members as text: what a database takes
  values  // as they are: nothing is written or parsed (simulations); one release of a service only
};

// A case as it lies in the database; JSON members as text, read with the case's own workflow.
struct CaseRow {
  CaseRef ref;
  std::string service;
  int release = 0;  // row of workflow_release
  bool pinned = false;
  std::string lifecycle;
  std::string incident;
  std::string state;
  std::string context;
  std::optional<std::string> status;
  std::uint64_t revision = 0;
  std::uint64_t sequence = 0;
  std::uint32_t deferred = 0;
  Digest hash{};
  Timestamp decided_at{};
  Timestamp created_at{};
  // Keeps::values: the whole case; state, context and status are empty then.
  std::shared_ptr<const core::Case> value{};
};

// What a decision says beside the journal's plain columns.
struct Told {
  Json trace;
  std::vector<core::Record> records;
  SharedJson status;  // what is shown from then on, where a record says so
};

struct JournalRow {
  CaseRef ref;
  std::uint64_t sequence = 0;
  LaneId lane{};
  std::int64_t lane_sequence = 0;
  Uuid receipt;
  EventKey key;
  std::string kind;
  std::string name;
  std::string disposition;
  std::uint64_t cause = 0;  // 0: none
  Timestamp at{};
  int release = 0;
  std::string trace;
  std::string records;  // empty: nothing to publish
  Digest hash{};
  // Keeps::values: instead of trace and records.
  std::shared_ptr<const Told> told{};
};

// Something to publish, as the journal keeps it.
struct OutboxRow {
  std::int64_t lane_sequence = 0;
  std::string records;
};

struct TimerRow {
  CaseRef ref;
  int lane = 0;  // internal
  core::Timer timer;
};

struct CallRow {
  CaseRef ref;
  int lane = 0;
  core::CallRequest request;
};

struct DeferredRow {
  CaseRef ref;
  int lane = 0;
  std::uint64_t ordinal = 0;
  std::string input;                 // JSON, engine/input_codec.hpp
  std::optional<Timestamp> until{};  // nothing: as long as the case stands still
};

struct ParkedRow {
  Uuid id;
  Municipality municipality;  // empty: unknown
  std::string origin;         // lane's name
  std::int64_t position = 0;
  std::string source;
  std::string event_id;
  std::string type;
  std::string reason;  // code
  std::string detail;  // sentence
  std::string bytes;   // sealed
  std::vector<CorrelationKey> keys;  // under which an early event waits
};

// Names an event for all cases of a service in a municipality.
struct MassRef {
  Municipality municipality;
  std::string service;
  Uuid receipt;  // of its source and id

  auto operator<=>(const MassRef&) const = default;
};

// Such an event as it was received.
struct MassEvent {
  MassRef ref;
  EventKey key;
  std::string type;
  std::string event;         // JSON, as expressions see it
  Timestamp happened_at{};   // its own time
  Timestamp received_at{};   // on the case clock: cases created later are no concern of it
  int lane = 0;              // internal
};

// The next cases that a mass event has to reach.
struct MassPage {
  MassEvent event;
  std::vector<CaseRef> cases;  // in the order of their ids
  bool last = false;
};

// How far a mass event has come.
struct MassProgress {
  MassRef ref;
  std::optional<CaseId> reached;  // nothing: as far as before
  bool done = false;
};

// An input that lies in the database and is due on an internal lane.
struct DueInput {
  enum class Kind { action, command, call, timer, deferred_expired, parked_retry, mass };
  Kind kind = Kind::timer;
  int lane = 0;
  CaseRef ref;         // nil case for parked_retry and mass
  Uuid id;             // of the action, command, call or parked row · mass: receipt
  Timestamp at{};      // received, given or due
  std::string text_a;  // action: name · command: kind · call: news · timer: state · mass: service
  std::string text_b;  // action: subject · command: operator · call: result · timer: key
  std::string text_c;  // action: person · command: reason · call: role
  std::string json;    // action: event · deferred: input · call: the official who answered, or empty
  std::int64_t n = 0;  // action: subject's version · timer: entry · deferred: ordinal
  std::string bytes;   // parked_retry: sealed bytes
};

struct ActionDone {
  Municipality municipality;
  ActionId id;
  bool accepted = false;
  std::string reason;
};

struct CommandDone {
  Uuid id;
  bool accepted = false;
  std::string detail;
};

// News of a call that the batch has read. What has come in its place since stays.
struct CallNewsRead {
  CaseRef ref;
  CallId id;
  std::string news;
};

// Everything that one batch writes.
struct Writes {
  std::vector<CaseRow> created;
  std::vector<CaseRow> updated;
  std::vector<JournalRow> journal;
  std::vector<std::pair<CorrelationKey, CaseId>> keys_added;
  std::vector<std::pair<CorrelationKey, CaseId>> keys_dropped;
  std::vector<TimerRow> timers_set;
  std::vector<TimerRow> timers_cleared;
  std::vector<CallRow> calls_requested;
  std::vector<std::pair<CaseRef, CallId>> calls_abandoned;
  std::vector<CallNewsRead> call_news_read;
  std::vector<std::pair<CaseRef, std::vector<core::Party>>> parties;  // all present ones of the case
  std::vector<ActionDone> actions_done;
  std::vector<CommandDone> commands_done;
  std::vector<DeferredRow> deferred_added;
  std::vector<std::pair<CaseRef, std::uint64_t>> deferred_removed;
  std::vector<ParkedRow> parked;
  std::vector<Uuid> parked_applied;
  std::vector<MassEvent> mass_received;
  std::vector<MassProgress> mass_reached;
};

struct FoundKey {
  std::size_t key = 0;  // index into the question
  CaseId id;
};

struct ReceiptQuestion {
  CaseRef ref;
  Uuid receipt;
};

struct EarlyEvent {
  Uuid id;
  CorrelationKey key;
  std::string bytes;  // sealed
};

// One transaction of a worker. Destroyed without commit() it leaves nothing behind. All its methods
// may throw StoreFault, after which only destruction is allowed.
class BatchTransaction {
 public:
  virtual ~BatchTransaction() = default;

  // What is due on these internal lanes, at most `most` in all, in the order of their times; inputs of
  // cases that stand still are left where they are.
  virtual std::vector<DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) = 0;

  virtual std::vector<FoundKey> find(const std::vector<CorrelationKey>& keys) = 0;
  // Locks keys until the end of the transaction; call it before any case is locked.
  virtual void lock_keys(const std::vector<CorrelationKey>& keys) = 0;
  // Locks the cases in the order of their ids and reads them. Unknown ones are left out.
  virtual std::vector<CaseRow> lock_cases(std::vector<CaseRef> refs) = 0;
  // For each question whether the case has that receipt.
  virtual std::vector<bool> receipts(const std::vector<ReceiptQuestion>& questions) = 0;
  virtual std::vector<DeferredRow> deferred_of(const std::vector<CaseRef>& refs) = 0;
  // Early events that wait under these keys, in order of arrival.
  virtual std::vector<EarlyEvent> early_events(const std::vector<CorrelationKey>& keys) = 0;
  // For each whether it has been received before.
  virtual std::vector<bool> mass_known(const std::vector<MassRef>& refs) = 0;
  // Locks a mass event that is not done and finds the next `most` cases that it has to reach: those of its
  // service that were there when it was received and are still open. Nothing: it is done. Call it before
  // any case is locked.
  virtual std::optional<MassPage> mass_page(const MassRef& ref, std::size_t most) = 0;
  // The case clock; ask it after locking.
  virtual Timestamp now() = 0;

  // Moves the lanes on where their epoch is still the one given, and writes. False: a lane has been
  // lost, nothing may be committed. `writes` must live until commit().
  virtual bool write(const std::vector<Lane>& lanes, const std::string& owner,
                     std::chrono::seconds lease, const Writes& writes) = 0;
  virtual void commit() = 0;
};

// Port: lanes, cases and their journal. One thread owns an object. Faults are StoreFault; after
// connection_lost the next call connects anew.
class CaseStore {
 public:
  virtual ~CaseStore() = default;

  virtual std::unique_ptr<BatchTransaction> begin() = 0;
  // In which form rows are read and written.
  virtual Keeps keeps() const { return Keeps::texts; }

  // Takes Kafka lanes by name (rows are made where there are none), whoever had them.
  virtual std::vector<Lane> take_lanes(const std::vector<std::string>& names,
                                       const std::string& owner, std::chrono::seconds lease) = 0;
  // The same for those that nobody else holds: without an owner, past their lease, or in this owner's name
  // under whatever epoch (he may not have heard of a commit of his own).
  virtual std::vector<Lane> retake_lanes(const std::vector<std::string>& names,
                                         const std::string& owner, std::chrono::seconds lease) = 0;
  // Takes internal lanes whose lease is over or that nobody has, as far as this owner has fewer than
  // its share of all owners alive.
  virtual std::vector<Lane> take_internal_lanes(const std::string& owner, std::size_t held,
                                                std::chrono::seconds lease) = 0;
  // Renews leases and publishes marks. The lanes that are no longer the owner's are returned.
  virtual std::vector<LaneId> keep_lanes(const std::vector<Lane>& lanes, const std::string& owner,
                                         std::chrono::seconds lease) = 0;
  virtual void release_lanes(const std::vector<Lane>& lanes, const std::string& owner) = 0;
  // How many internal lanes an owner should hold at the most, given who is alive.
  virtual std::size_t fair_share(const std::string& owner) = 0;

  // Journal rows of a lane that may not have reached the broker, oldest first.
  virtual std::vector<OutboxRow> unpublished(LaneId lane, std::int64_t after, std::size_t most) = 0;

  // The number of a workflow by its digest; it is written down if it is new.
  virtual int release_number(const workflow::Workflow& workflow) = 0;
  // The canonical source behind a number.
  virtual std::optional<std::string> release_source(int number) = 0;

  // A case whose stored input cannot be applied stands still from now on.
  virtual void mark_incident(const CaseRef& ref, const std::string& why) = 0;
};

}  // namespace elukaar::engine
