#include "simulate/world/memory_store.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/json_writing.hpp"

namespace elukaar::simulate {

using engine::CaseRef;
using engine::CaseRow;
using engine::CorrelationKey;
using engine::DueInput;
using engine::Lane;
using engine::LaneId;


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

  std::vector<CaseRow> lock_cases(std::vector<CaseRef> refs) override {
    std::sort(refs.begin(), refs.end());
    std::vector<CaseRow> rows;
    for (const CaseRef& ref : refs) {
      const auto row = store_.cases_.find(ref);
      if (row != store_.cases_.end()) rows.push_back(row->second);
    }
    return rows;
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

  std::vector<bool> mass_known(const std::vector<engine::MassRef>& refs) override {
    std::vector<bool> known;
    for (const engine::MassRef& ref : refs) known.push_back(store_.mass_.contains(ref));
    return known;
  }

  std::optional<engine::MassPage> mass_page(const engine::MassRef& ref, std::size_t most) override {
    const auto mass = store_.mass_.find(ref);
    if (mass == store_.mass_.end() || mass->second.done) return std::nullopt;
    engine::MassPage page{mass->second.event, {}, false};
    auto row = store_.cases_.upper_bound({ref.municipality, mass->second.reached});
    for (; row != store_.cases_.end() && row->first.municipality == ref.municipality; ++row) {
      if (page.cases.size() == most) return page;
      const bool open = core::is_open(lifecycle::case_state_from(row->second.lifecycle).value());
      if (row->second.service == ref.service && open &&
          row->second.created_at <= page.event.received_at) {
        page.cases.push_back(row->first);
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
  const AgendaPlace place{at, static_cast<int>(input.kind), ++order_};
  agenda_.emplace(place, std::move(input));
  return place;
}

// Commands reach a case that stands still; so does the end of a deferred input's patience.
bool MemoryCaseStore::stands_still(const DueInput& input) const {
  return !still_.empty() && input.kind != DueInput::Kind::command &&
         input.kind != DueInput::Kind::deferred_expired &&
         input.kind != DueInput::Kind::parked_retry && still_.contains(input.ref);
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
    if (std::find(lanes.begin(), lanes.end(), input.lane) != lanes.end()) inputs.push_back(input);
  }
  return inputs;
}

void MemoryCaseStore::add_action(const CaseRef& ref, const ActionId& id, const std::string& name,
                                 const std::string& subject, std::int64_t subject_version,
                                 const Pseudonym& person, const Json& event) {
  DueInput input;
  input.kind = DueInput::Kind::action;
  input.lane = engine::internal_lane_of(ref.id);
  input.ref = ref;
  input.id = id.uuid();
  input.at = now_;
  input.text_a = name;
  input.text_b = subject;
  input.n = subject_version;
  input.text_c = person.str();
  input.json = write_json(event);
  actions_[id] = {ref, name, false, false, {}};
  waiting_[input.id] = enter(now_, std::move(input));
}

void MemoryCaseStore::add_command(const CaseRef& ref, const Uuid& id, const std::string& kind,
                                  const std::string& operator_name, const std::string& reason) {
  DueInput input;
  input.kind = DueInput::Kind::command;
  input.lane = engine::internal_lane_of(ref.id);
  input.ref = ref;
  input.id = id;
  input.at = now_;
  input.text_a = kind;
  input.text_b = operator_name;
  input.text_c = reason;
  waiting_[id] = enter(now_, std::move(input));
}

void MemoryCaseStore::add_news(const CallId& call, Timestamp at, const std::string& news,
                               const Json& result, bool repeated) {
  const StoredCall& stored = calls_.at(call);
  if (stored.answered) return;
  DueInput input;
  input.kind = DueInput::Kind::call;
  input.lane = engine::internal_lane_of(stored.ref.id);
  input.ref = stored.ref;
  input.id = call.uuid();
  input.at = at;
  input.text_a = news;
  if (!result.is_null()) input.text_b = write_json(result);
  input.text_c = stored.request.role;
  const AgendaPlace place = enter(at, std::move(input));
  news_[call].push_back(place);
  if (repeated) repeated_.insert(place);
}

void MemoryCaseStore::retry_parked(const Uuid& id) {
  const engine::ParkedRow& row = parked_.at(id).second;
  DueInput input;
  input.kind = DueInput::Kind::parked_retry;
  input.ref.municipality = row.municipality;
  input.id = id;
  input.at = now_;
  input.bytes = row.bytes;
  waiting_[id] = enter(now_, std::move(input));
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
  apply_mass(writes);
}

void MemoryCaseStore::apply_cases(const engine::Writes& writes) {
  for (const auto* rows : {&writes.created, &writes.updated}) {
    for (const CaseRow& row : *rows) {
      cases_[row.ref] = row;
      if (row.lifecycle == "suspended" || row.lifecycle == "incident") {
        still_.insert(row.ref);
      } else {
        still_.erase(row.ref);
      }
    }
  }
  for (const engine::JournalRow& row : writes.journal) {
    if (row.cause == 0) receipts_[row.ref].insert(row.receipt);
    if (!row.records.empty()) {
      lanes_[static_cast<std::size_t>(number(row.lane))].outbox[row.lane_sequence] = row.records;
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
    DueInput input;
    input.kind = DueInput::Kind::timer;
    input.lane = row.lane;
    input.ref = row.ref;
    input.at = row.timer.due;
    input.text_a = row.timer.state;
    input.text_b = row.timer.key;
    input.n = row.timer.entry;
    timers_[place] = enter(row.timer.due, std::move(input));
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
    std::erase_if(news_[id], [&](const AgendaPlace& place) {
      if (repeated_.erase(place) == 0) return false;
      agenda_.erase(place);
      return true;
    });
  }
  for (const engine::CallNewsRead& read : writes.call_news_read) {
    auto& waiting = news_[read.id];
    if (waiting.empty()) continue;
    const auto first = std::min_element(waiting.begin(), waiting.end());
    const auto input = agenda_.find(*first);
    if (input != agenda_.end()) {
      if (input->second.text_a != "delayed") calls_.at(read.id).answered = true;
      agenda_.erase(input);
    }
    repeated_.erase(*first);
    waiting.erase(first);
    if (waiting.empty()) news_.erase(read.id);
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
    DueInput input;
    input.kind = DueInput::Kind::deferred_expired;
    input.lane = row.lane;
    input.ref = row.ref;
    input.at = *row.until;
    input.json = row.input;
    input.n = static_cast<std::int64_t>(row.ordinal);
    deferred_ends_[place] = enter(*row.until, std::move(input));
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

void MemoryCaseStore::apply_mass(const engine::Writes& writes) {
  for (const engine::MassEvent& event : writes.mass_received) {
    if (mass_.contains(event.ref)) continue;
    DueInput input;
    input.kind = DueInput::Kind::mass;
    input.lane = event.lane;
    input.ref.municipality = event.ref.municipality;
    input.id = event.ref.receipt;
    input.at = event.received_at;
    input.text_a = event.ref.service;
    mass_[event.ref] = {event, {}, enter(event.received_at, std::move(input)), false};
  }
  for (const engine::MassProgress& progress : writes.mass_reached) {
    StoredMass& mass = mass_.at(progress.ref);
    if (progress.reached) mass.reached = *progress.reached;
    if (!progress.done) continue;
    mass.done = true;
    agenda_.erase(mass.place);
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
  CaseRow& row = cases_.at(ref);
  if (row.lifecycle != "active") return;
  row.lifecycle = "incident";
  row.incident = why;
  still_.insert(ref);
}

}  // namespace elukaar::simulate
