#include "core/facts.hpp"

namespace elukaar::core {

bool Facts::in_state(std::string_view path) const {
  const auto index = workflow_.chart.find(path);
  return index && active_.contains(*index);
}

Timestamp Facts::entered_at() const {
  const auto entry = value_.entered.find(std::string{state_});
  return entry == value_.entered.end() ? value_.decided_at : entry->second.at;
}

std::optional<cel::ClockFacts> Facts::clock(std::string_view name) const {
  if (workflow_.clocks.count(std::string{name}) == 0) return std::nullopt;
  cel::ClockFacts facts;
  if (now_) facts.used_days = 0;
  const auto clock = value_.clocks.find(std::string{name});
  if (clock == value_.clocks.end()) return facts;
  facts.due = calendar::due(clock->second.term, calendar_);
  facts.paused = clock->second.term.paused();
  facts.decision_by = clock->second.decision_by;
  if (now_) {
    const Date today = calendar::day_in_tallinn(*now_);
    facts.used_days =
        calendar::used_days(clock->second.term, clock->second.ended_on.value_or(today));
  }
  return facts;
}

cel::Activation Facts::activation(const Json& event) const {
  cel::Activation with;
  with.event = &event;
  with.context = &*value_.context;
  with.parameters = &workflow_.parameters;
  with.systems = &workflow_.municipality.systems;
  with.facts = this;
  with.calendar = &calendar_;
  with.now = now_;
  return with;
}

}  // namespace elukaar::core
