#include "simulate/scenario/journey.hpp"

#include "base/json_members.hpp"
#include "notify/message.hpp"
#include "simulate/scenario/parties.hpp"

namespace elukaar::simulate {
namespace {

std::size_t readers_of(const core::Case& value, const notify::Message& message, Timestamp at) {
  return notify::audience_of(message, parties_of(value), at).size();
}

}  // namespace

const Json* Journeys::decided(const Decided& decided) {
  Journey& journey = journeys_[decided.ref];
  const core::Case& value = world_.read(decided.ref);
  if (journey.name.empty()) {
    journey.ref = decided.ref;
    journey.began = decided.entry.at;
    const auto& workflow = *world_.store().cases().at(decided.ref).workflow;
    const auto subject = value.context->find(workflow.subject);
    if (subject != value.context->end()) journey.name = text_member(*subject, "key");
    if (journey.name.empty()) journey.name = decided.entry.key.id;
  }
  const Json* news = nullptr;
  for (const core::Record& record : decided.entry.records) {
    switch (record.kind) {
      case core::Record::Kind::notification_request: {
        const auto message = notify::message_of_request(data_of(record));
        journey.sent.push_back({decided.entry.at, message.text, "", "", true,
                                readers_of(value, message, decided.entry.at)});
        break;
      }
      case core::Record::Kind::status:
        news = &*decided.entry.status;
        show(journey, value, *news, decided.entry.at);
        break;
      case core::Record::Kind::service_event: break;  // nobody in the family reads it
    }
  }
  return news;
}

// A change of the arguments alone is no new status to read.
void Journeys::show(Journey& journey, const core::Case& value, const Json& status, Timestamp at) {
  Shown shown{at, text_member(status, "text"), text_member(status, "by"), "", false, 0};
  if (status.is_object()) shown.due = text_member(status.at("clock"), "due");
  if (!journey.shown.empty() && journey.shown.back().text == shown.text) {
    journey.shown.back().by = std::move(shown.by);
    journey.shown.back().due = std::move(shown.due);
    return;
  }
  const std::string former = journey.shown.empty() ? "" : journey.shown.back().text;
  const auto message = notify::message_of_status(former, status);
  shown.told = message.has_value();
  if (message) shown.readers = readers_of(value, *message, at);
  journey.shown.push_back(std::move(shown));
}

std::map<engine::CaseRef, Journey> Journeys::finish() {
  for (auto& [ref, journey] : journeys_) {
    const engine::DecidedCase& row = world_.store().cases().at(ref);
    const core::Case& value = *row.value;
    journey.ends_in = row.workflow->chart.active_paths(value.configuration);
    journey.incident = value.incident;
    journey.open = core::is_open(value.lifecycle);
    for (const core::Timer& timer : value.timers) {
      if (!timer.fired) journey.timers[timer.key] = timer.due;
    }
  }
  return std::move(journeys_);
}

}  // namespace elukaar::simulate
