#include "authoring/sample.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "texts/status.hpp"

namespace elukaar::authoring {
namespace {

constexpr int max_schema_depth = 16;

constexpr Date sample_day = std::chrono::sys_days{std::chrono::year{2026} / 5 / 4};

// A value that fits a JSON Schema, by its own examples where it has some.
Json value_of_schema(const Json& schema, const std::string& name, int depth = 0) {
  if (!schema.is_object() || depth > max_schema_depth) return nullptr;
  if (schema.contains("examples") && schema["examples"].is_array() && !schema["examples"].empty()) {
    return schema["examples"][0];
  }
  for (const char* key : {"default", "const"}) {
    if (schema.contains(key)) return schema[key];
  }
  if (schema.contains("enum") && !schema["enum"].empty()) return schema["enum"][0];
  for (const char* key : {"oneOf", "anyOf"}) {
    if (schema.contains(key) && !schema[key].empty()) {
      return value_of_schema(schema[key][0], name, depth + 1);
    }
  }
  Json type = schema.value("type", Json("object"));
  if (type.is_array() && !type.empty()) type = type[0] == "null" && type.size() > 1 ? type[1] : type[0];
  if (type == "string") {
    const std::string format = schema.value("format", std::string{});
    if (format == "date") return to_iso_date(sample_day);
    if (format == "date-time") return to_iso_date(sample_day) + "T06:30:00Z";
    return "‹" + name + "›";
  }
  if (type == "integer") return std::max(schema.value("minimum", 3), 3);
  if (type == "number") return 3.5;
  if (type == "boolean") return true;
  if (type == "array") {
    return Json::array({value_of_schema(schema.value("items", Json::object()), name, depth + 1)});
  }
  if (type != "object") return nullptr;
  Json object = Json::object();
  if (schema.contains("properties") && schema["properties"].is_object()) {
    for (const auto& [key, member] : schema["properties"].items()) {
      object[key] = value_of_schema(member, key, depth + 1);
    }
  }
  return object;
}

// A setting that no municipality has made yet: the base is looked at by itself.
Json value_of_parameter(const Json& declaration) {
  if (declaration.contains("default")) return declaration["default"];
  const std::string type = declaration.value("type", std::string{"text"});
  if (type == "term") return "14 days";
  if (type == "period") return "P14D";
  if (type == "date") return to_iso_date(sample_day);
  if (type == "enum" && declaration.contains("values") && !declaration["values"].empty()) {
    return declaration["values"][0];
  }
  if (type == "integer") return declaration.value("atLeast", 3);
  if (type == "boolean") return true;
  if (type == "text") return "‹text›";
  if (type == "choices" || type == "places" || type == "reasons") {
    const Json label = {{"et", "‹valik›"}, {"en", "‹choice›"}, {"ru", "‹выбор›"}};
    return Json::array({{{"value", "sample"}, {"label", label}, {"effect", label}}});
  }
  return Json::array();
}

// The case is in no state in particular, entered this morning.
class SampleFacts : public cel::CaseFacts {
 public:
  bool in_state(std::string_view) const override { return false; }
  Timestamp entered_at() const override {
    return calendar::start_of_day(sample_day) + std::chrono::hours{9};
  }
};

}  // namespace

Sample::Sample(const workflow::Workflow& workflow, const texts::Facts& texts)
    : workflow_(workflow), texts_(texts), today_(sample_day), parameters_(workflow.parameters) {
  const Json source = Json::parse(workflow.canonical);
  const Json schemas = source.value("schemas", Json::object());
  context_ = schemas.contains("context") ? value_of_schema(schemas["context"], "context")
                                         : workflow.context;
  const Json declared = source.value("parameters", Json::object());
  for (const auto& [name, declaration] : declared.items()) {
    if (!parameters_.contains(name)) parameters_[name] = value_of_parameter(declaration);
  }
}

std::optional<Json> Sample::evaluate(const cel::Program& program) const {
  const SampleFacts facts;
  cel::Activation with;
  with.context = &context_;
  with.parameters = &parameters_;
  with.facts = &facts;
  auto value = program.evaluate(with);
  if (!value || value->is_null()) return std::nullopt;
  return std::move(*value);
}

Json Sample::evaluated(const std::map<std::string, workflow::Template>& args) const {
  const SampleFacts facts;
  cel::Activation with;
  with.context = &context_;
  with.parameters = &parameters_;
  with.facts = &facts;
  Json values = Json::object();
  for (const auto& [name, argument] : args) {
    auto value = argument.evaluate(with);
    if (value && !value->is_null()) values[name] = std::move(*value);
  }
  return values;
}

Json Sample::status_of(const workflow::StateRule& state) const {
  if (!state.status) return nullptr;
  const workflow::StatusRule& rule = *state.status;
  texts::Status sample;
  sample.text = rule.text;
  sample.turn = rule.turn;
  sample.push = rule.push;
  if (rule.by) {
    const auto by = evaluate(*rule.by);
    sample.by = by && by->is_string() ? parse_iso_date(by->get_ref<const std::string&>())
                                      : std::nullopt;
    if (!sample.by) sample.by = today_ + std::chrono::days{14};
  }
  sample.legal_basis = rule.legal_basis;
  sample.actions = rule.actions;
  sample.visible_to = rule.visible_to;
  sample.args = evaluated(rule.args);
  fill_up(rule.text, sample.args);
  sample.final = rule.final;
  return published(sample);
}

Json Sample::arguments_of(const std::string& text) const {
  Json args = Json::object();
  for (const workflow::StateRule& state : workflow_.states) {
    if (!state.status || state.status->text != text) continue;
    args = evaluated(state.status->args);
    break;
  }
  fill_up(text, args);
  return args;
}

void Sample::fill_up(const std::string& text, Json& args) const {
  const auto facts = texts_.texts.find(text);
  if (facts == texts_.texts.end()) return;
  for (const auto& [name, argument] : facts->second.arguments) {
    if (name == "viewer") continue;
    const Json fitting = value_of(name, argument, facts->second.reasons);
    const std::string group =
        name == "reason" ? "reason." + facts->second.reasons + "." : name + ".";
    const bool code = args.contains(name) && args[name].is_string() &&
                      texts_.messages.lower_bound(group) != texts_.messages.end() &&
                      texts_.messages.lower_bound(group)->first.starts_with(group);
    const bool unknown_code =
        code && texts_.messages.count(group + args[name].get<std::string>()) == 0;
    if (!args.contains(name) || unknown_code) args[name] = fitting;
  }
}

Json Sample::value_of(const std::string& name, const texts::Argument& argument,
                      const std::string& reasons) const {
  const auto uses = [&](texts::Use use) { return argument.uses.contains(use); };
  if (name == "actor") return "you";
  if (uses(texts::Use::date) || uses(texts::Use::time)) {
    return to_iso_date(today_ + std::chrono::days{14});
  }
  if (uses(texts::Use::plural) || uses(texts::Use::number)) return 3;
  if (uses(texts::Use::select)) {
    return argument.choices.empty() ? std::string{"other"} : *argument.choices.begin();
  }
  const std::string group = (name == "reason" ? "reason." + reasons : name) + ".";
  const auto first = texts_.messages.lower_bound(group);
  if (first != texts_.messages.end() && first->first.starts_with(group)) {
    return first->first.substr(group.size());
  }
  if (name == "contact") {
    const Json& contact = workflow_.municipality.contact;  // a base is nobody's: it has none
    return contact.is_object() ? contact.value("unit", "‹contact›") : "‹contact›";
  }
  return "‹" + name + "›";
}

}  // namespace elukaar::authoring
