#include "simulate/population/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "calendar/calendar.hpp"

namespace elukaar::simulate {
namespace {

double days_between(Timestamp from, Timestamp to) {
  return std::chrono::duration<double, std::ratio<86'400>>(to - from).count();
}

// The promised day is over, and it was not kept.
bool is_late(const Shown& shown, Timestamp left) {
  const auto by = parse_iso_date(shown.by);
  return by && left >= calendar::end_of_day(*by);
}

// What an age of this case counts from; nothing: it is not known.
std::optional<Timestamp> age_from(const engine::CaseRef& ref, const Journey& journey,
                                  const PopulationRun& run) {
  if (run.measures.age_from.empty()) return journey.began;
  const auto known = run.age_from.find(ref);
  return known == run.age_from.end() ? std::nullopt : std::optional{known->second};
}

void count_journey(const engine::CaseRef& ref, const Journey& journey, const PopulationRun& run,
                   Forecast& into) {
  const std::optional<Timestamp> born = age_from(ref, journey, run);
  std::size_t messages = journey.sent.size();
  std::optional<Timestamp> waits;
  bool waited = false;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < journey.shown.size(); ++i) {
    const Shown& shown = journey.shown[i];
    if (shown.told) ++messages;
    if (shown.text.empty()) continue;
    TextFigures& text = into.texts[shown.text];
    if (shown.told) ++text.told;
    if (seen.insert(shown.text).second) {
      ++text.families;
      if (born) text.age.days.push_back(days_between(*born, shown.at));
    }
    const bool last = i + 1 == journey.shown.size();
    const Timestamp left = last ? run.until : journey.shown[i + 1].at;
    if (!last) {
      text.stays.days.push_back(days_between(shown.at, left));
    } else if (journey.open) {
      ++text.waiting;
    }
    if ((!last || journey.open) && is_late(shown, left)) ++text.late;
    if (shown.text == run.measures.wait_from && !waits) waits = shown.at;
    if (shown.text == run.measures.wait_to && waits && !waited) {
      waited = true;
      into.wait.days.push_back(days_between(*waits, shown.at));
    }
  }
  ++into.messages[messages];
  std::string state;
  for (const std::string& each : journey.ends_in) state += (state.empty() ? "" : " + ") + each;
  ++into.ends_in[state];
  if (!journey.incident.empty()) ++into.incidents;
}

// "14 d", "3.2 months", "2.1 years".
std::string age_text(double days) {
  if (days < 60) return fmt::format("{:.0f} d", days);
  if (days < 730) return fmt::format("{:.1f} months", days / 30.4375);
  return fmt::format("{:.1f} years", days / 365.25);
}

std::string wait_text(double days) {
  if (days < 1.0 / 24) return fmt::format("{:.0f} min", days * 1440);
  if (days < 2) return fmt::format("{:.1f} h", days * 24);
  return fmt::format("{:.0f} d", days);
}

Json spread_json(const Spread& spread) {
  return {{"count", spread.days.size()},
          {"p10", spread.at(0.1)},
          {"p50", spread.at(0.5)},
          {"p90", spread.at(0.9)},
          {"p99", spread.at(0.99)},
          {"max", spread.at(1)}};
}

}  // namespace

double Spread::at(double share) const {
  if (days.empty()) return 0;
  const auto place = static_cast<std::size_t>(std::ceil(share * static_cast<double>(days.size())));
  return days[std::clamp<std::size_t>(place, 1, days.size()) - 1];
}

Forecast figures_of(const PopulationRun& run) {
  Forecast forecast;
  forecast.cases = run.journeys.size();
  forecast.inputs = run.inputs;
  forecast.parked = run.parked;
  forecast.refused = run.refused;
  forecast.measures = run.measures;
  for (const auto& [ref, journey] : run.journeys) count_journey(ref, journey, run, forecast);
  std::sort(forecast.wait.days.begin(), forecast.wait.days.end());
  for (auto& [key, text] : forecast.texts) {
    std::sort(text.age.days.begin(), text.age.days.end());
    std::sort(text.stays.days.begin(), text.stays.days.end());
    forecast.order.push_back(key);
  }
  std::sort(forecast.order.begin(), forecast.order.end(), [&](const auto& a, const auto& b) {
    return forecast.texts.at(a).age.at(0.5) < forecast.texts.at(b).age.at(0.5);
  });
  return forecast;
}

void print_forecast(const Forecast& forecast, const std::string& title, std::ostream& out) {
  out << title << "\n\n";
  out << fmt::format("{:<20} {:>9} {:>9} {:>14} {:>12} {:>12} {:>9} {:>11}\n", "what they read",
                     "families", "messages", forecast.measures.age_title, "stays (half)", "(9 of 10)", "waiting",
                     "after `by`");
  for (const std::string& key : forecast.order) {
    const TextFigures& text = forecast.texts.at(key);
    const bool moves_on = !text.stays.days.empty();
    out << fmt::format("{:<20} {:>9} {:>9} {:>14} {:>12} {:>12} {:>9} {:>11}\n", key, text.families,
                       text.told, age_text(text.age.at(0.5)),
                       moves_on ? wait_text(text.stays.at(0.5)) : "-",
                       moves_on ? wait_text(text.stays.at(0.9)) : "-", text.waiting, text.late);
  }
  out << "\nmessages of a family:";
  for (const auto& [messages, families] : forecast.messages) {
    out << fmt::format("  {}: {}", messages, families);
  }
  out << '\n';
  if (!forecast.wait.days.empty()) {
    out << fmt::format("{}: half within {}, 9 of 10 within {}, the last {}\n",
                       forecast.measures.wait_title,
                       wait_text(forecast.wait.at(0.5)), wait_text(forecast.wait.at(0.9)),
                       wait_text(forecast.wait.at(1)));
  }
  out << "at the end:";
  for (const auto& [state, cases] : forecast.ends_in) out << fmt::format("  {}: {}", state, cases);
  out << '\n';
  for (const auto& [what, list] : {std::pair{"parked", &forecast.parked},
                                   std::pair{"refused", &forecast.refused}}) {
    for (const auto& [reason, count] : *list) out << fmt::format("{}: {}: {}\n", what, reason, count);
  }
  out << fmt::format("{} cases, {} inputs, {} incidents\n", forecast.cases, forecast.inputs,
                     forecast.incidents);
}

Json forecast_json(const Forecast& forecast) {
  Json texts = Json::object();
  for (const auto& [key, text] : forecast.texts) {
    texts[key] = {{"families", text.families},   {"told", text.told},
                  {"ageDays", spread_json(text.age)}, {"staysDays", spread_json(text.stays)},
                  {"waiting", text.waiting},     {"late", text.late}};
  }
  Json messages = Json::object();
  for (const auto& [count, families] : forecast.messages) messages[std::to_string(count)] = families;
  return {{"cases", forecast.cases},       {"inputs", forecast.inputs},
          {"texts", texts},                {"messagesPerFamily", messages},
          {"waitDays", spread_json(forecast.wait)}, {"endsIn", forecast.ends_in},
          {"parked", forecast.parked},     {"refused", forecast.refused},
          {"incidents", forecast.incidents}};
}

}  // namespace elukaar::simulate
