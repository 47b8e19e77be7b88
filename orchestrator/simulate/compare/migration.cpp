#include "simulate/compare/migration.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "core/questions.hpp"
#include "documents/reader.hpp"

namespace elukaar::simulate {
namespace fs = std::filesystem;
using documents::Node;

namespace {

// A state that moves takes those within it along.
std::string mapped(const StateMap& map, const std::string& path) {
  for (std::size_t end = path.size(); end != std::string::npos && end > 0;
       end = path.rfind('.', end - 1)) {
    const auto entry = map.states.find(path.substr(0, end));
    if (entry != map.states.end()) return entry->second + path.substr(end);
  }
  return path;
}

const workflow::StateRule* rule_of(const workflow::Workflow& workflow, const std::string& path) {
  const auto index = workflow.chart.find(path);
  return index ? &workflow.states[chart::position(*index)] : nullptr;
}

// The stored state with its paths as the new release calls them.
Json moved_document(Json document, const StateMap& map) {
  for (Json& path : document["active"]) path = mapped(map, path.get<std::string>());
  Json entered = Json::object();
  for (const auto& [path, entry] : document["entered"].items()) entered[mapped(map, path)] = entry;
  document["entered"] = std::move(entered);
  for (const auto& [member, at] : {std::pair{"timers", 0}, std::pair{"calls", 1}}) {
    if (!document.contains(member)) continue;
    for (Json& each : document[member]) each[at] = mapped(map, each[at].get<std::string>());
  }
  return document;
}

// Whether the state of a new release still has what a call of an old one answers to.
bool asks_the_same(const workflow::Workflow& before, const workflow::Workflow& after,
                   const core::OpenCall& call, const std::string& state) {
  const auto find = [&](const workflow::StateRule* rule) -> const workflow::Invoke* {
    if (rule == nullptr) return nullptr;
    const auto invoke = std::find_if(rule->invokes.begin(), rule->invokes.end(),
                                     [&](const auto& each) { return each.id == call.invoke; });
    return invoke == rule->invokes.end() ? nullptr : &*invoke;
  };
  const auto* old_invoke = find(rule_of(before, call.state));
  const auto* new_invoke = find(rule_of(after, state));
  return old_invoke != nullptr && new_invoke != nullptr && old_invoke->role == new_invoke->role &&
         old_invoke->operation == new_invoke->operation;
}

// The clock that a timer belongs to, which stands beside the states: "clock.place-offer.warned.14 days".
std::string clock_of(const core::Timer& timer) {
  const std::size_t begin = timer.key.find('.') + 1;
  return timer.key.substr(begin, timer.key.find('.', begin) - begin);
}

void find_lost_timers(const core::Case& value, const StateMap& map,
                      const workflow::Workflow& after, std::vector<std::string>& lost) {
  for (const core::Timer& timer : value.timers) {
    if (timer.fired) continue;
    if (timer.state.empty()) {
      if (!after.clocks.contains(clock_of(timer))) {
        lost.push_back(fmt::format("its legal clock `{}`, due {}, is none of the new release's",
                                   clock_of(timer), to_rfc3339(timer.due)));
      }
      continue;
    }
    const std::string state = mapped(map, timer.state);
    const auto* rule = rule_of(after, state);
    const bool kept = rule != nullptr &&
                      std::any_of(rule->afters.begin(), rule->afters.end(),
                                  [&](const auto& each) { return each.delay == timer.key; });
    if (!kept) {
      lost.push_back(fmt::format("its timer `{}`, due {}, has no counterpart in state `{}`",
                                 timer.key, to_rfc3339(timer.due), state));
    }
  }
}

}  // namespace

Result<StateMap, Problems> read_state_map(const fs::path& file) {
  const auto root = documents::read_yaml_file(file, file.string());
  if (!root) return failure(root.error());
  Problems problems;
  documents::Reader reader(problems);
  StateMap map;
  map.where = root->where;
  if (reader.expect(*root, Node::Kind::mapping, "a state map")) {
    reader.known_keys(*root, "a state map", {"from", "to", "states"});
    map.from = reader.required_text(*root, "from", "the state map");
    map.to = reader.required_text(*root, "to", "the state map");
    const Node* states = root->find("states");
    if (states != nullptr && reader.expect(*states, Node::Kind::mapping, "`states`")) {
      for (const Node::Entry& entry : states->entries) {
        if (!reader.expect(entry.value, Node::Kind::text, "a state")) continue;
        map.states[entry.key] = entry.value.text;
        map.places[entry.key] = entry.where;
      }
    }
  }
  if (has_errors(problems)) return failure(std::move(problems));
  return map;
}

Problems check_state_map(const StateMap& map, const workflow::Workflow& before,
                         const workflow::Workflow& after) {
  Problems problems;
  documents::Reader reader(problems);
  if (!map.from.empty() && (map.from != before.release || map.to != after.release)) {
    reader.error(map.where, "wrong-release",
                 fmt::format("this map leads from {} to {}, expected from {} to {}", map.from,
                             map.to, before.release, after.release));
  }
  const auto old_paths = before.chart.paths();
  const auto new_paths = after.chart.paths();
  for (const auto& [from, to] : map.states) {
    if (!before.chart.find(from)) {
      reader.error(map.places.at(from), "unknown-state",
                   fmt::format("release {} has no state `{}`", before.release, from),
                   documents::suggestion(from, old_paths));
    }
    if (!after.chart.find(to)) {
      reader.error(map.places.at(from), "unknown-state",
                   fmt::format("release {} has no state `{}`", after.release, to),
                   documents::suggestion(to, new_paths));
    }
  }
  for (const std::string& path : old_paths) {
    if (after.chart.find(mapped(map, path))) continue;
    reader.error(map.where, "unmapped-state",
                 fmt::format("state `{}` of release {} is not in release {}, and no state map says "
                             "where its cases go on",
                             path, before.release, after.release),
                 fmt::format("add `{}: …` to `states`", path));
  }
  return problems;
}

std::vector<std::string> losses(const core::Case& value, const Json& state_document,
                                const StateMap& map, const workflow::Workflow& before,
                                const workflow::Workflow& after) {
  std::vector<std::string> lost;
  core::Case moved;
  moved.municipality = value.municipality;
  moved.id = value.id;
  moved.service = value.service;
  moved.context = value.context;
  moved.decided_at = value.decided_at;
  if (auto read = core::read_state_document(moved_document(state_document, map), after, moved);
      !read) {
    return {"its states are no legal states of the new release: " + read.error()};
  }
  for (const auto& [name, event] : before.events) {
    if (!before.chart.handles(value.configuration, name)) continue;
    if (!after.events.contains(name) || !after.chart.handles(moved.configuration, name)) {
      lost.push_back(fmt::format("it awaits `{}`, which it would no longer take", name));
    }
  }
  find_lost_timers(value, map, after, lost);
  for (const core::OpenCall& call : value.calls) {
    const std::string state = mapped(map, call.state);
    if (asks_the_same(before, after, call, state)) continue;
    lost.push_back(fmt::format("the answer to its call `{}` would find nobody in state `{}`",
                               call.invoke, state));
  }
  for (const auto& [name, clock] : value.clocks) {
    if (clock.running() && !after.clocks.contains(name)) {
      lost.push_back(fmt::format("its legal clock `{}` runs, and the new release has none", name));
    }
  }
  static const calendar::Calendar calendar;
  if (const auto status = core::status_of(after, moved, calendar); !status) {
    lost.push_back("what it would show cannot be computed: " + status.error());
  } else if (value.status->is_object() && status->is_null()) {
    lost.push_back("it shows a status, and would show none");
  }
  return lost;
}

Result<MigrationReport, Problems> dry_run(const fs::path& cases, const StateMap& map,
                                          const workflow::Workflow& before,
                                          const workflow::Workflow& after) {
  MigrationReport report;
  Problems problems;
  std::ifstream stream(cases);
  if (!stream) {
    problems.push_back({{cases.string(), 0, 0}, "the file cannot be read", "", "unreadable",
                        Severity::error});
  }
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto wrong = [&](const std::string& what) {
      problems.push_back({{cases.string(), number, 1}, what,
                          "expected a case as `workflow simulate --cases` writes it", "bad-case",
                          Severity::error});
    };
    if (line.size() > max_case_bytes || report.cases >= max_cases) {
      wrong(fmt::format("more than {} cases, or a line of more than {} bytes", max_cases,
                        max_case_bytes));
      break;
    }
    const Json row = Json::parse(line, nullptr, false);
    if (!row.is_object() || !row.contains("state") || !row["state"].is_object()) {
      wrong("the line is no case");
      continue;
    }
    if (row.value("service", "") != before.service || row.value("release", "") != before.release ||
        row.value("municipality", "") != before.municipality.ehak.str() ||
        !row.value("open", true)) {
      ++report.skipped;
      continue;
    }
    core::Case value;
    value.municipality = before.municipality.ehak;
    value.service = before.service;
    value.context = row.value("context", Json::object());
    value.status = row.value("status", Json{});
    if (auto read = core::read_state_document(row["state"], before, value); !read) {
      wrong(read.error());
      continue;
    }
    ++report.cases;
    auto lost = losses(value, row["state"], map, before, after);
    if (!lost.empty()) report.stuck.push_back({row.value("case", "?"), std::move(lost)});
  }
  if (!problems.empty()) return failure(std::move(problems));
  return report;
}

void print_migration(const MigrationReport& report, std::size_t most, std::ostream& out) {
  for (std::size_t i = 0; i < report.stuck.size(); ++i) {
    if (i < most) out << "case " << report.stuck[i].id << '\n';
    for (const std::string& loss : report.stuck[i].losses) {
      if (i < most) out << "    " << loss << '\n';
    }
  }
  if (report.stuck.size() > most) {
    out << fmt::format("… and {} more\n", report.stuck.size() - most);
  }
  out << fmt::format("{} cases: {} can be moved, {} cannot; {} of other releases or closed\n",
                     report.cases, report.cases - report.stuck.size(), report.stuck.size(),
                     report.skipped);
}

Json migration_json(const MigrationReport& report, std::size_t most) {
  Json list = Json::array();
  for (std::size_t i = 0; i < report.stuck.size() && i < most; ++i) {
    list.push_back({{"case", report.stuck[i].id}, {"losses", report.stuck[i].losses}});
  }
  return {{"cases", report.cases},
          {"movable", report.cases - report.stuck.size()},
          {"stuck", report.stuck.size()},
          {"skipped", report.skipped},
          {"list", list}};
}

}  // namespace elukaar::simulate
