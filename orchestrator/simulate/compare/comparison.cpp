#include "simulate/compare/comparison.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "simulate/world/moment.hpp"

namespace elukaar::simulate {
namespace {

std::size_t count_messages(const PopulationRun& run) {
  std::size_t messages = 0;
  for (const auto& [ref, journey] : run.journeys) {
    messages += journey.sent.size();
    for (const Shown& shown : journey.shown) messages += shown.told ? 1 : 0;
  }
  return messages;
}

std::string joined(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, " + "));
}

std::string name_of(const Shown& shown) { return shown.text.empty() ? "nothing" : shown.text; }

// What of one place in both paths differs; the texts there are the same.
void compare_shown(const Shown& before, const Shown& after, CaseDifference& into) {
  const auto line = [&](std::string_view what, const std::string& a, const std::string& b) {
    into.lines.push_back(fmt::format("{}: {} {} -> {}", name_of(before), what,
                                     a.empty() ? "none" : a, b.empty() ? "none" : b));
  };
  if (before.told != after.told) {
    into.messages = true;
    line("message", before.told ? "yes" : "no", after.told ? "yes" : "no");
  } else if (before.at != after.at && before.told) {
    into.messages = true;
    line("told", to_moment_text(before.at), to_moment_text(after.at));
  }
  if (before.by != after.by) {
    into.deadlines = true;
    line("by", before.by, after.by);
  }
  if (before.due != after.due) {
    into.deadlines = true;
    line("clock ends", before.due, after.due);
  }
}

std::string path_of(const Journey& journey) {
  std::string path;
  for (const Shown& shown : journey.shown) path += (path.empty() ? "" : ", ") + name_of(shown);
  return path.empty() ? "nothing is shown" : path;
}

CaseDifference compare_journeys(const Journey& before, const Journey& after) {
  CaseDifference difference;
  difference.name = before.name;
  const auto same_text = [](const Shown& a, const Shown& b) { return a.text == b.text; };
  if (std::equal(before.shown.begin(), before.shown.end(), after.shown.begin(), after.shown.end(),
                 same_text)) {
    for (std::size_t i = 0; i < before.shown.size(); ++i) {
      compare_shown(before.shown[i], after.shown[i], difference);
    }
  } else {
    difference.path = true;
    difference.lines.push_back(fmt::format("path: {} -> {}", path_of(before), path_of(after)));
    const auto told = [](const Journey& journey) {
      std::vector<std::string> texts;
      for (const Shown& shown : journey.shown) {
        if (shown.told) texts.push_back(shown.text + to_rfc3339(shown.at));
      }
      return texts;
    };
    difference.messages = told(before) != told(after);
  }
  const auto same_message = [](const Shown& a, const Shown& b) {
    return a.text == b.text && a.at == b.at;
  };
  if (!std::equal(before.sent.begin(), before.sent.end(), after.sent.begin(), after.sent.end(),
                  same_message)) {
    difference.messages = true;
    difference.lines.push_back(fmt::format("messages beside the status: {} -> {}",
                                           before.sent.size(), after.sent.size()));
  }
  if (before.timers != after.timers) {
    difference.timers = true;
    for (const auto* timers : {&before.timers, &after.timers}) {
      const bool is_old = timers == &before.timers;
      const auto& others = is_old ? after.timers : before.timers;
      for (const auto& [name, due] : *timers) {
        const auto other = others.find(name);
        if (other != others.end() && (other->second == due || !is_old)) continue;
        const std::string there = other == others.end() ? "none" : to_moment_text(other->second);
        difference.lines.push_back(fmt::format("timer {}: {} -> {}", name,
                                               is_old ? to_moment_text(due) : there,
                                               is_old ? there : to_moment_text(due)));
      }
    }
  }
  if (before.ends_in != after.ends_in || before.incident.empty() != after.incident.empty()) {
    difference.outcome = true;
    difference.lines.push_back(fmt::format("ends in: {} -> {}", joined(before.ends_in),
                                           joined(after.ends_in)));
    if (!after.incident.empty()) difference.lines.push_back("incident: " + after.incident);
  }
  return difference;
}

constexpr std::pair<const char*, bool CaseDifference::*> kinds[] = {
    {"only under the old version", &CaseDifference::only_old},
    {"only under the new version", &CaseDifference::only_new},
    {"another path", &CaseDifference::path},
    {"other messages", &CaseDifference::messages},
    {"other deadlines", &CaseDifference::deadlines},
    {"other timers", &CaseDifference::timers},
    {"another end", &CaseDifference::outcome}};

}  // namespace

std::size_t Comparison::counted(bool CaseDifference::*what) const {
  return static_cast<std::size_t>(std::count_if(
      different.begin(), different.end(), [&](const CaseDifference& each) { return each.*what; }));
}

Comparison compare_runs(const PopulationRun& before, const PopulationRun& after) {
  Comparison comparison;
  comparison.messages_old = count_messages(before);
  comparison.messages_new = count_messages(after);
  const auto alone = [&](const Journey& journey, bool CaseDifference::*which) {
    CaseDifference difference;
    difference.name = journey.name;
    difference.*which = true;
    difference.lines.push_back(path_of(journey));
    comparison.different.push_back(std::move(difference));
  };
  for (const auto& [ref, journey] : before.journeys) {
    ++comparison.cases;
    const auto other = after.journeys.find(ref);
    if (other == after.journeys.end()) {
      alone(journey, &CaseDifference::only_old);
      continue;
    }
    CaseDifference difference = compare_journeys(journey, other->second);
    if (!difference.lines.empty()) comparison.different.push_back(std::move(difference));
  }
  for (const auto& [ref, journey] : after.journeys) {
    if (before.journeys.contains(ref)) continue;
    ++comparison.cases;
    alone(journey, &CaseDifference::only_new);
  }
  return comparison;
}

void print_comparison(const Comparison& comparison, std::size_t most, std::ostream& out) {
  out << fmt::format("{} cases, {} of them differ; {} messages -> {}\n", comparison.cases,
                     comparison.different.size(), comparison.messages_old, comparison.messages_new);
  for (const auto& [what, member] : kinds) {
    if (const std::size_t number = comparison.counted(member)) {
      out << fmt::format("  {}: {}\n", what, number);
    }
  }
  for (std::size_t i = 0; i < comparison.different.size() && i < most; ++i) {
    const CaseDifference& each = comparison.different[i];
    out << each.name;
    if (each.only_old) out << "  (only under the old version)";
    if (each.only_new) out << "  (only under the new version)";
    out << '\n';
    for (const std::string& line : each.lines) out << "    " << line << '\n';
  }
  if (comparison.different.size() > most) {
    out << fmt::format("… and {} more; --most shows more of them\n",
                       comparison.different.size() - most);
  }
}

Json comparison_json(const Comparison& comparison, std::size_t most) {
  Json sums = Json::object();
  for (const auto& [what, member] : kinds) sums[what] = comparison.counted(member);
  Json list = Json::array();
  for (std::size_t i = 0; i < comparison.different.size() && i < most; ++i) {
    list.push_back({{"case", comparison.different[i].name}, {"lines", comparison.different[i].lines}});
  }
  return {{"cases", comparison.cases},
          {"different", comparison.different.size()},
          {"messages", {{"old", comparison.messages_old}, {"new", comparison.messages_new}}},
          {"sums", sums},
          {"list", list}};
}

}  // namespace elukaar::simulate
