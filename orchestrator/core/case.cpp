#include "core/case.hpp"

namespace elukaar::core {
namespace {

std::int64_t to_micros(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp from_micros(std::int64_t micros) { return Timestamp{std::chrono::microseconds{micros}}; }

}  // namespace

Json state_document(const Case& value, const workflow::Workflow& workflow) {
  Json document = {{"active", workflow.chart.active_paths(value.configuration)},
                   {"entries", value.entries}};
  Json& entered = document["entered"] = Json::object();
  for (const auto& [path, entry] : value.entered) {
    entered[path] = {entry.number, to_micros(entry.at)};
  }
  if (!value.timers.empty()) {
    Json& timers = document["timers"] = Json::array();
    for (const Timer& timer : value.timers) {
      timers.push_back({timer.state, timer.key, timer.entry, to_micros(timer.due), timer.fired});
    }
  }
  if (!value.calls.empty()) {
    Json& calls = document["calls"] = Json::array();
    for (const OpenCall& call : value.calls) {
      calls.push_back({call.id.str(), call.state, call.invoke, call.entry, call.role});
    }
  }
  if (!value.parties.empty()) {
    Json& parties = document["parties"] = Json::array();
    for (const Party& party : value.parties) {
      parties.push_back({party.person.str(), party.role});
    }
  }
  if (!value.delayed.is_null()) document["delayed"] = value.delayed;
  return document;
}

Result<void, std::string> read_state_document(const Json& document,
                                              const workflow::Workflow& workflow, Case& into) try {
  const auto active = document.at("active").get<std::vector<std::string>>();
  if (!active.empty()) {
    auto configuration = workflow.chart.restore(active);
    if (!configuration) return failure(configuration.error());
    into.configuration = *configuration;
  }
  into.entries = document.at("entries").get<std::uint32_t>();
  for (const auto& [path, entry] : document.at("entered").items()) {
    into.entered[path] = {entry.at(0).get<std::uint32_t>(),
                          from_micros(entry.at(1).get<std::int64_t>())};
  }
  for (const Json& timer : document.value("timers", Json::array())) {
    into.timers.push_back({timer.at(0), timer.at(1), timer.at(2),
                           from_micros(timer.at(3).get<std::int64_t>()), timer.at(4)});
  }
  for (const Json& call : document.value("calls", Json::array())) {
    const auto id = Uuid::parse(call.at(0).get_ref<const std::string&>());
    if (!id) return failure(std::string{"a call of the stored case has no valid id"});
    into.calls.push_back({CallId{*id}, call.at(1), call.at(2), call.at(3), call.at(4)});
  }
  for (const Json& party : document.value("parties", Json::array())) {
    into.parties.push_back({Pseudonym{party.at(0).get<std::string>()}, party.at(1)});
  }
  into.delayed = document.value("delayed", Json{});
  return {};
} catch (const Json::exception& error) {
  return failure(std::string{"the stored state of the case cannot be read: "} + error.what());
}

}  // namespace elukaar::core
