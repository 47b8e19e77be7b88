#include "engine/batch/correlate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/questions.hpp"
#include "engine/batch/input_codec.hpp"

namespace elukaar::engine {
namespace {

core::Input input_of(const Arrival& arrival, const Route& route) {
  core::Input input;
  input.key = arrival.key;
  input.received_at = arrival.time;
  input.body = core::EventArrived{route.rule->name, arrival.event};
  return input;
}

}  // namespace

void Correlating::apply(const Arrival& arrival) {
  collector_.enter(arrival.lane);
  Fate fate = Fate::duplicate;
  if (arrival.refused) {
    collector_.park(arrival, *arrival.refused, {});
    fate = Fate::parked;
  } else {
    for (const Route& route : arrival.routes) {
      const Fate here = apply(arrival, route);
      if (here == Fate::applied || fate == Fate::duplicate) fate = here;
    }
  }
  if (arrival.parked_id) {
    if (fate != Fate::parked) collector_.writes().parked_applied.push_back(*arrival.parked_id);
    return;
  }
  Lane& lane = collector_.lane();
  lane.position = arrival.position + 1;
  switch (fate) {
    case Fate::applied: ++lane.applied; break;
    case Fate::duplicate: ++lane.duplicates; break;
    case Fate::parked: ++lane.parked; break;
  }
  if (fate == Fate::duplicate) collector_.count("duplicate");
}

Correlating::Fate Correlating::apply(const Arrival& arrival, const Route& route) {
  if (route.rule->mass) return receive_broadcast(arrival, route);
  const Uuid receipt = receipt_of(arrival.key);
  const std::vector<Working*> all = cases_of(route);
  for (const Working* working : all) {
    if (read_.receipts.contains({working->ref, receipt})) return Fate::duplicate;
  }
  const std::vector<Working*> concerned = open_cases(arrival, route);
  if (concerned.empty() || route.rule->starts == workflow::Starts::always) {
    if (starts(arrival, route)) {
      return too_old(arrival, *route.rule) ? park_too_old(arrival, route) : start(arrival, route);
    }
    if (concerned.empty()) return park_unfound(arrival, route, !all.empty());
  }
  return offer(arrival, route, concerned);
}

// For all cases: written down once, and carried to them by batches to come.
Correlating::Fate Correlating::receive_broadcast(const Arrival& arrival, const Route& route) {
  const BroadcastRef ref = broadcast_ref(arrival, route);
  if (!read_.known_broadcasts.insert(ref).second) return Fate::duplicate;
  collector_.writes().broadcasts_received.push_back({ref, arrival.key, arrival.type, arrival.event,
                                                     arrival.time, read_.now,
                                                     ref.receipt.bytes()[15] % internal_lanes});
  return Fate::applied;
}

// Open or closed, under any key.
std::vector<Working*> Correlating::cases_of(const Route& route) const {
  std::vector<Working*> all;
  for (const CorrelationKey& key : route.identity()) {
    for (Working* working : read_.cases_under(key)) {
      if (std::find(all.begin(), all.end(), working) == all.end()) all.push_back(working);
    }
  }
  return all;
}

// The open cases of the first alternative that finds any.
std::vector<Working*> Correlating::open_cases(const Arrival& arrival, const Route& route) const {
  for (std::size_t i = 0; i < route.alternatives.size(); ++i) {
    std::vector<Working*> found;
    const auto& keys = route.alternatives[i];
    if (keys.empty()) continue;
    for (Working* working : read_.cases_under(keys.front())) {
      const bool under_all = std::all_of(keys.begin() + 1, keys.end(), [&](const CorrelationKey& key) {
        const auto others = read_.cases_under(key);
        return std::find(others.begin(), others.end(), working) != others.end();
      });
      if (!working->is_open() || !under_all) continue;
      const auto& where = route.rule->correlate[i].where;
      if (where && !core::holds(*working->workflow, working->current(), *where, arrival.event,
                                parts_.calendar)) {
        continue;
      }
      found.push_back(working);
    }
    if (!found.empty()) return found;
  }
  return {};
}

bool Correlating::starts(const Arrival& arrival, const Route& route) const {
  switch (route.rule->starts) {
    case workflow::Starts::never: return false;
    case workflow::Starts::if_no_open_case:
    case workflow::Starts::always: return true;
    case workflow::Starts::when: break;
  }
  static const core::Case nobody;
  return route.rule->starts_when && core::holds(*route.workflow, nobody, *route.rule->starts_when,
                                                arrival.event, parts_.calendar);
}

// Before what duplicates are remembered by, nobody can tell whether it was a case once.
bool Correlating::too_old(const Arrival& arrival, const workflow::EventRule& rule) const {
  return rule.max_age && arrival.time + *rule.max_age < read_.now;
}

Correlating::Fate Correlating::park_too_old(const Arrival& arrival, const Route& route) {
  const std::string day = to_iso_date(calendar::day_in_tallinn(arrival.time));
  collector_.park(arrival,
                  ParkReason{"too-old", fmt::format("it happened on {}, longer ago than `{}` may start a "
                                                    "case (`maxAge`)", day, route.rule->name)},
                  {});
  return Fate::parked;
}

Correlating::Fate Correlating::park_unfound(const Arrival& arrival, const Route& route, bool closed) {
  if (closed) {
    collector_.park(arrival, ParkReason{"case-closed", "the case that it concerns is closed"}, {});
  } else {
    collector_.park(arrival,
                    ParkReason{"early", "no case has these keys yet; it is applied as soon as one has"},
                    route.identity());
  }
  return Fate::parked;
}

Correlating::Fate Correlating::start(const Arrival& arrival, const Route& route) {
  auto working = std::make_unique<Working>();
  working->workflow = route.workflow;
  working->created = true;
  core::Case& value = working->value;
  value.municipality = arrival.municipality;
  value.service = route.workflow->service;
  value.id = CaseId{
      Uuid::derived(arrival.time, arrival.key.source, value.service + "/" + arrival.key.id, 0)};
  // After a broadcast event of the same batch, so that it is none of its cases.
  value.created_at = collector_.writes().broadcasts_received.empty()
                         ? read_.now
                         : read_.now + std::chrono::microseconds{1};
  working->ref = {value.municipality, value.id};

  const core::Input input = input_of(arrival, route);
  core::Decision decision = applying_.decide(*working, input);
  if (decision.disposition == core::Disposition::parked) {
    collector_.park(arrival, {"unexpected", decision.reason}, {});
    return Fate::parked;
  }
  for (const CorrelationKey& key : route.identity()) {
    decision.effects.push_back(core::AddKey{{key.name, key.value}});
  }
  const CaseRef ref = working->ref;
  Working& placed = *read_.cases.emplace(ref, std::move(working)).first->second;
  applying_.settle(placed, input, std::move(decision));
  return Fate::applied;
}

Correlating::Fate Correlating::offer(const Arrival& arrival, const Route& route,
                                     const std::vector<Working*>& concerned) {
  Fate fate = Fate::parked;
  const core::Input input = input_of(arrival, route);
  for (Working* working : concerned) {
    core::Decision decision = applying_.decide(*working, input);
    if (decision.disposition == core::Disposition::parked) {
      collector_.park(arrival, {"unexpected", decision.reason}, {});
      continue;
    }
    fate = Fate::applied;
    applying_.settle(*working, input, std::move(decision));
  }
  return fate;
}

}  // namespace elukaar::engine
