#include "simulate/population/behaviour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "documents/reader.hpp"
#include "simulate/world/moment.hpp"
#include "workflow/load/expressions.hpp"

namespace elukaar::simulate {
namespace fs = std::filesystem;
using cel::Type;
using documents::Node;

namespace {

constexpr std::size_t max_name = 30;
constexpr std::string_view number_hint =
    "write a whole number, `1 to 12`, or an expression of a whole number";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// As expressions select it.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= max_name && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// "1 to 12"
std::optional<std::pair<int, int>> parse_range(std::string_view text) {
  int least = 0, most = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, least);
  constexpr std::string_view between = " to ";
  if (first.ec != std::errc{} || !std::string_view(first.ptr, end).starts_with(between)) return {};
  const auto second = std::from_chars(first.ptr + between.size(), end, most);
  if (second.ec != std::errc{} || second.ptr != end) return {};
  return std::pair{least, most};
}

// One file. What its expressions may read grows from part to part.
class BehaviourReader {
 public:
  explicit BehaviourReader(Problems& problems) : reader_(problems), expressions_(reader_) {}

  Behaviour read(const Node& root) {
    if (!reader_.expect(root, Node::Kind::mapping, "a behaviour")) return {};
    reader_.known_keys(
        root, "a behaviour",
        {"language", "persons", "family", "begins", "reactions", "answers", "report"});
    read_language(root);
    variables_.variables["draw"] = Type::map(Type::string(), Type::floating());
    variables_.variables["parameters"] = Type::dyn();
    variables_.variables["run"] = Type::object("`run`", {{"from", Type::date(), true},
                                                         {"days", Type::integer(), true},
                                                         {"municipality", Type::string(), true},
                                                         {"recorded", Type::boolean(), true}});
    read_persons(root);
    read_facts(root);
    variables_.variables["now"] = Type::timestamp();
    read_begins(root);
    variables_.variables["context"] = Type::dyn();
    read_answers(root);
    read_reactions(root);
    read_report(root);
    return std::move(behaviour_);
  }

 private:
  void read_language(const Node& root) {
    const Node* language = root.find("language");
    if (language != nullptr && language->is(Node::Kind::integer) && language->integer == 1) return;
    reader_.error(language != nullptr ? language->where : root.where, "missing-key",
                  "expected the version of the language", "write `language: 1`");
  }

  // A part that must be there and be of this kind; null where it is not, which is told.
  const Node* part(const Node& of, std::string_view key, Node::Kind kind, std::string_view hint) {
    const Node* found = of.find(key);
    if (found == nullptr) {
      reader_.error(of.where, "missing-key", fmt::format("`{}` is missing", key),
                    std::string{hint});
      return nullptr;
    }
    return reader_.expect(*found, kind, fmt::format("`{}`", key)) ? found : nullptr;
  }

  void limit(const Node& node, std::size_t count, std::size_t most, std::string_view what) {
    if (count <= most) return;
    reader_.error(node.where, "too-many",
                  fmt::format("expected at most {} {}, found {}", most, what, count));
  }

  bool named(std::string_view name, SourcePosition where) {
    const bool taken = std::any_of(known_.begin(), known_.end(),
                                   [&](const Type::Field& field) { return field.name == name; });
    if (is_name(name) && !taken) return true;
    reader_.error(
        std::move(where), "bad-name",
        taken ? fmt::format("`{}` is there already", name)
              : fmt::format("expected a name of at most {} letters and digits, found `{}`",
                            max_name, name),
        taken ? "give each person and fact a name of its own" : "write it like `movesOn`");
    return false;
  }

  void know(std::string name, Type type) {
    known_.push_back({std::move(name), std::move(type), true});
    variables_.variables["family"] = Type::object("`family`", known_);
  }

  void read_persons(const Node& root) {
    static constexpr std::string_view hint =
        "name the persons of a family, first the one whom a case is about: `persons: [mother]`";
    const Node* persons = part(root, "persons", Node::Kind::sequence, hint);
    if (persons == nullptr) return;
    if (persons->items.empty())
      reader_.error(persons->where, "missing-key", "`persons` is empty", std::string{hint});
    limit(*persons, persons->items.size(), max_persons, "persons");
    for (const Node& person : persons->items) {
      if (!reader_.expect(person, Node::Kind::text, "a person's name") ||
          !named(person.text, person.where)) {
        continue;
      }
      behaviour_.persons.push_back(person.text);
      know(person.text, Type::string());
    }
  }

  void read_facts(const Node& root) {
    const Node* family = root.find("family");
    if (family == nullptr || !reader_.expect(*family, Node::Kind::mapping, "`family`")) return;
    limit(*family, family->entries.size(), max_facts, "facts");
    for (const Node::Entry& entry : family->entries) {
      if (!named(entry.key, entry.where)) continue;
      Formula fact = formula(entry.value, std::nullopt, fmt::format("the fact `{}`", entry.key));
      know(entry.key, workflow::Expressions::type_of(fact.value));
      behaviour_.facts.emplace_back(entry.key, std::move(fact));
    }
  }

  void read_begins(const Node& root) {
    const Node* begins =
        part(root, "begins", Node::Kind::mapping,
             "say which event a family begins with: `begins: { birth: { event: … } }`");
    if (begins == nullptr) return;
    behaviour_.begins = happenings(*begins);
    for (const Happening& each : behaviour_.begins) {
      if (each.kind != Happening::Kind::action && each.page.empty()) continue;
      reader_.error(each.where, "bad-happening",
                    fmt::format("`{}`: nobody has a page yet on which to act", each.name),
                    "move it to `reactions`");
    }
  }

  void read_reactions(const Node& root) {
    const Node* reactions = root.find("reactions");
    if (reactions == nullptr) return;
    if (reader_.expect(*reactions, Node::Kind::mapping, "`reactions`")) {
      behaviour_.reactions = happenings(*reactions);
    }
  }

  std::vector<Happening> happenings(const Node& node) {
    std::vector<Happening> made;
    limit(node, node.entries.size(), max_happenings, "things that happen");
    for (const Node::Entry& entry : node.entries) {
      const std::string what = fmt::format("`{}`", entry.key);
      if (!reader_.expect(entry.value, Node::Kind::mapping, what)) continue;
      reader_.known_keys(entry.value, what,
                         {"event", "action", "page", "when", "occasion", "on", "after", "if", "every", "id",
                          "by", "reason", "data", "form"});
      made.push_back(happening(entry, what));
    }
    return made;
  }

  Happening happening(const Node::Entry& entry, const std::string& what) {
    const Node& node = entry.value;
    Happening made;
    made.name = entry.key;
    made.where = entry.where;
    const Node* event = node.find("event");
    const Node* action = node.find("action");
    if ((event == nullptr) == (action == nullptr)) {
      reader_.error(entry.where, "bad-happening",
                    fmt::format("expected {} to be one thing: an event or an action", what),
                    "write `event: …`, or in a reaction `action: …`");
      return made;
    }
    made.kind = event != nullptr ? Happening::Kind::event : Happening::Kind::action;
    made.what = reader_.text(node, event != nullptr ? "event" : "action");
    const auto only_for = [&](Happening::Kind kind, std::initializer_list<std::string_view> keys,
                              std::string_view whose) {
      for (const std::string_view key : keys) {
        const Node::Entry* found = made.kind == kind ? nullptr : node.entry(key);
        if (found == nullptr) continue;
        reader_.error(found->where, "bad-happening", fmt::format("`{}` belongs to {}", key, whose));
      }
    };
    only_for(Happening::Kind::event, {"id", "data"}, "an event");
    only_for(Happening::Kind::action, {"by", "reason", "form"}, "an action");
    if (node.find("page") != nullptr) made.page = reader_.text(node, "page");
    made.when = member(node, "when", Type::boolean());
    made.on = member(node, "on", Type::date());
    if (made.on) variables_.variables["day"] = Type::date();
    made.occasion = member(node, "occasion", std::nullopt);
    made.condition = member(node, "if", Type::boolean());
    read_delay(node, made);
    read_every(node, made);
    made.id = member(node, "id", Type::string());
    made.by = member(node, "by", Type::string());
    made.reason = member(node, "reason", Type::string());
    if (made.kind == Happening::Kind::action && !made.by) {
      reader_.error(entry.where, "missing-key", fmt::format("{} lacks `by`", what),
                    "say who acts: `by: \"{{ family.mother }}\"`");
    }
    variables_.variables["id"] = Type::string();
    made.data.value = workflow::Template{Json::object(), {}};
    const std::string_view data = made.kind == Happening::Kind::event ? "data" : "form";
    if (const Node* given = node.find(data)) {
      if (reader_.expect(*given, Node::Kind::mapping, fmt::format("`{}`", data))) {
        made.data = formula(*given, std::nullopt, fmt::format("`{}`", data));
      }
    }
    variables_.variables.erase("id");
    variables_.variables.erase("day");
    return made;
  }

  void read_delay(const Node& node, Happening& into) {
    const Node* after = node.find("after");
    if (after == nullptr || !reader_.expect(*after, Node::Kind::mapping, "`after`")) return;
    reader_.known_keys(*after, "`after`", {"days", "hours", "minutes"});
    into.days = quantity(*after, "days");
    into.hours = quantity(*after, "hours");
    into.minutes = quantity(*after, "minutes");
  }

  Quantity quantity(const Node& of, std::string_view key) {
    Quantity number;
    const Node* node = of.find(key);
    if (node == nullptr) return number;
    if (node->is(Node::Kind::text) && workflow::is_expression(node->text)) {
      number.formula = formula(*node, Type::integer(), fmt::format("`{}`", key));
      return number;
    }
    std::optional<std::pair<int, int>> range;
    if (node->is(Node::Kind::text)) range = parse_range(node->text);
    if (node->is(Node::Kind::integer) && node->integer >= 0 && node->integer <= max_delay) {
      range = {static_cast<int>(node->integer), static_cast<int>(node->integer)};
    }
    if (!range || range->first < 0 || range->second > max_delay || range->first > range->second) {
      reader_.error(node->where, "bad-number",
                    fmt::format("`{}`: expected a number or a range from 0 to {}, found {}", key,
                                max_delay, node->describe()),
                    std::string{number_hint});
      return number;
    }
    number.least = range->first;
    number.most = range->second;
    return number;
  }

  void read_every(const Node& node, Happening& into) {
    const Node* every = node.find("every");
    if (every == nullptr) return;
    into.every = every->is(Node::Kind::text) ? parse_stretch(every->text) : std::nullopt;
    const bool whole_days = into.every && into.every->time.count() == 0 &&
                            (into.every->days > 0 || into.every->months > 0) &&
                            into.every->days >= 0 && into.every->months >= 0;
    if (!whole_days) {
      reader_.error(every->where, "bad-stretch",
                    fmt::format("`every`: expected at least a day, found {}", every->describe()),
                    "write `1 year` or `P30D`");
    } else if (!into.on || !into.condition) {
      reader_.error(every->where, "bad-happening",
                    "`every` asks `if` again some time after the day `on`: expected both beside it",
                    "add `on` and `if`, or remove `every`");
    }
  }

  void read_answers(const Node& root) {
    const Node* answers = root.find("answers");
    if (answers == nullptr || !reader_.expect(*answers, Node::Kind::mapping, "`answers`")) return;
    variables_.variables["call"] =
        Type::object("`call`", {{"input", Type::dyn(), true}, {"number", Type::integer(), true}});
    for (const Node::Entry& entry : answers->entries) {
      if (entry.key.find('.') == std::string::npos) {
        reader_.error(entry.where, "bad-register",
                      fmt::format("expected a register and its question, found `{}`", entry.key),
                      "write `population-register.family`");
      }
      if (!reader_.expect(entry.value, Node::Kind::mapping,
                          fmt::format("the answer of `{}`", entry.key)))
        continue;
      behaviour_.answers[entry.key] =
          formula(entry.value, std::nullopt, fmt::format("the answer of `{}`", entry.key));
    }
    variables_.variables.erase("call");
  }

  void read_report(const Node& root) {
    const Node* report = root.find("report");
    if (report == nullptr || !reader_.expect(*report, Node::Kind::mapping, "`report`")) return;
    reader_.known_keys(*report, "`report`", {"age", "wait"});
    Measures& into = behaviour_.measures;
    const Node* age = report->find("age");
    if (age != nullptr && reader_.expect(*age, Node::Kind::mapping, "`age`")) {
      reader_.known_keys(*age, "`age`", {"since", "title"});
      into.age_from = reader_.required_text(*age, "since", "`age`");
      into.age_title = reader_.required_text(*age, "title", "`age`");
      check_date(*age, into.age_from);
    }
    const Node* wait = report->find("wait");
    if (wait != nullptr && reader_.expect(*wait, Node::Kind::mapping, "`wait`")) {
      reader_.known_keys(*wait, "`wait`", {"from", "to", "title"});
      into.wait_from = reader_.required_text(*wait, "from", "`wait`");
      into.wait_to = reader_.required_text(*wait, "to", "`wait`");
      into.wait_title = reader_.required_text(*wait, "title", "`wait`");
    }
  }

  // `since` names a fact that is a date.
  void check_date(const Node& age, const std::string& fact) {
    if (fact.empty()) return;
    std::vector<std::string> dates;
    for (const Type::Field& field : known_) {
      if (field.type.is(Type::Kind::date)) dates.push_back(field.name);
    }
    if (std::find(dates.begin(), dates.end(), fact) != dates.end()) return;
    reader_.error(
        age.find("since")->where, "unknown-fact",
        fmt::format("expected a fact that is a date, found `{}`", fact),
        dates.empty() ? "no fact of `family` is one" : documents::suggestion(fact, dates));
  }

  std::optional<Formula> member(const Node& node, std::string_view key, std::optional<Type> type) {
    const Node* found = node.find(key);
    if (found == nullptr) return std::nullopt;
    return formula(*found, std::move(type), fmt::format("`{}`", key));
  }

  Formula formula(const Node& node, std::optional<Type> type, std::string_view what) {
    Formula made{expressions_.value(node, variables_, std::move(type), what), {}};
    static constexpr std::string_view prefix = "draw.";
    std::set<std::string> draws;
    for (const auto& slot : made.value.slots()) {
      for (const cel::Mention& mention : slot.program.mentions()) {
        if (mention.name.starts_with(prefix)) draws.insert(mention.name.substr(prefix.size()));
        if (mention.name != "draw") continue;
        reader_.error(mention.where, "bad-name", "`draw` by itself is no number",
                      "name what is drawn: `draw.patience`");
      }
    }
    made.draws.assign(draws.begin(), draws.end());
    return made;
  }

  documents::Reader reader_;
  workflow::Expressions expressions_;
  cel::Environment variables_;  // what an expression may read at this place of the file
  std::vector<Type::Field> known_;  // of a family so far
  Behaviour behaviour_;
};

}  // namespace

Result<Behaviour, Problems> read_behaviour(const fs::path& file) {
  const auto root = documents::read_yaml_file(file, file.string());
  if (!root) return failure(root.error());
  Problems problems;
  Behaviour behaviour = BehaviourReader(problems).read(*root);
  if (has_errors(problems)) return failure(std::move(problems));
  return behaviour;
}

Problems unmatched(const Behaviour& behaviour, const workflow::Workflow& workflow,
                   const fs::path& file) {
  Problems problems;
  std::set<std::string> missing;
  for (const workflow::StateRule& state : workflow.states) {
    for (const workflow::Invoke& invoke : state.invokes) {
      missing.insert(invoke.role + "." + invoke.operation);
    }
  }
  for (const auto& [operation, answer] : behaviour.answers) missing.erase(operation);
  for (const std::string& operation : missing) {
    problems.push_back({{file.string(), 1, 1},
                        fmt::format("nobody answers `{}`, which {}@{} asks", operation,
                                    workflow.service, workflow.release),
                        fmt::format("add it to `answers`: `{}: {{ … }}`", operation),
                        "bad-register",
                        Severity::error});
  }
  std::vector<std::string> events, actions, texts;
  for (const auto& [name, rule] : workflow.events) events.push_back(name);
  for (const auto& [name, rule] : workflow.person_actions) actions.push_back(name);
  for (const workflow::StateRule& state : workflow.states) {
    if (state.status) texts.push_back(state.status->text);
  }
  for (const auto* list : {&behaviour.begins, &behaviour.reactions}) {
    for (const Happening& each : *list) {
      if (!each.page.empty() && std::find(texts.begin(), texts.end(), each.page) == texts.end()) {
        problems.push_back(
            {each.where,
             fmt::format("`{}` does not happen: no page of {}@{} shows `{}`", each.name,
                         workflow.service, workflow.release, each.page),
             documents::suggestion(each.page, texts), "not-of-this-release", Severity::warning});
      }
      const bool event = each.kind == Happening::Kind::event;
      const auto& known = event ? events : actions;
      if (std::find(known.begin(), known.end(), each.what) != known.end()) continue;
      problems.push_back(
          {each.where,
           fmt::format("`{}` does not happen: {}@{} has no {} `{}`", each.name, workflow.service,
                       workflow.release, event ? "event" : "action", each.what),
           documents::suggestion(each.what, known), "not-of-this-release", Severity::warning});
    }
  }
  return problems;
}

}  // namespace elukaar::simulate
