#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "core/decision.hpp"
#include "engine/ports/case_ref.hpp"
#include "engine/ports/due_input.hpp"
#include "engine/ports/event_publisher.hpp"
#include "engine/ports/lane.hpp"
#include "engine/ports/store_fault.hpp"

namespace elukaar::engine {

// A case as a batch writes it, and as it can be read again: with the workflow by which it was decided.
struct DecidedCase {
  std::shared_ptr<const core::Case> value;
  workflow::WorkflowPtr workflow;
  int release = 0;  // the workflow's number

  CaseRef ref() const { return {value->municipality, value->id}; }
};

// A case as it lies in the store, locked by a transaction. Its states are those of a workflow, and which one
// that is now is the engine's to say: so it is asked for with one, as often as it takes. May outlive the
// transaction; one thread.
class StoredCase {
 public:
  CaseRef ref;
  std::string service;
  int release = 0;      // of the workflow by which it was last decided
  bool pinned = false;  // keeps that release

  virtual ~StoredCase() = default;

  // The case, read with this workflow. The error is a sentence for an operator: its states are none of this
  // workflow's.
  virtual Result<std::shared_ptr<const core::Case>, std::string> read(
      const workflow::Workflow& workflow) = 0;
};

struct JournalRow {
  CaseRef ref;
  LaneId lane{};
  std::int64_t lane_sequence = 0;
  Uuid receipt;     // of the entry's key
  int release = 0;
  std::shared_ptr<const core::JournalEntry> entry;
  std::vector<OutgoingRecord> outgoing;  // the entry's records as they are published
};

// Something to publish, as the journal keeps it.
struct OutboxRow {
  std::int64_t lane_sequence = 0;
  std::vector<OutgoingRecord> records;
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
  std::string input;                 // engine/batch/input_codec.hpp; no store looks into it
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

// An event for all cases of a service in a municipality, as it was received.
struct BroadcastEvent {
  BroadcastRef ref;
  EventKey key;
  std::string type;
  Json event;                // as expressions see it
  Timestamp happened_at{};   // its own time
  Timestamp received_at{};   // on the case clock: cases created later are no concern of it
  int lane = 0;              // internal
};

// The next cases that a broadcast event has to reach.
struct BroadcastPage {
  BroadcastEvent event;
  std::vector<CaseRef> cases;  // in the order of their ids
  bool last = false;
};

// How far a broadcast event has come.
struct BroadcastProgress {
  BroadcastRef ref;
  std::optional<CaseId> reached;  // nothing: as far as before
  bool done = false;
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

// An update of a call that the batch has read. What has come in its place since stays.
struct CallUpdateRead {
  CaseRef ref;
  CallId id;
  core::CallUpdate::Kind kind = core::CallUpdate::Kind::done;
};

// Everything that one batch writes.
struct Writes {
  std::vector<DecidedCase> created;
  std::vector<DecidedCase> updated;
  std::vector<JournalRow> journal;
  std::vector<std::pair<CorrelationKey, CaseId>> keys_added;
  std::vector<std::pair<CorrelationKey, CaseId>> keys_dropped;
  std::vector<TimerRow> timers_set;
  std::vector<TimerRow> timers_cleared;
  std::vector<CallRow> calls_requested;
  std::vector<std::pair<CaseRef, CallId>> calls_abandoned;
  std::vector<CallUpdateRead> call_updates_read;
  std::vector<std::pair<CaseRef, std::vector<core::Party>>> parties;  // all present ones of the case
  std::vector<ActionDone> actions_done;
  std::vector<CommandDone> commands_done;
  std::vector<DeferredRow> deferred_added;
  std::vector<std::pair<CaseRef, std::uint64_t>> deferred_removed;
  std::vector<ParkedRow> parked;
  std::vector<Uuid> parked_applied;
  std::vector<BroadcastEvent> broadcasts_received;
  std::vector<BroadcastProgress> broadcasts_reached;
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
  virtual std::vector<std::unique_ptr<StoredCase>> lock_cases(std::vector<CaseRef> refs) = 0;
  // For each question whether the case has that receipt.
  virtual std::vector<bool> receipts(const std::vector<ReceiptQuestion>& questions) = 0;
  virtual std::vector<DeferredRow> deferred_of(const std::vector<CaseRef>& refs) = 0;
  // Early events that wait under these keys, in order of arrival.
  virtual std::vector<EarlyEvent> early_events(const std::vector<CorrelationKey>& keys) = 0;
  // For each whether it has been received before.
  virtual std::vector<bool> known_broadcasts(const std::vector<BroadcastRef>& refs) = 0;
  // Locks a broadcast event that is not done and finds the next `most` cases that it has to reach: those of its
  // service that were there when it was received and are still open. Nothing: it is done. Call it before
  // any case is locked.
  virtual std::optional<BroadcastPage> broadcast_page(const BroadcastRef& ref, std::size_t most) = 0;
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
