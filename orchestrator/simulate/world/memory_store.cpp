#include "simulate/world/memory_store.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/overloaded.hpp"

namespace elukaar::simulate {

using engine::CaseRef;
using engine::CorrelationKey;
using engine::DueInput;
using engine::Lane;
using engine::LaneId;

namespace {

class MemoryCase final : public engine::StoredCase {
 public:
  explicit MemoryCase(const engine::DecidedCase& kept) : kept_(kept) {
    ref = kept.ref();
    service = kept.value->service;
    release = kept.release;
    pinned = kept.value->pinned;
  }

  // As it is where the rules are those that it was decided by; else as the database would have read it.
  Result<std::shared_ptr<const core::Case>, std::string> read(
      const workflow::Workflow& workflow) override {
    if (&workflow == kept_.workflow.get() || workflow.digest == kept_.workflow->digest) return kept_.value;
    core::Case moved = core::without_state(*kept_.value);
    const Json document = core::state_document(*kept_.value, *kept_.workflow);
    if (auto read = core::read_state_document(document, workflow, moved); !read) {
      return failure(read.error());
    }
    return std::make_shared<const core::Case>(std::move(moved));
  }

 private:
  const engine::DecidedCase kept_;
};

bool is_still(const core::Case& value) {
  return value.lifecycle == lifecycle::CaseState::suspended ||
         value.lifecycle == lifecycle::CaseState::incident;
}

}  // namespace

// Reads what is committed; what it writes is kept apart until commit().
class MemoryTransaction : public engine::BatchTransaction {
 public:
  explicit MemoryTransaction(MemoryCaseStore& store) : store_(store) {}

  std::vector<DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) override {
    return store_.due(lanes, most);
  }

  std::vector<engine::FoundKey> find(const std::vector<CorrelationKey>& keys) override {
    std::vector<engine::FoundKey> found;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto hits = store_.keys_.find(keys[i]);
      if (hits == store_.keys_.end()) continue;
      for (const CaseId& id : hits->second) found.push_back({i, id});
    }
    return found;
  }

  void lock_keys(const std::vector<CorrelationKey>&) override {}  // there is one transaction at a time

  std::vector<std::unique_ptr<engine::StoredCase>> lock_cases(std::vector<CaseRef> refs) override {
    std::sort(refs.begin(), refs.end());
    std::vector<std::unique_ptr<engine::StoredCase>> cases;
    for (const CaseRef& ref : refs) {
      const auto kept = store_.cases_.find(ref);
      if (kept != store_.cases_.end()) cases.push_back(std::make_unique<MemoryCase>(kept->second));
    }
    return cases;
  }

  std::vector<bool> receipts(const std::vector<engine::ReceiptQuestion>& questions) override {
    std::vector<bool> answers;
    for (const auto& question : questions) {
      const auto known = store_.receipts_.find(question.ref);
      answers.push_back(known != store_.receipts_.end() &&
                        known->second.contains(question.receipt));
    }
    return answers;
  }

  std::vector<engine::DeferredRow> deferred_of(const std::vector<CaseRef>& refs) override {
    std::vector<engine::DeferredRow> rows;
    for (const CaseRef& ref : refs) {
      for (auto row = store_.deferred_.lower_bound({ref, 0});
           row != store_.deferred_.end() && row->first.first == ref; ++row) {
        rows.push_back(row->second);
      }
    }
    return rows;
  }

  std::vector<engine::EarlyEvent> early_events(const std::vector<CorrelationKey>& keys) override {
    std::map<std::pair<std::uint64_t, std::size_t>, engine::EarlyEvent> by_arrival;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto ids = store_.early_.find(keys[i]);
      if (ids == store_.early_.end()) continue;
      for (const Uuid& id : ids->second) {
        const auto parked = store_.parked_.find(id);
        if (parked == store_.parked_.end()) continue;
        by_arrival[{parked->second.first, i}] = {id, keys[i], parked->second.second.bytes};
      }
    }
    std::vector<engine::EarlyEvent> events;
    for (auto& [order, event] : by_arrival) events.push_back(std::move(event));
    return events;
  }

  std::vector<bool> known_broadcasts(const std::vector<engine::BroadcastRef>& refs) override {
    std::vector<bool> known;
    for (const engine::BroadcastRef& ref : refs) known.push_back(store_.broadcasts_.contains(ref));
    return known;
  }

  std::optional<engine::BroadcastPage> broadcast_page(const engine::BroadcastRef& ref,
                                                      std::size_t most) override {
    const auto broadcast = store_.broadcasts_.find(ref);
    if (broadcast == store_.broadcasts_.end() || broadcast->second.done) return std::nullopt;
    engine::BroadcastPage page{broadcast->second.event, {}, false};
    auto kept = store_.cases_.upper_bound({ref.municipality, broadcast->second.reached});
    for (; kept != store_.cases_.end() && kept->first.municipality == ref.municipality; ++kept) {
      if (page.cases.size() == most) return page;
      const core::Case& value = *kept->second.value;
      if (value.service == ref.service && core::is_open(value.lifecycle) &&
          value.created_at <= page.event.received_at) {
        page.cases.push_back(kept->first);
      }
    }
    page.last = true;
    return page;
  }

  Timestamp now() override { return store_.now_; }

  bool write(const std::vector<Lane>& lanes, const std::string& owner, std::chrono::seconds lease,
             const engine::Writes& writes) override {
    lanes_ = lanes;
    owner_ = owner;
    lease_ = lease;
    writes_ = &writes;
    return store_.owns(lanes_, owner_);
  }

  void commit() override {
    if (!store_.owns(lanes_, owner_)) {
      throw engine::StoreFault(engine::StoreFault::Kind::connection_lost, "",
                               "a lane was lost between write and commit");
    }
    store_.apply(lanes_, owner_, lease_, *writes_);
  }

 private:
  MemoryCaseStore& store_;
  std::vector<Lane> lanes_;
  std::string owner_;
  std::chrono::seconds lease_{0};
  const engine::Writes* writes_ = nullptr;
};

std::unique_ptr<engine::BatchTransaction> MemoryCaseStore::begin() {
  return std::make_unique<MemoryTransaction>(*this);
}

// ---- What is due -------------------------------------------------------------------------------

MemoryCaseStore::AgendaPlace MemoryCaseStore::enter(Timestamp at, DueInput input) {
  if (agenda_.size() >= max_agenda) {
    throw std::runtime_error(fmt::format("more than {} inputs wait for their time", max_agenda));
  }
  const AgendaPlace place{at, input.index(), ++order_};
  agenda_.emplace(place, std::move(input));
  return place;
}

// Commands reach a case that stands still; so does the end of a deferred input's patience.
bool MemoryCaseStore::stands_still(const DueInput& input) const {
  if (still_.empty()) return false;
  const auto stands = [this](const CaseRef& ref) { return still_.contains(ref); };
  return std::visit(overloaded{[&](const engine::DueAction& due) { return stands(due.ref); },
                               [&](const engine::DueCallUpdate& due) { return stands(due.ref); },
                               [&](const engine::DueTimer& due) { return stands(due.ref); },
                               [](const engine::DueCommand&) { return false; },
                               [](const engine::ExpiredDeferral&) { return false; },
                               [](const engine::ParkedRetry&) { return false; },
                               [](const engine::DueBroadcast&) { return false; }},
                    input);
}

std::optional<Timestamp> MemoryCaseStore::next_due() const {
  for (const auto& [place, input] : agenda_) {
    if (!stands_still(input)) return std::get<Timestamp>(place);
  }
  return std::nullopt;
}

std::vector<DueInput> MemoryCaseStore::due(const std::vector<int>& lanes, std::size_t most) const {
  std::vector<DueInput> inputs;
  for (const auto& [place, input] : agenda_) {
    if (std::get<Timestamp>(place) > now_ || inputs.size() >= most) break;
    if (stands_still(input)) continue;
    if (std::find(lanes.begin(), lanes.end(), engine::lane_of(input)) != lanes.end()) inputs.push_back(input);
  }
  return inputs;
}

void MemoryCaseStore::add_action(const CaseRef& ref, const ActionId& id, const std::string& name,
                                 const std::string& subject, std::int64_t subject_version,
                                 const Pseudonym& person, const Json& event) {
  actions_[id] = {ref, name, false, false, {}};
  waiting_[id.uuid()] =
      enter(now_, engine::DueAction{ref, engine::internal_lane_of(ref.id), id, now_, name, subject,
                                    subject_version, person, event});
}

void MemoryCaseStore::add_command(const CaseRef& ref, const Uuid& id, core::Command command) {
  waiting_[id] = enter(now_, engine::DueCommand{ref, engine::internal_lane_of(ref.id), id, now_,
                                                std::move(command)});
}

void MemoryCaseStore::add_update(const CallId& call, Timestamp at, core::CallUpdate::Kind kind,
                                 const Json& result, bool repeated) {
  const StoredCall& stored = calls_.at(call);
  if (stored.answered) return;
  const AgendaPlace place =
      enter(at, engine::DueCallUpdate{stored.ref, engine::internal_lane_of(stored.ref.id), call, at, kind,
                                      stored.request.role, result, {}});
  updates_[call].push_back(place);
  if (repeated) repeated_.insert(place);
}

void MemoryCaseStore::retry_parked(const Uuid& id) {
  const engine::ParkedRow& row = parked_.at(id).second;
  waiting_[id] = enter(now_, engine::ParkedRetry{row.municipality, 0, id, now_, row.bytes});
}

std::vector<engine::ParkedRow> MemoryCaseStore::parked() const {
  std::map<std::uint64_t, const engine::ParkedRow*> by_arrival;
  for (const auto& [id, row] : parked_) by_arrival[row.first] = &row.second;
  std::vector<engine::ParkedRow> rows;
  for (const auto& [order, row] : by_arrival) rows.push_back(*row);
  return rows;
}

// ---- What a batch writes -----------------------------------------------------------------------

bool MemoryCaseStore::owns(const std::vector<Lane>& lanes, const std::string& owner) const {
  return std::all_of(lanes.begin(), lanes.end(), [&](const Lane& lane) {
    const StoredLane& stored = lanes_.at(static_cast<std::size_t>(number(lane.id)));
    return stored.lane.epoch == lane.epoch && stored.owner == owner;
  });
}

void MemoryCaseStore::apply(const std::vector<Lane>& lanes, const std::string&,
                            std::chrono::seconds lease, const engine::Writes& writes) {
  for (const Lane& lane : lanes) {
    StoredLane& stored = lanes_[static_cast<std::size_t>(number(lane.id))];
    stored.lane.position = lane.position;
    stored.lane.next_sequence = lane.next_sequence;
    stored.lane.published_sequence =
        std::max(stored.lane.published_sequence, lane.published_sequence);
    stored.lane.applied += lane.applied;
    stored.lane.duplicates += lane.duplicates;
    stored.lane.parked += lane.parked;
    stored.lease_until = now_ + lease;
    stored.outbox.erase(stored.outbox.begin(),
                        stored.outbox.upper_bound(stored.lane.published_sequence));
  }
  apply_cases(writes);
  apply_timers(writes);
  apply_calls(writes);
  apply_waiting(writes);
  apply_broadcasts(writes);
}

void MemoryCaseStore::apply_cases(const engine::Writes& writes) {
  for (const auto* decided : {&writes.created, &writes.updated}) {
    for (const engine::DecidedCase& each : *decided) {
      const CaseRef ref = each.ref();
      if (is_still(*each.value)) {
        still_.insert(ref);
      } else {
        still_.erase(ref);
      }
      cases_[ref] = each;
    }
  }
  for (const engine::JournalRow& row : writes.journal) {
    if (row.entry->cause == 0) receipts_[row.ref].insert(row.receipt);
    if (!row.outgoing.empty()) {
      lanes_[static_cast<std::size_t>(number(row.lane))].outbox[row.lane_sequence] = row.outgoing;
    }
    journal_.push_back(row);
  }
  for (const auto& [key, id] : writes.keys_added) keys_[key].insert(id);
  for (const auto& [key, id] : writes.keys_dropped) keys_[key].erase(id);
}

void MemoryCaseStore::apply_timers(const engine::Writes& writes) {
  const auto clear = [&](const engine::TimerRow& row) {
    const TimerPlace place{row.ref, row.timer.state, row.timer.key, row.timer.entry};
    const auto armed = timers_.find(place);
    if (armed == timers_.end()) return place;
    agenda_.erase(armed->second);
    timers_.erase(armed);
    return place;
  };
  for (const engine::TimerRow& row : writes.timers_cleared) clear(row);
  for (const engine::TimerRow& row : writes.timers_set) {
    const TimerPlace place = clear(row);
    timers_[place] = enter(row.timer.due, engine::DueTimer{row.ref, row.lane, row.timer});
  }
}

void MemoryCaseStore::apply_calls(const engine::Writes& writes) {
  for (const engine::CallRow& row : writes.calls_requested) {
    calls_[row.request.id] = {row.ref, row.request, now_, false, false};
    requested_.push_back(row.request.id);
  }
  for (const auto& [ref, id] : writes.calls_abandoned) {
    const auto call = calls_.find(id);
    if (call == calls_.end()) continue;
    call->second.abandoned = true;
    // An attempt on its way ends with an answer all the same; one not yet begun never is.
    std::erase_if(updates_[id], [&](const AgendaPlace& place) {
      if (repeated_.erase(place) == 0) return false;
      agenda_.erase(place);
      return true;
    });
  }
  for (const engine::CallUpdateRead& read : writes.call_updates_read) {
    auto& waiting = updates_[read.id];
    if (waiting.empty()) continue;
    const auto first = std::min_element(waiting.begin(), waiting.end());
    const auto input = agenda_.find(*first);
    if (input != agenda_.end()) {
      if (std::get<engine::DueCallUpdate>(input->second).kind != core::CallUpdate::Kind::delayed) {
        calls_.at(read.id).answered = true;
      }
      agenda_.erase(input);
    }
    repeated_.erase(*first);
    waiting.erase(first);
    if (waiting.empty()) updates_.erase(read.id);
  }
}

void MemoryCaseStore::apply_waiting(const engine::Writes& writes) {
  const auto done = [&](const Uuid& id) {
    const auto place = waiting_.find(id);
    if (place == waiting_.end()) return;
    agenda_.erase(place->second);
    waiting_.erase(place);
  };
  for (const engine::ActionDone& action : writes.actions_done) {
    done(action.id.uuid());
    StoredAction& stored = actions_[action.id];
    stored.decided = true;
    stored.accepted = action.accepted;
    stored.reason = action.reason;
  }
  for (const engine::CommandDone& command : writes.commands_done) done(command.id);
  for (const engine::DeferredRow& row : writes.deferred_added) {
    const DeferredPlace place{row.ref, row.ordinal};
    deferred_[place] = row;
    // The action or timer that waits here is no longer due; its row has been taken over.
    if (!row.until) continue;
    deferred_ends_[place] = enter(
        *row.until, engine::ExpiredDeferral{row.ref, row.lane, row.ordinal, *row.until, row.input});
  }
  for (const auto& [ref, ordinal] : writes.deferred_removed) {
    const DeferredPlace place{ref, ordinal};
    deferred_.erase(place);
    if (const auto end = deferred_ends_.find(place); end != deferred_ends_.end()) {
      agenda_.erase(end->second);
      deferred_ends_.erase(end);
    }
  }
  for (const engine::ParkedRow& row : writes.parked) {
    done(row.id);
    if (const auto known = parked_.find(row.id); known != parked_.end()) {
      known->second.second.reason = row.reason;
      known->second.second.detail = row.detail;
    } else {
      parked_[row.id] = {++order_, row};
    }
    for (const CorrelationKey& key : row.keys) early_[key].push_back(row.id);
  }
  for (const Uuid& id : writes.parked_applied) {
    done(id);
    parked_.erase(id);
  }
}

void MemoryCaseStore::apply_broadcasts(const engine::Writes& writes) {
  for (const engine::BroadcastEvent& event : writes.broadcasts_received) {
    if (broadcasts_.contains(event.ref)) continue;
    const AgendaPlace place =
        enter(event.received_at, engine::DueBroadcast{event.ref, event.lane, event.received_at});
    broadcasts_[event.ref] = {event, {}, place, false};
  }
  for (const engine::BroadcastProgress& progress : writes.broadcasts_reached) {
    StoredBroadcast& broadcast = broadcasts_.at(progress.ref);
    if (progress.reached) broadcast.reached = *progress.reached;
    if (!progress.done) continue;
    broadcast.done = true;
    agenda_.erase(broadcast.place);
  }
}

// ---- Lanes -------------------------------------------------------------------------------------

Lane MemoryCaseStore::hand_over(StoredLane& stored, const std::string& owner,
                                std::chrono::seconds lease) {
  stored.owner = owner;
  stored.lease_until = now_ + lease;
  ++stored.lane.epoch;
  Lane lane = stored.lane;
  lane.applied = lane.duplicates = lane.parked = 0;  // a batch counts its own
  return lane;
}

std::vector<Lane> MemoryCaseStore::take_lanes(const std::vector<std::string>& names,
                                              const std::string& owner,
                                              std::chrono::seconds lease) {
  std::vector<Lane> taken;
  for (const std::string& name : names) {
    auto known = std::find_if(lanes_.begin(), lanes_.end(),
                              [&](const StoredLane& each) { return each.lane.name == name; });
    if (known == lanes_.end()) {
      StoredLane made;
      made.lane.id = LaneId{static_cast<std::int16_t>(lanes_.size())};
      made.lane.name = name;
      lanes_.push_back(std::move(made));
      known = std::prev(lanes_.end());
    }
    taken.push_back(hand_over(*known, owner, lease));
  }
  return taken;
}

std::vector<Lane> MemoryCaseStore::take_internal_lanes(const std::string& owner, std::size_t most,
                                                       std::chrono::seconds lease) {
  for (int i = 0; i < engine::internal_lanes; ++i) {
    const std::string name = fmt::format("internal/{:02}", i);
    if (std::any_of(lanes_.begin(), lanes_.end(),
                    [&](const StoredLane& each) { return each.lane.name == name; })) {
      continue;
    }
    StoredLane made;
    made.lane.id = LaneId{static_cast<std::int16_t>(lanes_.size())};
    made.lane.name = name;
    made.lane.kind = engine::LaneKind::internal;
    made.lane.internal_number = i;
    lanes_.push_back(std::move(made));
  }
  std::vector<Lane> taken;
  for (StoredLane& stored : lanes_) {
    if (taken.size() == most) break;
    if (stored.lane.kind != engine::LaneKind::internal) continue;
    if (!stored.owner.empty() && stored.lease_until >= now_) continue;
    taken.push_back(hand_over(stored, owner, lease));
  }
  return taken;
}

std::vector<Lane> MemoryCaseStore::retake_lanes(const std::vector<std::string>& names,
                                                const std::string& owner,
                                                std::chrono::seconds lease) {
  std::vector<Lane> taken;
  for (StoredLane& stored : lanes_) {
    if (std::find(names.begin(), names.end(), stored.lane.name) == names.end()) continue;
    if (!stored.owner.empty() && stored.owner != owner && stored.lease_until >= now_) continue;
    taken.push_back(hand_over(stored, owner, lease));
  }
  return taken;
}

std::vector<LaneId> MemoryCaseStore::keep_lanes(const std::vector<Lane>& lanes,
                                                const std::string& owner,
                                                std::chrono::seconds lease) {
  std::vector<LaneId> lost;
  for (const Lane& lane : lanes) {
    if (!owns({lane}, owner)) {
      lost.push_back(lane.id);
      continue;
    }
    StoredLane& stored = lanes_[static_cast<std::size_t>(number(lane.id))];
    stored.lease_until = now_ + lease;
    stored.lane.published_sequence =
        std::max(stored.lane.published_sequence, lane.published_sequence);
  }
  return lost;
}

void MemoryCaseStore::release_lanes(const std::vector<Lane>& lanes, const std::string& owner) {
  for (const Lane& lane : lanes) {
    if (!owns({lane}, owner)) continue;
    lanes_[static_cast<std::size_t>(number(lane.id))].owner.clear();
  }
}

std::size_t MemoryCaseStore::fair_share(const std::string& owner) {
  std::set<std::string> others;
  for (const StoredLane& stored : lanes_) {
    if (stored.owner.empty() || stored.owner == owner || stored.lease_until <= now_) continue;
    others.insert(stored.owner);
  }
  return (engine::internal_lanes + others.size()) / (others.size() + 1);  // rounded up
}

std::vector<engine::OutboxRow> MemoryCaseStore::unpublished(LaneId lane, std::int64_t after,
                                                            std::size_t most) {
  std::vector<engine::OutboxRow> rows;
  const auto& outbox = lanes_.at(static_cast<std::size_t>(number(lane))).outbox;
  for (auto row = outbox.upper_bound(after); row != outbox.end() && rows.size() < most; ++row) {
    rows.push_back({row->first, row->second});
  }
  return rows;
}

// ---- Releases ----------------------------------------------------------------------------------

int MemoryCaseStore::release_number(const workflow::Workflow& workflow) {
  const auto [known, added] =
      release_numbers_.emplace(workflow.digest, static_cast<int>(release_numbers_.size()) + 1);
  if (added) releases_[known->second] = workflow.canonical;
  return known->second;
}

std::optional<std::string> MemoryCaseStore::release_source(int number) {
  const auto known = releases_.find(number);
  return known == releases_.end() ? std::nullopt : std::optional{known->second};
}

void MemoryCaseStore::mark_incident(const CaseRef& ref, const std::string& why) {
  engine::DecidedCase& kept = cases_.at(ref);
  if (kept.value->lifecycle != lifecycle::CaseState::active) return;
  core::Case stopped = *kept.value;
  stopped.lifecycle = lifecycle::CaseState::incident;
  stopped.incident = why;
  kept.value = std::make_shared<const core::Case>(std::move(stopped));
  still_.insert(ref);
}

}  // namespace elukaar::simulate
