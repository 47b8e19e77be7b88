#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "workflow/load/compiler.hpp"

// What is named once to be used elsewhere: groups of states, conditions, cards, words of codes.
namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

constexpr std::array<std::string_view, 9> taken_names{"event", "context", "parameters", "systems", "now",
                                                      "true",  "false",   "null",       "in"};

// A condition's name is written in expressions: it must be one word of theirs.
bool is_condition_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= 64 && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }) &&
         std::find(taken_names.begin(), taken_names.end(), text) == taken_names.end();
}

// "`a` → `b` → `a`"
std::string circle(const std::vector<std::string>& way, const std::string& back) {
  std::string text;
  for (auto at = std::find(way.begin(), way.end(), back); at != way.end(); ++at) {
    text += fmt::format("`{}` → ", *at);
  }
  return text + fmt::format("`{}`", back);
}

// Names of all fields, however deep.
void collect_fields(const cel::Type& type, std::set<std::string>& names) {
  if (type.is(cel::Type::Kind::list)) return collect_fields(type.element(), names);
  if (!type.is(cel::Type::Kind::object)) return;
  for (const cel::Type::Field& field : type.fields()) {
    names.insert(field.name);
    collect_fields(field.type, names);
  }
}

void collect_members(const Json& value, std::set<std::string>& names) {
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.items()) {
    names.insert(name);
    collect_members(member, names);
  }
}

}  // namespace

std::vector<std::string> Compiler::context_members() const {
  std::vector<std::string> names;
  if (!context_type_) return names;
  for (const cel::Type::Field& field : context_type_->fields()) names.push_back(field.name);
  return names;
}

// Whether their states exist is told once there is a chart.
void Compiler::read_groups() {
  const documents::Node* groups = source_.find("groups");
  if (groups == nullptr || !reader_.expect(*groups, Kind::mapping, "`groups`")) return;
  for (const documents::Node::Entry& entry : groups->entries) {
    std::vector<std::string>& paths = groups_[entry.key];
    std::vector<Mentioned>& members = draft_.groups[entry.key];
    draft_.group_places[entry.key] = entry.where;
    for (const documents::Node* state : reader_.texts(*groups, entry.key)) {
      paths.push_back(state->text);
      members.push_back({state->text, state->where});
    }
    if (entry.value.is(Kind::sequence) && entry.value.items.empty()) {
      reader_.error(entry.where, "wrong-type", fmt::format("group `{}` names no state", entry.key),
                    "name its states, `[queued, locked]`, or remove it");
    }
  }
}

void Compiler::read_conditions() {
  const documents::Node* conditions = source_.find("conditions");
  if (conditions == nullptr || !reader_.expect(*conditions, Kind::mapping, "`conditions`")) return;
  for (const documents::Node::Entry& entry : conditions->entries) {
    draft_.condition_places[entry.key] = entry.where;
    if (!is_condition_name(entry.key)) {
      reader_.error(entry.where, "bad-name",
                    fmt::format("`{}` cannot be the name of a condition", entry.key),
                    "use one word of letters and digits that means nothing else: `hasApplied`");
    }
    std::vector<std::string> way;
    read_condition(entry, *conditions, way);
  }
}

// After those that it mentions, wherever they stand. `way` led here. One that is wrong is taken for one
// that holds: one problem, not several.
void Compiler::read_condition(const documents::Node::Entry& entry, const documents::Node& all,
                              std::vector<std::string>& way) {
  if (conditions_.contains(entry.key)) return;
  static const auto holds = cel::compile("true", {}, {}, cel::Type::boolean());
  if (std::find(way.begin(), way.end(), entry.key) != way.end()) {
    reader_.error(entry.where, "circular-condition",
                  fmt::format("a condition leads back to itself: {}", circle(way, entry.key)),
                  "write one of them out");
    conditions_.emplace(entry.key, *holds);
    return;
  }
  // Deeper than that is told where it is compiled.
  if (static_cast<int>(way.size()) > cel::max_condition_depth + 1) return;
  way.push_back(entry.key);
  if (entry.value.is(Kind::text) && is_expression(entry.value.text)) {
    for (const std::string& name : cel::names_in(source_in(entry.value.text))) {
      if (const documents::Node::Entry* other = all.entry(name)) read_condition(*other, all, way);
    }
  }
  way.pop_back();
  if (conditions_.contains(entry.key)) return;
  auto program = expressions_.program(entry.value, case_environment(), cel::Type::boolean(),
                                      fmt::format("condition `{}`", entry.key));
  conditions_.emplace(entry.key, program ? std::move(*program) : *holds);
}

void Compiler::read_cards() {
  const documents::Node* cards = source_.find("cards");
  if (cards == nullptr || !reader_.expect(*cards, Kind::mapping, "`cards`")) return;
  for (const documents::Node::Entry& entry : cards->entries) read_card(entry, *cards);
}

void Compiler::read_card(const documents::Node::Entry& entry, const documents::Node& all) {
  const cel::Type::Field* member = context_type_ ? context_type_->field(entry.key) : nullptr;
  if (member == nullptr || !member->type.is(cel::Type::Kind::object) ||
      member->type.field("id") == nullptr) {
    reader_.error(entry.where, "unknown-field",
                  fmt::format("card `{}`: `schemas.context` declares no such object with an `id`",
                              entry.key),
                  documents::suggestion(entry.key, context_members()));
    return;
  }
  Card card{entry.key, {}};
  for (const documents::Node* field : reader_.texts(all, entry.key)) {
    card.fields.push_back(field->text);
    if (member->type.field(field->text) != nullptr || member->type.open()) continue;
    std::vector<std::string> known;
    for (const cel::Type::Field& each : member->type.fields()) known.push_back(each.name);
    reader_.error(field->where, "unknown-field",
                  fmt::format("card `{0}`: `context.{0}` has no field `{1}`", entry.key, field->text),
                  documents::suggestion(field->text, known));
  }
  draft_.card_places[entry.key] = entry.where;
  draft_.cards.emplace(entry.key, std::move(card));
}

void Compiler::read_codes() {
  const documents::Node* codes = source_.find("codes");
  if (codes == nullptr || !reader_.expect(*codes, Kind::mapping, "`codes`")) return;
  if (context_type_) collect_fields(*context_type_, draft_.coded);
  for (const auto& [path, state] : draft_.states) {
    for (const Invoke& invoke : state.rule.invokes) collect_members(invoke.input.literal(), draft_.coded);
  }
  for (const documents::Node::Entry& entry : codes->entries) {
    const std::string what = fmt::format("code `{}`", entry.key);
    if (!reader_.expect(entry.value, Kind::mapping, what)) continue;
    reader_.known_keys(entry.value, what, {"label", "effect"});
    const bool effect = entry.value.find("effect") != nullptr;
    if (effect == (entry.value.find("label") != nullptr)) {
      reader_.error(entry.where, "missing-key",
                    fmt::format("{} says either `label` or `effect`: by which words it is told", what),
                    "name the setting that has them: `{ label: kindergartens }`");
      continue;
    }
    CodeWords words{effect ? "effect" : "label", {}};
    for (const documents::Node* list : reader_.texts(entry.value, words.which)) {
      words.lists.push_back(list->text);
      draft_.used_parameters.insert(list->text);
      const auto has_words = [&](const std::string& type) {
        return type == "reasons" || (!effect && (type == "choices" || type == "places"));
      };
      std::vector<std::string> known;
      for (const auto& [name, type] : parameters_.kinds) {
        if (has_words(type)) known.push_back(name);
      }
      if (std::find(known.begin(), known.end(), list->text) != known.end()) continue;
      reader_.error(list->where, "unknown-parameter",
                    fmt::format("{} is told by `{}`, which is no list with such words", what, list->text),
                    documents::suggestion(list->text, known));
    }
    draft_.code_places[entry.key] = entry.where;
    draft_.codes.emplace(entry.key, std::move(words));
  }
}

}  // namespace elukaar::workflow
