#include "engine/batch/collect.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/overloaded.hpp"
#include "engine/batch/input_codec.hpp"
#include "privacy/envelope.hpp"

namespace elukaar::engine {

void Collector::enter(const std::string& name) {
  const auto [place, first] = touched_.try_emplace(name);
  lane_ = &place->second;
  if (!first) return;
  *lane_ = lanes_.at(name);
  lane_->applied = lane_->duplicates = lane_->parked = 0;
}

void Collector::enter_internal(int number) { enter(fmt::format("internal/{:02}", number)); }

// ---- Decisions ----------------------------------------------------------------------------------

void Collector::take(Working& working, const core::Input& input, core::Decision& decision) {
  using core::Disposition;
  const std::uint64_t ordinal = decision.entry.sequence;
  decision.next.deferred = working.current().deferred;
  working.become(std::move(decision.next));
  count(core::to_string(decision.disposition));
  journal(working, input, std::move(decision.entry));
  for (const core::Effect& effect : decision.effects) collect(working, input, effect);
  if (decision.disposition == Disposition::incident) {
    note(BatchNote::Kind::incident, working.ref, input.key, "incident", decision.reason);
  }
  const bool waits = decision.disposition == Disposition::deferred ||
                     decision.disposition == Disposition::incident;
  if (waits && input.cause == 0) keep_waiting(working, input, ordinal, decision.defer_for);
}

void Collector::keep_waiting(Working& working, const core::Input& input, std::uint64_t ordinal,
                             std::chrono::seconds defer_for) {
  DeferredRow row{working.ref, internal_lane_of(working.ref.id), ordinal, encode_input(input),
                  std::nullopt};
  if (defer_for.count() > 0) row.until = read_.now + defer_for;
  ++working.change().deferred;
  working.deferred.push_back(row);
  writes_.deferred_added.push_back(std::move(row));
}

void Collector::journal(const Working& working, const core::Input& input, core::JournalEntry entry) {
  JournalRow row;
  row.ref = working.ref;
  row.lane = lane_->id;
  row.lane_sequence = lane_->next_sequence++;
  row.receipt = receipt_of(entry.key);
  row.release = parts_.workflows.number_of(working.workflow);
  if (parts_.publishes) row.outgoing = outgoing_records(entry.records, parts_.topics);
  row.entry = std::make_shared<const core::JournalEntry>(std::move(entry));
  if (input.cause == 0) read_.receipts.insert({row.ref, row.receipt});
  writes_.journal.push_back(std::move(row));
}

void Collector::collect(const Working& working, const core::Input& input, const core::Effect& effect) {
  const CaseRef& ref = working.ref;
  const int lane = internal_lane_of(ref.id);
  std::visit(
      overloaded{
          [&](const core::SetTimer& set) { change_timer(ref, lane, set.timer, true); },
          [&](const core::ClearTimer& clear) { change_timer(ref, lane, clear.timer, false); },
          [&](const core::RequestCall& call) {
            writes_.calls_requested.push_back({ref, lane, call.request});
          },
          [&](const core::AbandonCall& call) { writes_.calls_abandoned.push_back({ref, call.call}); },
          [&](const core::AddKey& add) { add_key(working, add.key); },
          [&](const core::DropKey& drop) { drop_key(working, drop.key); },
          [&](const core::ReplaceParties& present) { writes_.parties.push_back({ref, present.parties}); },
          [&](const core::AnswerAction& answer) {
            const auto id = Uuid::parse(input.key.id);
            if (!id) return;
            writes_.actions_done.push_back(
                {ref.municipality, ActionId{*id}, answer.accepted, answer.reason});
          }},
      effect);
}

void Collector::add_key(const Working& working, const core::Key& key) {
  CorrelationKey full{working.ref.municipality, working.current().service, key.name, key.value};
  auto& found = read_.found[full];
  if (std::find(found.begin(), found.end(), working.ref) != found.end()) return;
  found.push_back(working.ref);
  writes_.keys_added.push_back({std::move(full), working.ref.id});
}

void Collector::drop_key(const Working& working, const core::Key& key) {
  CorrelationKey full{working.ref.municipality, working.current().service, key.name, key.value};
  std::erase(read_.found[full], working.ref);
  writes_.keys_dropped.push_back({std::move(full), working.ref.id});
}

void Collector::clear_timer(const CaseRef& ref, int lane, const core::Timer& timer) {
  change_timer(ref, lane, timer, false);
}

void Collector::change_timer(const CaseRef& ref, int lane, const core::Timer& timer, bool set) {
  timers_[{ref, timer.state, timer.key, timer.entry}] = {TimerRow{ref, lane, timer}, set};
}

// ---- What is parked -----------------------------------------------------------------------------

void Collector::park(const Arrival& arrival, const ParkReason& reason, std::vector<CorrelationKey> keys) {
  ParkedRow row = parked_row(arrival, reason);
  row.bytes = privacy::seal_bytes(parts_.keyring, row.id.str(), pack(arrival.record));
  row.keys = std::move(keys);
  if (reason.code == "early") {
    for (const CorrelationKey& key : row.keys) read_.early[key].push_back({row.id, key, row.bytes});
  }
  writes_.parked.push_back(std::move(row));
}

void Collector::park_input(const Working& working, const core::Input& input, const std::string& code,
                           const std::string& sentence) {
  Arrival arrival;
  arrival.lane = lane_->name;
  arrival.municipality = working.ref.municipality;
  arrival.key = input.key;
  if (const auto* event = std::get_if<core::EventArrived>(&input.body)) {
    arrival.type = event->event.value("type", event->name);
  }
  ParkedRow row = parked_row(arrival, {code, sentence});
  const Json kept = {{"case", working.ref.id.str()}, {"input", encode_input(input)}};
  row.bytes = privacy::seal_bytes(parts_.keyring, input_seal(row.id), kept.dump());
  writes_.parked.push_back(std::move(row));
}

void Collector::keep_parked(const ParkedRetry& retry, std::string reason, std::string detail) {
  ParkedRow row;  // the rest of the stored row stays
  row.id = retry.id;
  row.municipality = retry.municipality;
  row.origin = lane_->name;
  row.reason = std::move(reason);
  row.detail = std::move(detail);
  note(BatchNote::Kind::parked, {row.municipality, {}}, {}, row.reason, row.detail);
  writes_.parked.push_back(std::move(row));
}

// Without its bytes; counted and noted.
ParkedRow Collector::parked_row(const Arrival& arrival, const ParkReason& reason) {
  ParkedRow row;
  row.id = arrival.parked_id.value_or(Uuid::derived(
      read_.now, arrival.lane, std::to_string(arrival.position), static_cast<std::uint32_t>(parks_++)));
  row.municipality = arrival.municipality;
  row.origin = arrival.lane;
  row.position = arrival.position;
  row.source = arrival.key.source;
  row.event_id = arrival.key.id;
  row.type = arrival.type;
  row.reason = reason.code;
  row.detail = reason.sentence;
  note(BatchNote::Kind::parked, {arrival.municipality, {}}, arrival.key, reason.code, reason.sentence);
  count("parked");
  return row;
}

void Collector::note(BatchNote::Kind kind, CaseRef ref, EventKey key, std::string reason,
                     std::string sentence) {
  result_.notes.push_back(
      {kind, std::move(ref), std::move(key), std::move(reason), std::move(sentence)});
}

// ---- The end ------------------------------------------------------------------------------------

const Writes& Collector::finish() {
  for (auto& [ref, working] : read_.cases) {
    if (!working->changed) continue;
    DecidedCase decided{std::make_shared<const core::Case>(std::move(working->value)), working->workflow,
                        parts_.workflows.number_of(working->workflow)};
    (working->created ? writes_.created : writes_.updated).push_back(std::move(decided));
  }
  for (const auto& [where, timer] : timers_) {
    (timer.second ? writes_.timers_set : writes_.timers_cleared).push_back(timer.first);
  }
  return writes_;
}

std::vector<Lane> Collector::moved() const {
  std::vector<Lane> lanes;
  for (const auto& [name, lane] : touched_) {
    const Lane& old = lanes_.at(name);
    if (lane.position != old.position || lane.next_sequence != old.next_sequence) lanes.push_back(lane);
  }
  return lanes;
}

BatchResult Collector::take_result() {
  for (JournalRow& row : writes_.journal) {
    if (!row.outgoing.empty()) {
      result_.published.push_back({row.lane, row.lane_sequence, std::move(row.outgoing)});
    }
  }
  return std::move(result_);
}

std::string input_seal(const Uuid& id) { return "input/" + id.str(); }

}  // namespace elukaar::engine
