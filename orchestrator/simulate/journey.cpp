#include "simulate/journey.hpp"

#include <algorithm>
#include <set>

namespace elukaar::simulate {
namespace {

std::string text_member(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto member = object.find(name);
  return member == object.end() || !member->is_string() ? std::string{}
                                                        : member->get<std::string>();
}

std::size_t readers_of(const core::Case& value, const Json& visible_to) {
  std::set<std::string> persons;
  for (const core::Party& party : value.parties) {
    if (visible_to.empty() ||
        std::find(visible_to.begin(), visible_to.end(), party.role) != visible_to.end()) {
      persons.insert(party.person.str());
    }
  }
  return persons.size();
}

}  // namespace

bool Journeys::decided(const Decided& decided, Json& status) {
  Journey& journey = journeys_[decided.row.ref];
  if (journey.name.empty()) {
    journey.ref = decided.row.ref;
    journey.began = decided.row.at;
    const auto& row = world_.store().cases().at(decided.row.ref);
    const Json context = Json::parse(row.context);
    journey.name = text_member(context.value("child", Json::object()), "key");
    if (journey.name.empty()) journey.name = decided.row.key.id;
  }
  bool news = false;
  for (const engine::OutgoingRecord& record : decided.records) {
    const bool is_status = record.topic == "elukaar.status";
    if (!is_status && record.topic != "elukaar.notifications") continue;
    const Json data = Json::parse(record.value).value("data", Json::object());
    const auto readers = [&](const Json& visible_to) {
      return readers_of(world_.read(world_.store().cases().at(decided.row.ref)), visible_to);
    };
    if (!is_status) {
      journey.sent.push_back({decided.row.at, text_member(data, "text"), "", "", true,
                              readers(Json::array())});
      continue;
    }
    status = data.value("status", Json{});
    news = true;
    Shown shown{decided.row.at, text_member(status, "text"), text_member(status, "by"), "", false, 0};
    if (status.is_object()) shown.due = text_member(status.value("clock", Json{}), "due");
    if (!journey.shown.empty() && journey.shown.back().text == shown.text) {
      journey.shown.back().by = shown.by;
      journey.shown.back().due = shown.due;
      continue;
    }
    const std::string push = text_member(status, "push");
    shown.told = !shown.text.empty() && !push.empty() && push != "none";
    if (shown.told) shown.readers = readers(status.value("visibleTo", Json::array()));
    journey.shown.push_back(std::move(shown));
  }
  return news;
}

std::map<engine::CaseRef, Journey> Journeys::finish() {
  for (auto& [ref, journey] : journeys_) {
    const engine::CaseRow& row = world_.store().cases().at(ref);
    const core::Case value = world_.read(row);
    journey.ends_in = world_.workflow_of(row)->chart.active_paths(value.configuration);
    journey.incident = value.incident;
    journey.open = core::is_open(value.lifecycle);
    for (const core::Timer& timer : value.timers) {
      if (!timer.fired) journey.timers[timer.key] = timer.due;
    }
  }
  return std::move(journeys_);
}

}  // namespace elukaar::simulate
