#include "core/clocks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writing.hpp"
#include "core/facts.hpp"

namespace elukaar::core {
namespace {

const Json no_clock_event = Json::object();

bool names(const std::vector<std::string>& events, const std::string& event) {
  return std::find(events.begin(), events.end(), event) != events.end();
}

// A timer's key: "clock.place-offer.warned.14 days".
std::string clock_timer_key(const std::string& clock, std::string_view what) {
  return fmt::format("clock.{}.{}", clock, what);
}

}  // namespace

bool Clocks::concerned(const workflow::Workflow& workflow, const std::string& event) {
  return std::any_of(workflow.clocks.begin(), workflow.clocks.end(), [&](const auto& entry) {
    const workflow::ClockRule& rule = entry.second;
    const auto on = [&](const auto& item) { return item.on == event; };
    return names(rule.ends, event) || std::any_of(rule.starts.begin(), rule.starts.end(), on) ||
           std::any_of(rule.extensions.begin(), rule.extensions.end(), on);
  });
}

Result<void, std::string> Clocks::accept(const std::string& event, const Json& payload) {
  for (const auto& [name, rule] : workflow_.clocks) {
    const auto known = value_.clocks.find(name);
    if (known != value_.clocks.end() && known->second.running()) {
      if (names(rule.ends, event)) {
        end(name, known->second, event);
      } else if (auto done = extend(rule, known->second, event, payload); !done) {
        return done;
      }
      continue;
    }
    if (auto done = start(rule, event, payload); !done) return done;
  }
  return {};
}

// The first start whose event this is and whose condition holds. A clock that runs is never reset.
Result<void, std::string> Clocks::start(const workflow::ClockRule& rule, const std::string& event,
                                        const Json& payload) {
  for (std::size_t i = 0; i < rule.starts.size(); ++i) {
    const workflow::ClockRule::Start& candidate = rule.starts[i];
    if (candidate.on != event) continue;
    if (candidate.when) {
      const Facts facts(workflow_, value_, value_.configuration, {}, calendar_);
      const auto holds = candidate.when->test(facts.activation(payload));
      if (!holds) return failure(holds.error().text());
      if (!*holds) continue;
    }
    auto length = term(rule.length, no_clock_event, rule.name);
    if (!length) return failure(length.error());
    const Date event_day = calendar::day_in_tallinn(at_);
    const auto first = first_day(candidate, event_day, payload);
    if (!first) return failure(first.error());
    const auto former = value_.clocks.find(rule.name);
    Clock clock{{first->value_or(event_day), *length}};
    clock.run = former == value_.clocks.end() ? 1 : former->second.run + 1;
    clock.event_day = event_day;
    clock.start = i;
    clock.counting = clock.term.from <= calendar::day_in_tallinn(now_);
    const Clock& kept = value_.clocks.insert_or_assign(rule.name, std::move(clock)).first->second;
    tell(rule.name, kept, kept.counting ? "started" : "waiting", {{"by", event}});
    return {};
  }
  return {};
}

Result<std::optional<Date>, std::string> Clocks::first_day(
    const workflow::ClockRule::Start& start, Date event_day, const Json& payload) const {
  if (!start.not_before) return std::optional<Date>{event_day};
  const Facts facts(workflow_, value_, value_.configuration, {}, calendar_);
  const auto value = start.not_before->evaluate(facts.activation(payload));
  if (!value) return failure(value.error().text());
  if (value->is_null()) return std::optional<Date>{event_day};
  if (value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    if (const auto date = parse_iso_date(text)) return std::optional{std::max(event_day, *date)};
    if (const auto time = parse_rfc3339(text)) {
      return std::optional{std::max(event_day, calendar::day_in_tallinn(*time))};
    }
  }
  return failure(std::string{"`notBefore` of a clock must be a date or a time"});
}

Result<void, std::string> Clocks::extend(const workflow::ClockRule& rule, Clock& clock,
                                         const std::string& event, const Json& payload) {
  for (const workflow::ClockRule::Extension& extension : rule.extensions) {
    // Each ground lengthens a clock once; one that has run out is not lengthened afterwards.
    if (extension.on != event || names(clock.extended, extension.ground) || clock.breached) continue;
    auto by = term(extension.by, payload, rule.name);
    if (!by) return failure(by.error());
    clock.term.extensions.push_back(*by);
    clock.extended.push_back(extension.ground);
    tell(rule.name, clock, "extended", {{"by", event}, {"term", by->str()},
                                        {"ground", extension.ground},
                                        {"legalBasis", extension.legal_basis}});
  }
  return {};
}

void Clocks::end(const std::string& name, Clock& clock, const std::string& by) {
  const Date day = calendar::day_in_tallinn(at_);
  calendar::resume(clock.term, day);
  clock.ended_on = day;
  // What was done in time is in time, however late it came here (TsÜS § 137).
  const bool in_time = day <= calendar::due(clock.term, calendar_);
  if (in_time) clock.breached = false;
  tell(name, clock, "ended", {{"by", by}, {"inTime", in_time}});
}

void Clocks::close() {
  for (auto& [name, clock] : value_.clocks) {
    if (clock.running()) end(name, clock, "closed");
  }
}

Result<void, std::string> Clocks::settle() {
  const Date day = calendar::day_in_tallinn(at_);
  for (auto& [name, clock] : value_.clocks) {
    const auto found = workflow_.clocks.find(name);
    if (!clock.running() || found == workflow_.clocks.end()) continue;
    const workflow::ClockRule& rule = found->second;
    if (!clock.counting && clock.start < rule.starts.size() &&
        rule.starts[clock.start].follows_context) {
      const auto first = first_day(rule.starts[clock.start], clock.event_day, no_clock_event);
      if (!first) return failure(first.error());
      if (*first && **first != clock.term.from) {
        clock.term.from = **first;
        tell(name, clock, "moved");
      }
    }
    if (!clock.counting || clock.breached) continue;
    const auto pausing =
        std::find_if(rule.pauses.begin(), rule.pauses.end(), [&](const auto& pause) {
          const auto state = workflow_.chart.find(pause.in);
          return state && value_.configuration.contains(*state);
        });
    const bool stands = pausing != rule.pauses.end();
    if (clock.term.paused() && (!stands || clock.term.pauses.back().ground != pausing->ground)) {
      calendar::resume(clock.term, day);
      tell(name, clock, "resumed");
    }
    if (stands && !clock.term.paused()) {
      calendar::pause(clock.term, day, pausing->ground);
      tell(name, clock, "paused",
           {{"ground", pausing->ground}, {"legalBasis", pausing->legal_basis}});
    }
  }
  return {};
}

Result<Json, std::string> Clocks::fired(const Timer& timer) {
  const std::size_t begin = std::string_view{"clock."}.size();
  const std::size_t dot = timer.key.find('.', begin);
  const std::string name = timer.key.substr(begin, dot - begin);
  const auto found = value_.clocks.find(name);
  if (dot == std::string::npos || found == value_.clocks.end()) {
    return failure(fmt::format("the timer `{}` is of no clock", timer.key));
  }
  Clock& clock = found->second;
  std::string what = timer.key.substr(dot + 1);
  const Date due = calendar::due(clock.term, calendar_);
  Json data = {{"due", to_iso_date(due)}};
  if (what == "start") {
    clock.counting = true;
    tell(name, clock, "started");
    what = "started";
  } else if (what == "breached") {
    clock.breached = true;
    const auto rule = workflow_.clocks.find(name);
    if (rule != workflow_.clocks.end() && rule->second.decision) {
      const auto within = term(*rule->second.decision, no_clock_event, name);
      if (!within) return failure(within.error());
      clock.decision_by = calendar_.term_end(due, *within);
      data["decisionBy"] = to_iso_date(*clock.decision_by);
    }
    tell(name, clock, "breached");
  } else if (what == "decision-overdue") {
    clock.decision_overdue = true;
    data["decisionBy"] = to_iso_date(*clock.decision_by);
    tell(name, clock, "decision-overdue");
  } else {
    const std::string rung = what.substr(std::string_view{"warned."}.size());
    clock.warned.push_back(rung);
    data["before"] = rung;
    tell(name, clock, "warned", {{"before", rung}});
    what = "warned";
  }
  return object_of("data", std::move(data), "type", clock_timer_key(name, what));
}

Result<std::vector<Timer>, std::string> Clocks::timers() const {
  std::vector<Timer> timers;
  for (const auto& [name, clock] : value_.clocks) {
    const auto found = workflow_.clocks.find(name);
    if (!clock.running() || found == workflow_.clocks.end()) continue;
    const auto add = [&, &name_ = name, &clock_ = clock](std::string_view what, Timestamp at) {
      timers.push_back({"", clock_timer_key(name_, what), clock_.run, at, false});
    };
    if (!clock.counting) {
      add("start", calendar::start_of_day(clock.term.from));
    } else if (clock.breached) {
      if (clock.decision_by && !clock.decision_overdue) {
        add("decision-overdue", calendar::end_of_day(*clock.decision_by));
      }
    } else if (!clock.term.paused()) {
      const Date due = calendar::due(clock.term, calendar_);
      add("breached", calendar::end_of_day(due));
      for (const workflow::Template& warning : found->second.warnings) {
        const auto before = term(warning, no_clock_event, name);
        if (!before) return failure(before.error());
        const Date day = calendar::warning_day(due, *before, calendar_);
        // Longer than the clock itself: there is nothing to warn of yet.
        if (day <= clock.term.from || names(clock.warned, before->str())) continue;
        add("warned." + before->str(), calendar::start_of_day(day));
      }
    }
  }
  return timers;
}

Result<calendar::Term, std::string> Clocks::term(const workflow::Template& value,
                                                 const Json& payload,
                                                 const std::string& what) const {
  const Facts facts(workflow_, value_, value_.configuration, {}, calendar_);
  const auto text = value.evaluate(facts.activation(payload));
  if (!text) return failure(text.error().text());
  const auto parsed = calendar::Term::parse(text->is_string() ? text->get<std::string>() : "");
  if (!parsed) return failure(fmt::format("clock `{}` needs a term such as `2 months`", what));
  return *parsed;
}

void Clocks::tell(const std::string& name, const Clock& clock, const char* what, Json more) {
  Json entry = object_of("clock", name, "due", to_iso_date(calendar::due(clock.term, calendar_)),
                         "on", to_iso_date(calendar::day_in_tallinn(at_)), "what", what);
  if (more.is_object()) entry.update(more);
  trace_.push_back(std::move(entry));
}

Json Clocks::shown(const Case& value, const std::string& name,
                   const calendar::Calendar& calendar) {
  const auto found = value.clocks.find(name);
  if (found == value.clocks.end()) return nullptr;
  const Clock& clock = found->second;
  if (!clock.counting) {
    if (!clock.running()) return nullptr;
    return object_of("name", name, "startsOn", to_iso_date(clock.term.from), "state", "waiting");
  }
  const char* state = !clock.running()         ? "decided"
                      : clock.breached         ? "breached"
                      : clock.term.paused()    ? "paused"
                      : !clock.warned.empty()  ? "warned"
                                               : "running";
  Json shown = object_of("due", to_iso_date(calendar::due(clock.term, calendar)), "name", name,
                         "startedOn", to_iso_date(clock.term.from), "state", state);
  if (clock.running() && clock.term.paused()) {
    shown["pausedSince"] = to_iso_date(clock.term.pauses.back().from);
    shown["ground"] = clock.term.pauses.back().ground;
  }
  if (clock.running() && clock.decision_by) shown["decisionBy"] = to_iso_date(*clock.decision_by);
  return shown;
}

}  // namespace elukaar::core
