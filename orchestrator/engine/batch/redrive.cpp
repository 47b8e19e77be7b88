#include "engine/batch/redrive.hpp"

#include <fmt/format.h>

#include "core/questions.hpp"
#include "engine/batch/input_codec.hpp"
#include "privacy/envelope.hpp"

namespace elukaar::engine {
namespace {

std::optional<Arrival> open_record(const EngineParts& parts, const ParkedRetry& retry) {
  const auto opened = privacy::open_bytes(parts.keyring, retry.id.str(), retry.bytes);
  auto record = opened ? unpack(*opened) : std::nullopt;
  if (!record) return std::nullopt;
  record->lane = fmt::format("internal/{:02}", retry.lane);
  Arrival arrival = understand(std::move(*record), parts.schemas, parts.workflows, parts.calendar);
  arrival.parked_id = retry.id;
  return arrival;
}

// What has been a case's input already (Collector::park_input).
std::optional<RetriedInput> open_input(const EngineParts& parts, const ParkedRetry& retry) {
  const auto opened = privacy::open_bytes(parts.keyring, input_seal(retry.id), retry.bytes);
  if (!opened) return std::nullopt;
  const Json parked = Json::parse(*opened);
  const auto id = Uuid::parse(parked.at("case").get<std::string>());
  auto input = decode_input(parked.at("input").get<std::string>());
  if (!id || !input) return std::nullopt;
  return RetriedInput{retry, {retry.municipality, CaseId{*id}}, std::move(*input)};
}

}  // namespace

void open_retries(const EngineParts& parts, BatchInputs& inputs) {
  for (const DueInput& due : inputs.due) {
    const auto* retry = std::get_if<ParkedRetry>(&due);
    if (retry == nullptr) continue;
    if (auto record = open_record(parts, *retry)) {
      inputs.retried_records.push_back(std::move(*record));
    } else if (auto input = open_input(parts, *retry)) {
      inputs.retried_inputs.push_back(std::move(*input));
    } else {
      inputs.unreadable.push_back(*retry);
    }
  }
}

void Redriving::keep_unreadable(const std::vector<ParkedRetry>& retries) {
  for (const ParkedRetry& retry : retries) {
    collector_.enter_internal(retry.lane);
    collector_.keep_parked(retry, "unreadable",
                           "its bytes can no longer be opened: they are past their time, or their key is "
                           "gone");
  }
}

void Redriving::apply(RetriedInput& retried) {
  using core::Disposition;
  collector_.enter_internal(retried.retry.lane);
  Working* working = read_.find(retried.ref);
  if (working == nullptr || !working->is_open()) {
    return collector_.keep_parked(retried.retry, "case-closed", "the case that it concerns is closed");
  }
  // The journal may have its receipt already, from when it began to wait.
  if (read_.receipts.contains({retried.ref, receipt_of(retried.input.key)})) {
    retried.input.cause = working->current().sequence;
  }
  core::Decision decision = applying_.decide(*working, retried.input);
  if (decision.disposition == Disposition::parked || decision.disposition == Disposition::deferred) {
    return collector_.keep_parked(retried.retry, "unexpected", "no state of the case takes it now");
  }
  if (decision.disposition == Disposition::incident) {
    collector_.take(*working, retried.input, decision);
    return collector_.keep_parked(retried.retry, "incident",
                                  "the case stands still since it was tried again");
  }
  collector_.writes().parked_applied.push_back(retried.retry.id);
  applying_.settle(*working, retried.input, std::move(decision));
}

void Redriving::apply_broadcast() {
  if (!read_.broadcast) return;
  const BroadcastPage& page = *read_.broadcast;
  const BroadcastEvent& event = page.event;
  collector_.enter_internal(event.lane);
  core::Input input;
  input.key = event.key;
  input.received_at = event.happened_at;
  auto& arrived = input.body.emplace<core::EventArrived>();
  arrived.event = event.event;
  for (const CaseRef& ref : page.cases) {
    Working* working = read_.find(ref);
    if (working == nullptr) continue;
    const std::string* name = concerned(*working, event);
    if (name == nullptr) continue;
    arrived.name = *name;
    applying_.settle(*working, input, applying_.decide(*working, input));
  }
  BroadcastProgress progress{event.ref, std::nullopt, page.last};
  if (!page.cases.empty()) progress.reached = page.cases.back().id;
  collector_.writes().broadcasts_reached.push_back(std::move(progress));
}

// The name under which a case's release knows a broadcast event, if it concerns the case and has not reached
// it yet; else null.
const std::string* Redriving::concerned(const Working& working, const BroadcastEvent& event) const {
  if (!working.is_open() || read_.receipts.contains({working.ref, event.ref.receipt})) return nullptr;
  const auto name = working.workflow->event_names.find(event.type);
  if (name == working.workflow->event_names.end()) return nullptr;
  const auto& rule = working.workflow->events.at(name->second).mass;
  if (!rule) return nullptr;
  const bool holds = !rule->where || core::holds(*working.workflow, working.current(), *rule->where,
                                                 event.event, parts_.calendar);
  return holds ? &name->second : nullptr;
}

}  // namespace elukaar::engine
