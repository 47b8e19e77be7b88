#include "office/entries.hpp"

#include <algorithm>

namespace elukaar::office {
namespace {

constexpr int max_depth = 4;

bool is_required(const Json& schema, const std::string& name) {
  const Json required = schema.value("required", Json::array());
  return std::find(required.begin(), required.end(), name) != required.end();
}

std::string type_of(const Json& schema) {
  const std::string type = schema.value("type", "string");
  if (schema.contains("enum")) return "choice";
  if (type == "boolean") return "yes-no";
  if (type == "integer" || type == "number") return "number";
  const std::string format = schema.value("format", "");
  return format == "date" ? "date" : format == "date-time" ? "moment" : "text";
}

// What is required first, in the schema's own order: so people are asked in the order of the matter.
std::vector<std::string> names_of(const Json& schema, const Json& members) {
  std::vector<std::string> names;
  for (const Json& name : schema.value("required", Json::array())) {
    if (name.is_string() && members.contains(name.get<std::string>())) names.push_back(name);
  }
  for (const auto& [name, member] : members.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

// The leaves of an object's schema. A member that may be left out makes its leaves optional.
void add_fields(const Json& schema, const std::string& path, bool required, int depth,
                const Json& context, std::string_view given, std::vector<Field>& fields) {
  const Json members = schema.value("properties", Json::object());
  for (const std::string& name : names_of(schema, members)) {
    const Json& member = members.at(name);
    const std::string here = path + "/" + name;
    const bool needed = required && is_required(schema, name);
    if (here == given || fields.size() == max_fields) continue;
    if (member.contains("properties")) {
      if (depth < max_depth) add_fields(member, here, needed, depth + 1, context, given, fields);
      continue;
    }
    if (member.value("type", "") == "array") continue;  // no list is entered by hand
    Field field{here, type_of(member), needed, member.value("description", ""), {}, {}};
    const Json options = member.value("enum", Json::array());
    for (const Json& option : options) {
      if (option.is_string()) field.options.push_back(option.get<std::string>());
    }
    const Json::json_pointer where{here};
    if (context.contains(where) && context.at(where).is_primitive()) {
      field.proposed = context.at(where);
    }
    fields.push_back(std::move(field));
  }
}

// Whether a schema names the member at this place of its data.
bool has_member(const Json& schema, const std::string& place) {
  Json::json_pointer at;
  for (std::size_t from = 0; from < place.size();) {
    const std::size_t end = std::min(place.find('/', from + 1), place.size());
    at = at / "properties" / place.substr(from + 1, end - from - 1);
    from = end;
  }
  return schema.contains(at);
}

}  // namespace

std::vector<Field> fields_of(const Json& schema, const Json& context, std::string_view given) {
  std::vector<Field> fields;
  add_fields(schema, "", true, 0, context, given, fields);
  return fields;
}

std::vector<Entry> entries_of(const workflow::Workflow& rules,
                              const cloudevents::SchemaCatalogue& forms,
                              const cloudevents::SchemaCatalogue& events, const Json& context) {
  std::vector<Entry> entries;
  for (const auto& [name, rule] : rules.events) {
    const Json* schema = forms.schema(rule.type);
    const std::string place = events.partition_key_place(rule.type);
    if (schema == nullptr || place.empty() || rule.mass) continue;
    const Json::json_pointer own(place);
    if (!has_member(*schema, place) || !context.contains(own)) continue;
    entries.push_back({name, rule.type, schema->value("title", name),
                       fields_of(*schema, context, place), own, context.at(own)});
  }
  return entries;
}

}  // namespace elukaar::office
