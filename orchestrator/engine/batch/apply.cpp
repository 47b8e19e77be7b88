#include "engine/batch/apply.hpp"

#include "core/decide.hpp"
#include "engine/batch/input_codec.hpp"
#include "privacy/envelope.hpp"

namespace elukaar::engine {
namespace {

// Deferred inputs offered again after one change; a chart that keeps changing ends here, and the
// rest waits for the next change.
constexpr int max_offers = 1'000;

}  // namespace

core::Decision Applying::decide(const Working& working, const core::Input& input) const {
  if (stop_) {
    return core::stop(*working.workflow, working.current(), input, read_.now, parts_.calendar, *stop_);
  }
  return core::decide(*working.workflow, working.current(), input, read_.now, parts_.calendar);
}

void Applying::settle(Working& working, const core::Input& input, core::Decision decision) {
  if (decision.disposition == core::Disposition::parked) {
    collector_.park_input(working, input, "unexpected", decision.reason);
    return;
  }
  collector_.take(working, input, decision);
  if (decision.configuration_changed) offer_deferred(working);
  offer_early(working, decision.effects);
}

// Events that came before their case had its key: applied now, in order of arrival.
void Applying::offer_early(Working& working, const std::vector<core::Effect>& effects) {
  for (const core::Effect& effect : effects) {
    const auto* gained = std::get_if<core::AddKey>(&effect);
    if (gained == nullptr) continue;
    const CorrelationKey full{working.ref.municipality, working.current().service, gained->key.name,
                              gained->key.value};
    const auto waiting = read_.early.find(full);
    if (waiting == read_.early.end()) continue;
    const std::vector<EarlyEvent> events = std::move(waiting->second);
    read_.early.erase(waiting);
    for (const EarlyEvent& event : events) {
      if (early_done_.insert(event.id).second) apply_early(working, event);
    }
  }
}

void Applying::apply_early(Working& working, const EarlyEvent& event) {
  const auto opened = privacy::open_bytes(parts_.keyring, event.id.str(), event.bytes);
  auto record = opened ? unpack(*opened) : std::nullopt;
  if (!record) return;  // sealed under a key that is gone: it stays parked
  const Arrival arrival = understand(std::move(*record), parts_.schemas, parts_.workflows, parts_.calendar);
  const auto name = working.workflow->event_names.find(arrival.type);
  if (arrival.refused || name == working.workflow->event_names.end()) return;
  if (read_.receipts.contains({working.ref, receipt_of(arrival.key)})) {
    collector_.writes().parked_applied.push_back(event.id);
    return;
  }
  core::Input input;
  input.key = arrival.key;
  input.received_at = arrival.time;
  input.body = core::EventArrived{name->second, arrival.event};
  core::Decision decision = decide(working, input);
  if (decision.disposition == core::Disposition::parked) return;  // stays parked, as unexpected
  collector_.writes().parked_applied.push_back(event.id);
  settle(working, input, std::move(decision));
}

// Oldest first, from the beginning again after each change, as long as one is taken.
void Applying::offer_deferred(Working& working) {
  int offers = 0;
  for (std::size_t i = 0; i < working.deferred.size() && offers < max_offers; ++offers) {
    const DeferredRow row = working.deferred[i];
    auto input = decode_input(row.input);
    if (!input) throw StoreFault(StoreFault::Kind::refused, "", input.error());
    input->cause = working.current().sequence;
    core::Decision decision = decide(working, *input);
    if (decision.disposition == core::Disposition::deferred) {
      ++i;
      continue;
    }
    if (decision.disposition == core::Disposition::incident) {
      collector_.take(working, *input, decision);  // it stays the first of those that wait
      return;
    }
    working.deferred.erase(working.deferred.begin() + static_cast<std::ptrdiff_t>(i));
    collector_.writes().deferred_removed.push_back({row.ref, row.ordinal});
    --working.change().deferred;
    if (decision.disposition == core::Disposition::parked) {
      collector_.park_input(working, *input, "unexpected", decision.reason);
      continue;
    }
    collector_.take(working, *input, decision);
    offer_early(working, decision.effects);
    if (decision.configuration_changed) i = 0;
  }
}

}  // namespace elukaar::engine
