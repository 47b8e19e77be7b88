#include "engine/batch/arrival.hpp"

#include <fmt/format.h>

#include "core/questions.hpp"

namespace elukaar::engine {
namespace {

// `event` of expressions; takes the data out of the CloudEvent.
Json event_view(cloudevents::CloudEvent& event) {
  Json view = {{"id", event.id},
               {"source", event.source},
               {"type", event.type},
               {"time", to_rfc3339(event.time)}};
  if (!event.subject.empty()) view["subject"] = event.subject;
  view["data"] = std::move(event.data);
  return view;
}

Result<std::vector<CorrelationKey>, std::string> keys(const workflow::Workflow& workflow,
                                                      const std::vector<workflow::KeyRule>& rules,
                                                      const Json& event,
                                                      const calendar::Calendar& calendar) {
  static const core::Case nobody;
  auto found = core::keys_of(workflow, rules, event, nobody, calendar);
  if (!found) return failure(found.error());
  std::vector<CorrelationKey> result;
  for (core::Key& key : *found) {
    result.push_back({workflow.municipality.ehak, workflow.service, std::move(key.name),
                      std::move(key.value)});
  }
  return result;
}

Result<Route, std::string> route_to(const workflow::WorkflowPtr& workflow, const Arrival& arrival,
                                    const calendar::Calendar& calendar) {
  Route route;
  route.workflow = workflow;
  route.rule = &workflow->events.at(workflow->event_names.at(arrival.type));
  for (const workflow::CorrelationRule& alternative : route.rule->correlate) {
    auto found = keys(*workflow, alternative.keys, arrival.event, calendar);
    if (!found) return failure(found.error());
    if (found->size() < alternative.keys.size()) found->clear();
    route.alternatives.push_back(std::move(*found));
  }
  auto adds = keys(*workflow, route.rule->adds, arrival.event, calendar);
  if (!adds) return failure(adds.error());
  route.adds = std::move(*adds);
  return route;
}

void find_routes(Arrival& arrival, const Workflows& workflows, const calendar::Calendar& calendar) {
  if (!workflows.serves(arrival.municipality)) {
    arrival.refused = ParkReason{
        "not-served", fmt::format("municipality {} is not served here; add its workflow file and "
                                  "retry", arrival.municipality.str())};
    return;
  }
  for (const auto& workflow : workflows.reacting_to(arrival.municipality, arrival.type)) {
    auto route = route_to(workflow, arrival, calendar);
    if (!route) {
      arrival.refused = ParkReason{"no-key", fmt::format("the event's keys cannot be computed: {}",
                                                         route.error())};
      return;
    }
    arrival.routes.push_back(std::move(*route));
  }
  if (arrival.routes.empty()) {
    arrival.refused =
        ParkReason{"no-service", fmt::format("no service of municipality {} reacts to {}",
                                             arrival.municipality.str(), arrival.type)};
  }
}

}  // namespace

std::vector<CorrelationKey> Route::identity() const {
  std::vector<CorrelationKey> keys;
  for (const auto& alternative : alternatives) {
    keys.insert(keys.end(), alternative.begin(), alternative.end());
  }
  return keys;
}

bool Route::claims_keys() const {
  return rule->starts != workflow::Starts::never || !adds.empty();
}

std::string pack(const SourceRecord& record) {
  Json packed = {{"key", record.key}, {"headers", record.headers}};
  if (record.value) {
    packed["value"] = Json::binary({record.value->begin(), record.value->end()});
  }
  const auto bytes = Json::to_cbor(packed);
  return {bytes.begin(), bytes.end()};
}

std::optional<SourceRecord> unpack(const std::string& packed) try {
  const Json json = Json::from_cbor(packed);
  SourceRecord record;
  record.key = json.at("key");
  record.headers = json.at("headers").get<decltype(record.headers)>();
  if (json.contains("value")) {
    const auto& bytes = json.at("value").get_binary();
    record.value = std::string{bytes.begin(), bytes.end()};
  }
  return record;
} catch (const Json::exception&) {
  return std::nullopt;
}

Arrival understand(SourceRecord record, const cloudevents::SchemaCatalogue& schemas,
                   const Workflows& workflows, const calendar::Calendar& calendar) {
  Arrival arrival;
  arrival.lane = record.lane;
  arrival.position = record.offset;
  cloudevents::Record view{record.key, std::nullopt, {}};
  if (record.value) view.value = *record.value;
  for (const auto& [name, value] : record.headers) view.headers.emplace_back(name, value);

  auto event = cloudevents::decode(view);
  if (!event) {
    arrival.refused = ParkReason{std::string{cloudevents::to_text(event.error().code)},
                                 event.error().sentence};
  } else {
    arrival.municipality = event->municipality;
    arrival.key = event->key();
    arrival.type = event->type;
    arrival.time = event->time;
    if (auto checked = schemas.check(*event); !checked) {
      arrival.refused = ParkReason{std::string{cloudevents::to_text(checked.error().code)},
                                   checked.error().text()};
    } else {
      arrival.event = event_view(*event);
      find_routes(arrival, workflows, calendar);
    }
  }
  arrival.record = std::move(record);
  return arrival;
}

}  // namespace elukaar::engine
