#include "simulate/scenario/scenario.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "simulate/world/moment.hpp"

namespace elukaar::simulate {
namespace fs = std::filesystem;
using documents::Node;
using documents::Reader;

namespace {

constexpr std::size_t max_name = 20;
constexpr std::string_view moment_hint = "write `2026-05-04` or `2026-05-04 09:30` (Tallinn time)";
constexpr std::string_view stretch_hint = "write `14 days`, `3 hours` or `P14D`";

class ScenarioReader {
 public:
  explicit ScenarioReader(Problems& problems) : reader_(problems) {}

  Scenario read(const Node& root, const fs::path& file) {
    Scenario scenario;
    scenario.file = file;
    if (!reader_.expect(root, Node::Kind::mapping, "a scenario")) return scenario;
    reader_.known_keys(root, "a scenario",
                       {"scenario", "about", "service", "municipality", "given", "steps"});
    scenario.title = reader_.required_text(root, "scenario", "the file");
    scenario.service = reader_.text(root, "service");
    reader_.text(root, "about");
    for (const Node* name : reader_.texts(root, "municipality")) {
      scenario.municipalities.push_back(name->text);
    }
    if (const Node* given = root.find("given")) {
      read_given(*given, scenario);
    } else {
      reader_.error(root.where, "missing-key", "the scenario lacks `given`",
                    "add `given: { today: 2026-05-04, … }`");
    }
    const Node* steps = root.find("steps");
    if (steps == nullptr) {
      reader_.error(root.where, "missing-key", "the scenario lacks `steps`", "add `steps:` and a list");
    } else if (reader_.expect(*steps, Node::Kind::sequence, "`steps`")) {
      if (steps->items.empty()) {
        reader_.error(steps->where, "bad-step", "the scenario has no step");
      }
      if (steps->items.size() > max_steps) {
        reader_.error(steps->where, "too-many-steps",
                      fmt::format("expected at most {} steps, found {}", max_steps,
                                  steps->items.size()));
      }
      for (const Node& step : steps->items) scenario.steps.push_back(read_step(step));
    }
    return scenario;
  }

 private:
  void read_given(const Node& given, Scenario& into) {
    if (!reader_.expect(given, Node::Kind::mapping, "`given`")) return;
    reader_.known_keys(given, "`given`", {"today", "persons", "settings", "registers"});
    if (const Node* today = given.find("today")) {
      into.start = moment(*today).value_or(Timestamp{});
    } else {
      reader_.error(given.where, "missing-key", "`given` lacks `today`", "add `today: 2026-05-04`");
    }
    for (const Node* person : reader_.texts(given, "persons")) {
      // The name is the readable part of a pseudonym, whose letters are those of base 32.
      const bool fits = !person->text.empty() && person->text.size() <= max_name &&
                        std::all_of(person->text.begin(), person->text.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
                        });
      if (!fits) {
        reader_.error(person->where, "bad-name",
                      fmt::format("a person's name: expected small letters a to z, found `{}`",
                                  person->text),
                      "call persons `child`, `mother`, `father`, `official`");
      }
      into.persons.push_back(person->text);
    }
    if (const Node* settings = given.find("settings")) {
      if (reader_.expect(*settings, Node::Kind::mapping, "`settings`")) into.settings = *settings;
    }
    if (const Node* registers = given.find("registers")) {
      into.registers = read_registers(*registers);
    }
  }

  std::map<std::string, SystemRule> read_registers(const Node& node) {
    std::map<std::string, SystemRule> rules;
    if (!reader_.expect(node, Node::Kind::mapping, "`registers`")) return rules;
    for (const Node::Entry& entry : node.entries) {
      if (entry.key.find('.') == std::string::npos) {
        reader_.error(entry.where, "bad-register",
                      fmt::format("expected a register and its question, found `{}`", entry.key),
                      "write `population-register.family`");
      }
      rules[entry.key] = read_rule(entry.value, entry.key,
                                   {"answers", "refuses", "invalid", "silent", "unavailable", "takes"});
      rules[entry.key].where = entry.where;
    }
    return rules;
  }

  SystemRule read_rule(const Node& node, const std::string& name,
                       std::initializer_list<std::string_view> keys) {
    SystemRule rule;
    rule.where = node.where;
    if (!reader_.expect(node, Node::Kind::mapping, fmt::format("what `{}` says", name))) return rule;
    reader_.known_keys(node, fmt::format("what `{}` says", name), keys);
    int said = 0;
    const auto takes_result = [&](std::string_view key, Reply::Kind kind) {
      const Node* result = node.find(key);
      if (result == nullptr) return;
      ++said;
      rule.kind = kind;
      if (reader_.expect(*result, Node::Kind::mapping, fmt::format("`{}`", key))) {
        rule.result = *result;
      }
    };
    takes_result("answers", Reply::Kind::answer);
    takes_result("refuses", Reply::Kind::refusal);
    takes_result("invalid", Reply::Kind::invalid);
    if (reader_.flag(node, "silent", false)) {
      ++said;
      rule.kind = Reply::Kind::silence;
    }
    if (const Node* away = node.find("unavailable")) {
      if (away->is(Node::Kind::text) && away->text == "for good") {
        rule.unavailable = default_patience;
        ++said;
      } else if (const auto time = stretch(*away)) {
        rule.unavailable = exact(*time);
      }
    }
    if (const Node* takes = node.find("takes")) {
      if (const auto time = stretch(*takes)) rule.takes = exact(*time);
    }
    if (said != 1) {
      reader_.error(node.where, "bad-register",
                    fmt::format("expected one thing that `{}` says, found {}", name, said),
                    "write `answers: {…}`, `refuses: {…}`, `silent: yes` or `unavailable: for good`");
    }
    return rule;
  }

  static std::chrono::seconds exact(const calendar::Period& period) {
    return period.time + std::chrono::days{period.days + 30 * period.months};
  }

  ScenarioStep read_step(const Node& node) {
    ScenarioStep step;
    step.where = node.where;
    if (!reader_.expect(node, Node::Kind::mapping, "a step")) return step;
    reader_.known_keys(node, "a step",
                       {"at", "after", "advance", "event", "action", "answer", "by", "id", "as",
                        "subject", "version", "reason", "happened", "data", "form", "registers",
                        "answers", "refuses", "invalid", "expect"});
    read_time(node, step);
    read_act(node, step);
    only_for(node, step, ScenarioStep::Kind::event, {"id", "happened", "data"}, "an event");
    only_for(node, step, ScenarioStep::Kind::action, {"by", "as", "subject", "version", "reason", "form"}, "an action");
    only_for(node, step, ScenarioStep::Kind::answer, {"answers", "refuses", "invalid"}, "an answer");
    if (const Node* registers = node.find("registers")) {
      step.registers = read_registers(*registers);
    }
    if (const Node* expect = node.find("expect")) {
      if (reader_.expect(*expect, Node::Kind::mapping, "`expect`")) check_expect(*expect);
      step.expect = *expect;
    }
    return step;
  }

  void read_time(const Node& node, ScenarioStep& step) {
    int said = 0;
    for (const std::string_view key : {"at", "after", "advance"}) {
      const Node* time = node.find(key);
      if (time == nullptr) continue;
      ++said;
      if (key == "at") {
        step.at = moment(*time);
      } else {
        step.after = stretch(*time);
      }
    }
    if (said > 1) {
      reader_.error(node.where, "bad-step", "a step says its time once: `at` or `after`");
    }
  }

  void read_act(const Node& node, ScenarioStep& step) {
    int said = 0;
    const auto act = [&](std::string_view key, ScenarioStep::Kind kind) {
      const Node::Entry* entry = node.entry(key);
      if (entry == nullptr) return;
      ++said;
      step.kind = kind;
      step.name = reader_.text(node, key);
      step.name_where = entry->value.where;
    };
    act("event", ScenarioStep::Kind::event);
    act("action", ScenarioStep::Kind::action);
    act("answer", ScenarioStep::Kind::answer);
    if (said > 1) {
      reader_.error(node.where, "bad-step",
                    "a step is one thing that happens: an `event`, an `action` or an `answer`",
                    "make two steps of it");
    }
    if (said == 0 && !step.at && !step.after && node.find("registers") == nullptr &&
        node.find("expect") == nullptr) {
      reader_.error(node.where, "bad-step", "nothing happens in this step",
                    "add `after: 14 days`, `event: …`, `action: …` or `answer: …`");
    }
    step.by = reader_.text(node, "by");
    step.id = reader_.text(node, "id");
    step.as = reader_.text(node, "as");
    step.reason = reader_.text(node, "reason");
    if (node.find("subject") != nullptr) step.subject = reader_.text(node, "subject");
    if (const Node* version = node.find("version")) {
      if (reader_.expect(*version, Node::Kind::integer, "`version`")) step.version = version->integer;
    }
    if (const Node* happened = node.find("happened")) step.happened = moment(*happened);
    if (const Node* data = node.find("data")) {
      if (reader_.expect(*data, Node::Kind::mapping, "`data`")) step.data = *data;
    }
    if (const Node* form = node.find("form")) {
      if (reader_.expect(*form, Node::Kind::mapping, "`form`")) step.data = *form;
    }
    if (step.kind == ScenarioStep::Kind::action && step.by.empty()) {
      reader_.error(node.where, "missing-key", "an action lacks `by`", "say who acts: `by: mother`");
    }
    if (step.kind == ScenarioStep::Kind::answer) {
      Node said_here;
      said_here.kind = Node::Kind::mapping;
      said_here.where = node.where;
      for (const Node::Entry& entry : node.entries) {
        if (entry.key == "answers" || entry.key == "refuses" || entry.key == "invalid") {
          said_here.entries.push_back(entry);
        }
      }
      step.registers[step.name] = read_rule(said_here, step.name, {"answers", "refuses", "invalid"});
      step.registers[step.name].takes = std::chrono::seconds{0};
    }
  }

  void only_for(const Node& node, const ScenarioStep& step, ScenarioStep::Kind kind,
                std::initializer_list<std::string_view> keys, std::string_view what) {
    if (step.kind == kind) return;
    for (const std::string_view key : keys) {
      if (const Node::Entry* entry = node.entry(key)) {
        reader_.error(entry->where, "bad-step", fmt::format("`{}` belongs to {}", key, what));
      }
    }
  }

  void check_expect(const Node& expect) {
    reader_.known_keys(expect, "`expect`",
                       {"status", "turn", "by", "push", "actions", "visibleTo", "args", "final",
                        "delayed", "clock", "told", "calls", "timers", "state", "context", "parties",
                        "refused", "parked", "deferred", "reads", "cases", "incident"});
    if (const Node* reads = expect.find("reads")) {
      const std::vector<Node> one{*reads};
      for (const Node& each : reads->is(Node::Kind::sequence) ? reads->items : one) {
        if (!reader_.expect(each, Node::Kind::mapping, "`reads`")) continue;
        reader_.known_keys(each, "`reads`",
                           {"person", "language", "headline", "body", "next", "delayed"});
        reader_.required_text(each, "person", "`reads`");
        if (const Node* language = each.find("language")) {
          reader_.word(*language, "`language`", {"et", "en", "ru"});
        }
      }
    }
  }

  std::optional<Timestamp> moment(const Node& node) {
    const auto time = node.is(Node::Kind::text) ? parse_moment(node.text) : std::nullopt;
    if (!time) {
      reader_.error(node.where, "bad-moment",
                    fmt::format("expected a day or a moment, found {}", node.describe()),
                    std::string{moment_hint});
    }
    return time;
  }

  std::optional<calendar::Period> stretch(const Node& node) {
    const auto time = node.is(Node::Kind::text) ? parse_stretch(node.text) : std::nullopt;
    if (!time) {
      reader_.error(node.where, "bad-stretch",
                    fmt::format("expected a stretch of time, found {}", node.describe()),
                    std::string{stretch_hint});
    }
    return time;
  }

  Reader reader_;
};

}  // namespace

Result<Scenario, Problems> read_scenario(const fs::path& file) {
  const auto root = documents::read_yaml_file(file, file.string());
  if (!root) return failure(root.error());
  Problems problems;
  Scenario scenario = ScenarioReader(problems).read(*root, file);
  if (has_errors(problems)) return failure(std::move(problems));
  return scenario;
}

bool is_scenario_file(const fs::path& path) {
  return path.extension() == ".yaml" &&
         fs::absolute(path).lexically_normal().parent_path().filename() == "scenarios";
}

std::vector<fs::path> find_scenarios(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file() && is_scenario_file(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace elukaar::simulate
