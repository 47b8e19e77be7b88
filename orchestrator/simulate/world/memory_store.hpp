#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/ports/case_store.hpp"

namespace elukaar::simulate {

// A call that a case has asked for, as the store knows it.
struct StoredCall {
  engine::CaseRef ref;
  core::CallRequest request;
  Timestamp requested_at{};
  bool abandoned = false;  // its state has been left
  bool answered = false;   // its last word has been read
};

// What a person did, or an official, and what became of it.
struct StoredAction {
  engine::CaseRef ref;
  std::string name;
  bool decided = false;
  bool accepted = false;
  std::string reason;
};

// Port engine::CaseStore in memory, on a clock that stands until it is moved: what PostgreSQL keeps
// for the orchestrator, with the same fences (epochs of lanes, one commit) and the same order of what
// is due. Cases and what their decisions say are kept as the values they are: nothing is written or parsed.
// Besides the port it takes what the outside writes: calls' answers, actions, commands.
// One thread; everything is lost with the object.
class MemoryCaseStore : public engine::CaseStore {
 public:
  // Most things that may be due at times to come; more is a runaway workflow.
  static constexpr std::size_t max_agenda = 20'000'000;

  explicit MemoryCaseStore(Timestamp start) : now_(start) {}

  Timestamp now() const { return now_; }
  // Never back.
  void move_to(Timestamp now) { now_ = std::max(now_, now); }
  // When the next input of a case that does not stand still is due; nothing: none ever.
  std::optional<Timestamp> next_due() const;

  // ---- What the outside writes ------------------------------------------------------------------
  void add_action(const engine::CaseRef& ref, const ActionId& id, const std::string& name,
                  const std::string& subject, std::int64_t subject_version, const Pseudonym& person,
                  const Json& event);
  void add_command(const engine::CaseRef& ref, const Uuid& id, core::Command command);
  // An update of a call, to be read from `at` on: that it is delayed, or done or failed with a result. A call
  // has one last word; later ones are ignored. The last word to a call that has been abandoned before it
  // was begun again (`repeated`) never comes.
  void add_update(const CallId& call, Timestamp at, core::CallUpdate::Kind kind, const Json& result,
                  bool repeated = false);
  void retry_parked(const Uuid& id);

  // ---- What lies in it --------------------------------------------------------------------------
  const std::map<engine::CaseRef, engine::DecidedCase>& cases() const { return cases_; }
  const std::map<CallId, StoredCall>& calls() const { return calls_; }
  const std::map<ActionId, StoredAction>& actions() const { return actions_; }
  // Parked and not yet applied, oldest first.
  std::vector<engine::ParkedRow> parked() const;
  std::size_t parked_count() const { return parked_.size(); }
  // Journal rows committed since the last call, in order.
  std::vector<engine::JournalRow> take_journal() { return std::exchange(journal_, {}); }
  // Calls committed since the last call, in order.
  std::vector<CallId> take_requested() { return std::exchange(requested_, {}); }

  // ---- The port ---------------------------------------------------------------------------------
  std::unique_ptr<engine::BatchTransaction> begin() override;
  std::vector<engine::Lane> take_lanes(const std::vector<std::string>& names,
                                       const std::string& owner,
                                       std::chrono::seconds lease) override;
  std::vector<engine::Lane> retake_lanes(const std::vector<std::string>& names,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override;
  std::vector<engine::Lane> take_internal_lanes(const std::string& owner, std::size_t most,
                                                std::chrono::seconds lease) override;
  std::vector<engine::LaneId> keep_lanes(const std::vector<engine::Lane>& lanes,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override;
  void release_lanes(const std::vector<engine::Lane>& lanes, const std::string& owner) override;
  std::size_t fair_share(const std::string& owner) override;
  std::vector<engine::OutboxRow> unpublished(engine::LaneId lane, std::int64_t after,
                                             std::size_t most) override;
  int release_number(const workflow::Workflow& workflow) override;
  std::optional<std::string> release_source(int number) override;
  // Nothing: what this store keeps goes with the object.
  void mark_incident(const engine::CaseRef& ref, const std::string& why) override;

 private:
  friend class MemoryTransaction;

  struct StoredLane {
    engine::Lane lane;
    std::string owner;  // empty: nobody's
    Timestamp lease_until{};
    std::map<std::int64_t, std::vector<engine::OutgoingRecord>> outbox;  // by lane sequence, not yet published
  };
  // Order of what is due: time, then the kind as engine::DueInput orders them, then arrival.
  using AgendaPlace = std::tuple<Timestamp, std::size_t, std::uint64_t>;
  using TimerPlace = std::tuple<engine::CaseRef, std::string, std::string, std::uint32_t>;
  using DeferredPlace = std::pair<engine::CaseRef, std::uint64_t>;
  struct StoredBroadcast {
    engine::BroadcastEvent event;
    CaseId reached;     // nil: none yet
    AgendaPlace place;  // until it is done
    bool done = false;
  };

  AgendaPlace enter(Timestamp at, engine::DueInput input);
  bool stands_still(const engine::DueInput& input) const;
  engine::Lane hand_over(StoredLane& stored, const std::string& owner, std::chrono::seconds lease);
  std::vector<engine::DueInput> due(const std::vector<int>& lanes, std::size_t most) const;
  bool owns(const std::vector<engine::Lane>& lanes, const std::string& owner) const;
  void apply(const std::vector<engine::Lane>& lanes, const std::string& owner,
             std::chrono::seconds lease, const engine::Writes& writes);
  void apply_cases(const engine::Writes& writes);
  void apply_timers(const engine::Writes& writes);
  void apply_calls(const engine::Writes& writes);
  void apply_waiting(const engine::Writes& writes);
  void apply_broadcasts(const engine::Writes& writes);

  Timestamp now_;
  std::uint64_t order_ = 0;
  std::map<engine::CaseRef, engine::DecidedCase> cases_;
  std::set<engine::CaseRef> still_;  // suspended or in an incident
  std::map<engine::CorrelationKey, std::set<CaseId>> keys_;
  std::map<engine::CaseRef, std::set<Uuid>> receipts_;
  std::map<AgendaPlace, engine::DueInput> agenda_;
  std::map<TimerPlace, AgendaPlace> timers_;
  std::map<CallId, StoredCall> calls_;
  std::map<CallId, std::vector<AgendaPlace>> updates_;  // not yet read
  std::set<AgendaPlace> repeated_;                   // last words of attempts not begun at once
  std::map<ActionId, StoredAction> actions_;
  std::map<Uuid, AgendaPlace> waiting_;              // actions, commands, parked rows to retry
  std::map<DeferredPlace, engine::DeferredRow> deferred_;
  std::map<DeferredPlace, AgendaPlace> deferred_ends_;
  std::map<Uuid, std::pair<std::uint64_t, engine::ParkedRow>> parked_;  // with order of arrival
  std::map<engine::CorrelationKey, std::vector<Uuid>> early_;
  std::map<engine::BroadcastRef, StoredBroadcast> broadcasts_;
  std::vector<StoredLane> lanes_;
  std::map<std::string, int> release_numbers_;  // by digest
  std::map<int, std::string> releases_;
  std::vector<engine::JournalRow> journal_;
  std::vector<CallId> requested_;
};

}  // namespace elukaar::simulate
