#include "workflow/load/parameters.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "calendar/calendar.hpp"
#include "calendar/term.hpp"

namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

// One declaration beside the value being checked.
struct Check {
  const std::string& name;
  const documents::Node& declaration;
  const documents::Node& value;
  documents::Reader& reader;

  bool fail(const documents::Node& at, std::string what, std::string hint = {}) const {
    reader.error(at.where, "bad-parameter", fmt::format("parameter `{}`: {}", name, what),
                 std::move(hint));
    return false;
  }
  bool is(const documents::Node& at, Kind kind, std::string_view expected) const {
    return at.is(kind) || fail(at, fmt::format("expected {}, found {}", expected, at.describe()));
  }
};

bool check_term(const Check& check) {
  if (!check.is(check.value, Kind::text, "a term such as `14 days`")) return false;
  const auto term = calendar::Term::parse(check.value.text);
  if (!term) return check.fail(check.value, term.error().what, term.error().hint);
  const documents::Node* limit = check.declaration.find("notAbove");
  if (limit == nullptr || !limit->is(Kind::text)) return true;
  const auto most = calendar::Term::parse(limit->text);
  if (!most) return check.fail(*limit, most.error().what, most.error().hint);
  // Two terms compare by where they end when they start on one day; a year without odd holidays.
  const Date start{std::chrono::year{2026} / 1 / 12};
  const calendar::Calendar calendar;
  if (calendar.term_end(start, *term) <= calendar.term_end(start, *most)) return true;
  return check.fail(check.value,
                    fmt::format("`{}` is more than the `{}` that the law or the service allows",
                                check.value.text, limit->text),
                    "shorten it");
}

bool check_period(const Check& check) {
  if (!check.is(check.value, Kind::text, "a period such as P15M or P30D")) return false;
  const auto period = calendar::Period::parse(check.value.text);
  return period || check.fail(check.value, period.error().what, period.error().hint);
}

bool check_date(const Check& check) {
  if (!check.is(check.value, Kind::text, "a date such as 2026-09-01")) return false;
  return parse_iso_date(check.value.text) ||
         check.fail(check.value,
                    fmt::format("expected a date such as 2026-09-01, found `{}`", check.value.text));
}

std::vector<std::string> allowed_values(const documents::Node& declaration) {
  std::vector<std::string> values;
  if (const documents::Node* list = declaration.find("values")) {
    for (const documents::Node& item : list->items) values.push_back(item.text);
  }
  return values;
}

bool check_enum(const Check& check) {
  if (!check.is(check.value, Kind::text, "one of the words that the service allows")) return false;
  const auto allowed = allowed_values(check.declaration);
  // Where there are no words at all the declaration is wrong, and was told.
  if (allowed.empty()) return true;
  if (std::find(allowed.begin(), allowed.end(), check.value.text) != allowed.end()) return true;
  std::string list;
  for (const std::string& value : allowed) {
    if (!list.empty()) list += value == allowed.back() ? " or " : ", ";
    list += fmt::format("`{}`", value);
  }
  const std::string near = nearest(check.value.text, allowed);
  return check.fail(check.value,
                    fmt::format("expected one of {}, found `{}`", list, check.value.text),
                    near.empty() ? std::string{} : fmt::format("did you mean `{}`?", near));
}

bool check_integer(const Check& check) {
  if (!check.is(check.value, Kind::integer, "a whole number")) return false;
  const documents::Node* least = check.declaration.find("atLeast");
  const documents::Node* most = check.declaration.find("atMost");
  if (least != nullptr && check.value.integer < least->integer) {
    return check.fail(check.value, fmt::format("expected at least {}, found {}", least->integer,
                                               check.value.integer));
  }
  if (most != nullptr && check.value.integer > most->integer) {
    return check.fail(check.value, fmt::format("expected at most {}, found {}", most->integer,
                                               check.value.integer));
  }
  return true;
}

bool check_list(const Check& check) {
  if (!check.is(check.value, Kind::sequence, "a list of texts")) return false;
  return std::all_of(check.value.items.begin(), check.value.items.end(), [&](const documents::Node& item) {
    return check.is(item, Kind::text, "a text");
  });
}

// Words of an item in the three languages.
bool check_words(const Check& check, const documents::Node& item, const char* key) {
  bool good = true;
  const documents::Node* words = item.find(key);
  for (const char* language : {"et", "en", "ru"}) {
    const documents::Node* text = words == nullptr ? nullptr : words->find(language);
    if (text != nullptr && text->is(Kind::text) && !text->text.empty()) continue;
    good = check.fail(words == nullptr ? item : *words,
                      fmt::format("an item lacks its {} in `{}`", key, language),
                      fmt::format("add `{}: {{ et: …, en: …, ru: … }}`", key));
  }
  return good;
}

// Lists of { value, label: { et, en, ru } }; a reason also says what follows from giving it.
bool check_choices(const std::string& type, const Check& check) {
  if (!check.is(check.value, Kind::sequence, "a list of `{ value, label }`")) return false;
  bool good = true;
  std::vector<std::string> seen;
  for (const documents::Node& item : check.value.items) {
    if (!check.is(item, Kind::mapping, "`{ value, label }`")) return false;
    const std::string what = fmt::format("an item of `{}`", check.name);
    if (type == "reasons") {
      check.reader.known_keys(item, what, {"value", "label", "effect"});
    } else {
      check.reader.known_keys(item, what, {"value", "label"});
    }
    const documents::Node* value = item.find("value");
    if (value == nullptr || !value->is(Kind::text)) {
      good = check.fail(item, "an item lacks `value`, its code", "add `value: some-code`");
    } else if (std::find(seen.begin(), seen.end(), value->text) != seen.end()) {
      good = check.fail(*value, fmt::format("the code `{}` stands here twice", value->text));
    } else {
      seen.push_back(value->text);
    }
    good = check_words(check, item, "label") && good;
    if (type == "reasons") good = check_words(check, item, "effect") && good;
  }
  return good;
}

// Who may run the stages, in the order of the declaration; `informs`: what the file says of their ends is
// told, but ends nothing.
struct Runner {
  std::string role;
  bool informs = false;
};

std::vector<Runner> runners_of(const documents::Node& declaration) {
  std::vector<Runner> runners;
  const documents::Node* by = declaration.find("by");
  if (by == nullptr || !by->is(Kind::mapping)) return runners;
  for (const documents::Node::Entry& entry : by->entries) {
    runners.push_back({entry.key, entry.value.text == "informs"});
  }
  return runners;
}

std::vector<std::string> roles_of(const std::vector<Runner>& runners) {
  std::vector<std::string> roles;
  for (const Runner& runner : runners) roles.push_back(runner.role);
  return roles;
}

// What a step may say beside its name, as the service declares it.
std::vector<std::string> step_members(const documents::Node& declaration) {
  std::vector<std::string> members;
  if (const documents::Node* with = declaration.find("with")) {
    for (const documents::Node& member : with->items) members.push_back(member.text);
  }
  return members;
}

// One step of the stages: a stage, or a pause between two.
bool check_step(const Check& check, const documents::Node& step, const std::vector<Runner>& runners,
                const std::string& by) {
  if (!check.is(step, Kind::mapping, "a step such as `{ name: first }`")) return false;
  check.reader.known_keys(step, "a step", step_members(check.declaration),
                          {"name", "pause", "atMost"});
  const documents::Node* what = step.find(step.find("pause") == nullptr ? "name" : "pause");
  if (what == nullptr || !what->is(Kind::text) ||
      (step.find("pause") != nullptr && step.find("name") != nullptr)) {
    return check.fail(step, "a step has either a `name` or a `pause`",
                      "write `{ name: first }` or `{ pause: answers }`");
  }
  const documents::Node* most = step.find("atMost");
  if (most == nullptr) return true;
  const auto term = calendar::Term::parse(most->text);
  if (!term) return check.fail(*most, term.error().what, term.error().hint);
  const bool informs = std::any_of(runners.begin(), runners.end(), [&](const Runner& runner) {
    return runner.role == by && runner.informs;
  });
  if (informs && std::holds_alternative<calendar::Term::Until>(term->form())) {
    std::string hint = "write how long it lasts, `14 days`";
    for (const Runner& runner : runners) {
      if (!runner.informs) hint += fmt::format(", or `by: {}`", runner.role);
    }
    check.reader.warning(most->where, "stages-only-inform",
                         fmt::format("`{}` runs these stages: `{}` informs people, but does not end the "
                                     "pause",
                                     by, most->text),
                         hint);
  }
  return true;
}

bool check_stages(const Check& check) {
  if (check.value.is(Kind::sequence) && check.value.items.empty()) return true;  // there are none
  if (!check.is(check.value, Kind::mapping, "`{ by, steps }`")) return false;
  check.reader.known_keys(check.value, fmt::format("`{}`", check.name), {"by", "steps"});
  const std::vector<Runner> runners = runners_of(check.declaration);
  const documents::Node* by = check.value.find("by");
  if (by == nullptr) return check.fail(check.value, "`by` is missing: who runs the stages?");
  if (runners.empty()) return true;  // the declaration is wrong, and was told
  const std::string who = check.reader.word_of(*by, "`by`", roles_of(runners));
  const documents::Node* steps = check.value.find("steps");
  if (steps == nullptr || !steps->is(Kind::sequence)) {
    return check.fail(check.value, "`steps` is missing: the stages and pauses in their order");
  }
  bool good = true;
  for (const documents::Node& step : steps->items) {
    good = check_step(check, step, runners, who) && good;
  }
  return good;
}

bool check_value(const std::string& type, const Check& check) {
  if (type == "term") return check_term(check);
  if (type == "period") return check_period(check);
  if (type == "date") return check_date(check);
  if (type == "enum") return check_enum(check);
  if (type == "text") return check.is(check.value, Kind::text, "a text");
  if (type == "integer") return check_integer(check);
  if (type == "boolean") {
    const std::string& text = check.value.text;
    if (check.value.is(Kind::text) &&
        (text == "on" || text == "off" || text == "yes" || text == "no")) {
      return true;
    }
    return check.is(check.value, Kind::boolean, "true or false");
  }
  if (type == "list") return check_list(check);
  if (type == "stages") return check_stages(check);
  return check_choices(type, check);
}

// What a declaration says about itself, whoever sets the value.
void check_declaration(const std::string& name, const SourcePosition& where,
                       const std::string& type, const documents::Node& declaration, documents::Reader& reader) {
  const auto fail = [&](std::string what, std::string hint) {
    reader.error(where, "bad-parameter", fmt::format("parameter `{}` {}", name, what),
                 std::move(hint));
  };
  const bool has_default = declaration.find("default") != nullptr;
  if (const documents::Node* required = declaration.find("required")) {
    const bool must = reader.flag(declaration, "required", true);
    if (must && has_default) {
      fail("is required and yet has a default", "remove one of the two");
    } else if (!must && !has_default) {
      reader.error(required->where, "bad-parameter",
                   fmt::format("parameter `{}` is not required and has no default", name),
                   "add `default: …`, or make it `required: true`");
    }
  }
  const documents::Node* values = declaration.find("values");
  if (type == "enum" && (values == nullptr || values->items.empty())) {
    fail("is one of a few words, but says not which", "add `values: [ … ]`");
  }
  if (type == "stages" && runners_of(declaration).empty()) {
    fail("has stages, but says not who may run them",
         "add `by: { official: decides }`; `informs` where the file's dates end nothing");
  }
  if (const documents::Node* by = declaration.find("by"); by != nullptr && by->is(Kind::mapping)) {
    for (const documents::Node::Entry& entry : by->entries) {
      reader.word(entry.value, fmt::format("`{}` of parameter `{}`", entry.key, name),
                  {"informs", "decides"});
    }
  }
}

cel::Type type_of(const std::string& type, const documents::Node& declaration) {
  using cel::Type;
  if (type == "date") return Type::date();
  if (type == "enum") return Type::enumeration(allowed_values(declaration));
  if (type == "integer") return Type::integer();
  if (type == "boolean") return Type::boolean();
  if (type == "list") return Type::list(Type::string());
  if (type == "stages") {
    std::vector<Type::Field> members{{"name", Type::string(), false},
                                     {"pause", Type::string(), false},
                                     {"atMost", Type::string(), false}};
    for (std::string& member : step_members(declaration)) {
      members.push_back({std::move(member), Type::string(), false});
    }
    const Type step = Type::object("step", std::move(members));
    return Type::object("stages", {{"by", Type::enumeration(roles_of(runners_of(declaration))), false},
                                   {"steps", Type::list(step), true}});
  }
  if (type == "choices" || type == "places" || type == "reasons") {
    const Type words = Type::map(Type::string(), Type::string());
    std::vector<Type::Field> fields = {{"value", Type::string(), true}, {"label", words, true}};
    if (type == "reasons") fields.push_back({"effect", words, true});
    return Type::list(Type::object("choice", std::move(fields)));
  }
  return Type::string();  // term, period, text
}

Json json_of(const std::string& type, const documents::Node& value) {
  if (type == "boolean" && value.is(Kind::text)) return value.text == "on" || value.text == "yes";
  if (type == "stages" && value.is(Kind::sequence)) return {{"steps", Json::array()}};
  return documents::to_json(value);
}

}  // namespace

cel::Type Parameters::type() const {
  std::vector<cel::Type::Field> fields;
  for (const auto& [name, type] : types) fields.push_back({name, type, true});
  return cel::Type::object("parameters", std::move(fields));
}

Parameters read_parameters(const documents::Node* declarations, const documents::Node* values, bool municipality,
                           const SourcePosition& file, documents::Reader& reader) {
  Parameters parameters;
  std::vector<std::string> names;
  if (declarations != nullptr && reader.expect(*declarations, Kind::mapping, "`parameters`")) {
    for (const auto& [name, where, declaration] : declarations->entries) {
      names.push_back(name);
      parameters.declared[name] = where;
      parameters.types.emplace(name, cel::Type::dyn());
      if (!reader.expect(declaration, Kind::mapping, fmt::format("parameter `{}`", name))) continue;
      reader.known_keys(declaration, "a parameter",
                        {"type", "required", "default", "values", "about", "legalBasis",
                         "notAbove", "atLeast", "atMost", "by", "with"});
      const documents::Node* kind = declaration.find("type");
      if (kind == nullptr) {
        reader.error(where, "missing-key", fmt::format("parameter `{}` lacks `type`", name),
                     "say what it is: `type: term`, `text`, `boolean`, …");
        continue;
      }
      const std::string type =
          reader.word(*kind, fmt::format("type of parameter `{}`", name),
                      {"text", "term", "period", "date", "enum", "integer", "boolean", "list",
                       "choices", "places", "reasons", "stages"});
      parameters.types[name] = type_of(type, declaration);
      parameters.kinds[name] = type;
      const documents::Node* set = values == nullptr ? nullptr : values->find(name);
      const documents::Node* fallback = declaration.find("default");
      check_declaration(name, where, type, declaration, reader);
      if (fallback != nullptr) parameters.defaults[name] = where;
      if (const documents::Node* basis = declaration.find("legalBasis")) {
        parameters.legal_basis.push_back(
            {name, {reader.text(declaration, "legalBasis"), basis->where}});
      }
      if (fallback != nullptr) check_value(type, {name, declaration, *fallback, reader});
      if (set != nullptr && check_value(type, {name, declaration, *set, reader})) {
        parameters.values[name] = json_of(type, *set);
      } else if (set == nullptr && fallback != nullptr) {
        parameters.values[name] = json_of(type, *fallback);
      } else if (set == nullptr && municipality) {
        const std::string about = reader.text(declaration, "about");
        reader.error(file, "missing-parameter",
                     fmt::format("the file does not set `{}`, for which the service has no default",
                                 name),
                     about.empty() ? "add it to the file"
                                   : fmt::format("add `{}: …` to the file: {}", name, about));
      }
    }
  }
  if (values == nullptr) return parameters;
  for (const documents::Node::Entry& entry : values->entries) {
    if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
    reader.error(entry.where, "unknown-parameter",
                 fmt::format("the service has no setting `{}`", entry.key),
                 documents::suggestion(entry.key, names));
  }
  return parameters;
}

}  // namespace elukaar::workflow
