#include "core/case.hpp"

#include <stdexcept>

namespace elukaar::core {
namespace {

std::int64_t to_micros(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp from_micros(std::int64_t micros) { return Timestamp{std::chrono::microseconds{micros}}; }

Json optional_date(const std::optional<Date>& date) {
  return date ? Json(to_iso_date(*date)) : Json();
}

Date read_date(const Json& json) {
  const auto date = parse_iso_date(json.get_ref<const std::string&>());
  if (!date) throw std::invalid_argument("a date of the stored case is none");
  return *date;
}

std::optional<Date> read_optional_date(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional{read_date(json)};
}

calendar::Term read_term(const Json& json) {
  const auto term = calendar::Term::parse(json.get_ref<const std::string&>());
  if (!term) throw std::invalid_argument("a term of the stored case is none");
  return *term;
}

Json clock_document(const Clock& clock) {
  Json document = {{"run", clock.run},
                   {"eventDay", to_iso_date(clock.event_day)},
                   {"from", to_iso_date(clock.term.from)},
                   {"length", clock.term.length.str()},
                   {"start", clock.start},
                   {"counting", clock.counting},
                   {"warned", clock.warned},
                   {"breached", clock.breached},
                   {"decisionBy", optional_date(clock.decision_by)},
                   {"decisionOverdue", clock.decision_overdue},
                   {"endedOn", optional_date(clock.ended_on)},
                   {"extended", Json::array()},
                   {"pauses", Json::array()}};
  for (std::size_t i = 0; i < clock.extended.size(); ++i) {
    document["extended"].push_back({clock.extended[i], clock.term.extensions[i].str()});
  }
  for (const calendar::ClockPause& pause : clock.term.pauses) {
    document["pauses"].push_back(
        {to_iso_date(pause.from), optional_date(pause.until), pause.ground});
  }
  return document;
}

Clock read_clock(const Json& document) {
  Clock clock{{read_date(document.at("from")), read_term(document.at("length"))}};
  clock.run = document.at("run");
  clock.event_day = read_date(document.at("eventDay"));
  clock.start = document.at("start");
  clock.counting = document.at("counting");
  clock.warned = document.at("warned").get<std::vector<std::string>>();
  clock.breached = document.at("breached");
  clock.decision_by = read_optional_date(document.at("decisionBy"));
  clock.decision_overdue = document.at("decisionOverdue");
  clock.ended_on = read_optional_date(document.at("endedOn"));
  for (const Json& extension : document.at("extended")) {
    clock.extended.push_back(extension.at(0));
    clock.term.extensions.push_back(read_term(extension.at(1)));
  }
  for (const Json& pause : document.at("pauses")) {
    clock.term.pauses.push_back(
        {read_date(pause.at(0)), read_optional_date(pause.at(1)), pause.at(2)});
  }
  return clock;
}

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
  if (!value.clocks.empty()) {
    Json& clocks = document["clocks"] = Json::object();
    for (const auto& [name, clock] : value.clocks) clocks[name] = clock_document(clock);
  }
  if (!value.held.empty()) {
    Json& held = document["held"] = Json::array();
    for (const HeldStep& step : value.held) {
      held.push_back({{"step", step.code},
                      {"state", step.state},
                      {"entry", step.entry},
                      {"event", step.event},
                      {"payload", step.payload},
                      {"since", to_micros(step.since)}});
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

Case without_state(const Case& value) {
  Case plain;
  plain.municipality = value.municipality;
  plain.id = value.id;
  plain.service = value.service;
  plain.pinned = value.pinned;
  plain.lifecycle = value.lifecycle;
  plain.incident = value.incident;
  plain.context = value.context;
  plain.status = value.status;
  plain.sequence = value.sequence;
  plain.revision = value.revision;
  plain.hash = value.hash;
  plain.decided_at = value.decided_at;
  plain.created_at = value.created_at;
  plain.deferred = value.deferred;
  return plain;
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
  const Json clocks = document.value("clocks", Json::object());
  for (const auto& [name, clock] : clocks.items()) {
    into.clocks.emplace(name, read_clock(clock));
  }
  for (const Json& step : document.value("held", Json::array())) {
    into.held.push_back({step.at("step"), step.at("state"), step.at("entry"), step.at("event"),
                         step.at("payload"), from_micros(step.at("since").get<std::int64_t>())});
  }
  for (const Json& party : document.value("parties", Json::array())) {
    into.parties.push_back({Pseudonym{party.at(0).get<std::string>()}, party.at(1)});
  }
  into.delayed = document.value("delayed", Json{});
  return {};
} catch (const std::invalid_argument& error) {
  return failure(std::string{"the stored state of the case cannot be read: "} + error.what());
} catch (const Json::exception& error) {
  return failure(std::string{"the stored state of the case cannot be read: "} + error.what());
}

}  // namespace elukaar::core
