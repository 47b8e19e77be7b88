#include "documents/schema_node.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include "base/ids.hpp"
#include "base/timestamp.hpp"

namespace elukaar::documents {
namespace {

// Subschemas within subschemas, `$ref` included: a schema that refers to itself ends here.
constexpr int max_schema_depth = 40;

std::string pointer_text(std::string_view member) {
  std::string text;
  for (const char c : member) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

std::string pointer(const Path& path) {
  if (path.parent == nullptr) return "";
  return pointer(*path.parent) + "/" +
         (path.is_index ? std::to_string(path.index) : pointer_text(path.member));
}

// Always false, so that a check can `return violation(…)`.
bool violation(std::vector<Violation>* found, const Path& path, std::string what) {
  if (found != nullptr && found->size() < max_violations) {
    found->push_back({pointer(path), std::move(what)});
  }
  return false;
}

bool enough(const std::vector<Violation>* found) {
  return found == nullptr || found->size() >= max_violations;
}

std::size_t code_points(std::string_view text) {
  const auto is_first = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_first));
}

std::string_view type_name(const Json& data) {
  if (data.is_number_integer()) return "a whole number";
  switch (data.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::boolean: return "true or false";
    case Json::value_t::string: return "a text";
    case Json::value_t::array: return "an array";
    case Json::value_t::object: return "an object";
    default: return "a number";
  }
}

bool is_whole(const Json& data) {
  if (data.is_number_integer()) return true;
  if (!data.is_number_float()) return false;
  const double value = data.get<double>();
  return value > -9e15 && value < 9e15 && value == static_cast<double>(static_cast<long>(value));
}

}  // namespace

SchemaNode::SchemaNode() = default;
SchemaNode::~SchemaNode() = default;

bool SchemaNode::check(const Json& data, const Path& path, std::vector<Violation>* found) const {
  if (never_) return violation(found, path, "expected no such member");
  if (!check_type(data)) {
    return violation(found, path,
                     fmt::format("expected {}, found {}", types_text_, type_name(data)));
  }
  bool fits = check_value(data, path, found);
  if (!fits && enough(found)) return false;
  if (data.is_string()) fits = check_text(data, path, found) && fits;
  if (data.is_number()) fits = check_number(data, path, found) && fits;
  if (data.is_array()) fits = check_array(data, path, found) && fits;
  if (data.is_object()) fits = check_object(data, path, found) && fits;
  if (!fits && enough(found)) return false;
  return check_combined(data, path, found) && fits;
}

bool SchemaNode::check_type(const Json& data) const {
  if (types_ == any) return true;
  switch (data.type()) {
    case Json::value_t::null: return types_ & null;
    case Json::value_t::boolean: return types_ & boolean;
    case Json::value_t::string: return types_ & string;
    case Json::value_t::array: return types_ & array;
    case Json::value_t::object: return types_ & object;
    default: return (types_ & number) || ((types_ & integer) && is_whole(data));
  }
}

bool SchemaNode::check_value(const Json& data, const Path& path, std::vector<Violation>* found) const {
  if (one_of_values_.empty()) return true;
  if (std::find(one_of_values_.begin(), one_of_values_.end(), data) != one_of_values_.end()) {
    return true;
  }
  std::string allowed;
  for (const Json& value : one_of_values_) allowed += (allowed.empty() ? "" : ", ") + value.dump();
  return violation(found, path, fmt::format("expected one of {}; found another value", allowed));
}

bool SchemaNode::check_text(const Json& data, const Path& path, std::vector<Violation>* found) const {
  const auto& text = data.get_ref<const std::string&>();
  if (min_length_ || max_length_) {
    const std::size_t length = code_points(text);
    if (min_length_ && length < *min_length_) {
      return violation(found, path, fmt::format("expected at least {} characters, found {}",
                                                *min_length_, length));
    }
    if (max_length_ && length > *max_length_) {
      return violation(found, path, fmt::format("expected at most {} characters, found {}",
                                                *max_length_, length));
    }
  }
  if (pattern_ && !RE2::PartialMatch(text, *pattern_)) {
    return violation(found, path, fmt::format("expected a text that matches {}", pattern_text_));
  }
  switch (format_) {
    case Format::none: return true;
    case Format::date:
      return parse_iso_date(text) ? true
                                  : violation(found, path, "expected a date as in 2026-05-04");
    case Format::date_time:
      return parse_rfc3339(text)
                 ? true
                 : violation(found, path, "expected a moment as in 2026-05-04T06:00:00Z");
    case Format::uuid:
      return Uuid::parse(text) ? true
                               : violation(found, path, "expected a UUID (8-4-4-4-12 digits)");
  }
  return true;
}

bool SchemaNode::check_number(const Json& data, const Path& path, std::vector<Violation>* found) const {
  const double value = data.get<double>();
  if (minimum_ && value < *minimum_) {
    return violation(found, path, fmt::format("expected {} or more", *minimum_));
  }
  if (maximum_ && value > *maximum_) {
    return violation(found, path, fmt::format("expected {} or less", *maximum_));
  }
  if (above_ && value <= *above_) {
    return violation(found, path, fmt::format("expected more than {}", *above_));
  }
  if (below_ && value >= *below_) {
    return violation(found, path, fmt::format("expected less than {}", *below_));
  }
  return true;
}

bool SchemaNode::check_array(const Json& data, const Path& path, std::vector<Violation>* found) const {
  if (min_items_ && data.size() < *min_items_) {
    return violation(found, path,
                     fmt::format("expected at least {} items, found {}", *min_items_, data.size()));
  }
  if (max_items_ && data.size() > *max_items_) {
    return violation(found, path,
                     fmt::format("expected at most {} items, found {}", *max_items_, data.size()));
  }
  if (unique_) {
    // Sorted pointers, not pairs: an array of thousands must not cost a square.
    std::vector<const Json*> sorted;
    for (const Json& item : data) sorted.push_back(&item);
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return *a < *b; });
    if (std::adjacent_find(sorted.begin(), sorted.end(),
                           [](auto* a, auto* b) { return *a == *b; }) != sorted.end()) {
      return violation(found, path, "expected items that differ, found two alike");
    }
  }
  if (!items_) return true;
  bool fits = true;
  for (std::size_t i = 0; i < data.size() && (fits || !enough(found)); ++i) {
    fits = items_->check(data[i], {&path, {}, i, true}, found) && fits;
  }
  return fits;
}

bool SchemaNode::check_object(const Json& data, const Path& path, std::vector<Violation>* found) const {
  bool fits = true;
  for (const std::string& name : required_) {
    if (data.contains(name)) continue;
    fits = violation(found, path, fmt::format("expected the member `{}`, found none", name));
    if (enough(found)) return false;
  }
  if (min_members_ && data.size() < *min_members_) {
    return violation(found, path, fmt::format("expected at least {} members", *min_members_));
  }
  if (max_members_ && data.size() > *max_members_) {
    return violation(found, path, fmt::format("expected at most {} members", *max_members_));
  }
  for (auto member = data.begin(); member != data.end(); ++member) {
    const auto property = properties_.find(member.key());
    const SchemaNode* node = property == properties_.end() ? additional_.get() : property->second.get();
    if (node == nullptr) continue;
    // The name of an unexpected member is the sender's text, and may itself be personal.
    if (node->never_ && property == properties_.end()) {
      fits = violation(found, path, "expected only members that the schema names, found another");
    } else {
      fits = node->check(member.value(), {&path, member.key(), 0, false}, found) && fits;
    }
    if (!fits && enough(found)) return false;
  }
  return fits;
}

bool SchemaNode::check_combined(const Json& data, const Path& path,
                          std::vector<Violation>* found) const {
  bool fits = true;
  for (const auto& node : all_of_) fits = node->check(data, path, found) && fits;
  const auto conforms = [&](const auto& node) { return node->check(data, path, nullptr); };
  if (!any_of_.empty() && std::none_of(any_of_.begin(), any_of_.end(), conforms)) {
    fits = violation(found, path, "expected one of the schema's alternatives (anyOf), found none");
  }
  if (!one_of_.empty() && std::count_if(one_of_.begin(), one_of_.end(), conforms) != 1) {
    fits = violation(found, path, "expected exactly one of the schema's alternatives (oneOf)");
  }
  if (not_ && conforms(not_)) {
    fits = violation(found, path, "expected what the schema excludes (not) to be absent");
  }
  return fits;
}

// Builds nodes from a schema. A keyword that is not carried out is an error: nobody may believe
// that something is checked when it is not.
class Compiler {
 public:
  explicit Compiler(const Json& root) : root_(root) {}

  std::unique_ptr<const SchemaNode> compile(const Json& schema, const std::string& where, int depth) {
    auto node = std::make_unique<SchemaNode>();
    if (depth > max_schema_depth) {
      fail(where, "expected at most 40 levels; a schema may not refer to itself");
    } else if (schema.is_boolean()) {
      node->never_ = !schema.get<bool>();
    } else if (!schema.is_object()) {
      fail(where, "expected a schema (an object, true or false)");
    } else if (const auto ref = schema.find("$ref"); ref != schema.end()) {
      return compile_reference(*ref, where, depth);
    } else {
      for (auto member = schema.begin(); member != schema.end() && error.empty(); ++member) {
        keyword(*node, member.key(), member.value(), where + "/" + pointer_text(member.key()),
                depth);
      }
    }
    return node;
  }

  std::string error;

 private:
  void fail(const std::string& where, std::string_view what) {
    if (error.empty()) error = fmt::format("at {}: {}", where.empty() ? "/" : where, what);
  }

  std::unique_ptr<const SchemaNode> compile_reference(const Json& ref, const std::string& where,
                                                int depth) {
    const std::string target = ref.is_string() ? ref.get<std::string>() : "";
    if (target.starts_with("#/definitions/")) {
      const auto definitions = root_.find("definitions");
      const std::string name = target.substr(std::string_view{"#/definitions/"}.size());
      if (definitions != root_.end() && definitions->is_object() && definitions->contains(name)) {
        return compile((*definitions)[name], where, depth + 1);
      }
    }
    fail(where + "/$ref", "expected \"#/definitions/NAME\" of a definition in the same file");
    return std::make_unique<SchemaNode>();
  }

  std::optional<std::size_t> count(const Json& value, const std::string& where) {
    if (value.is_number_unsigned()) return value.get<std::size_t>();
    fail(where, "expected a whole number, 0 or more");
    return std::nullopt;
  }

  std::optional<double> bound(const Json& value, const std::string& where) {
    if (value.is_number()) return value.get<double>();
    fail(where, "expected a number");
    return std::nullopt;
  }

  void schemas(std::vector<std::unique_ptr<const SchemaNode>>& nodes, const Json& value,
               const std::string& where, int depth) {
    if (!value.is_array() || value.empty()) return fail(where, "expected an array of schemas");
    for (std::size_t i = 0; i < value.size(); ++i) {
      nodes.push_back(compile(value[i], where + "/" + std::to_string(i), depth + 1));
    }
  }

  void types(SchemaNode& node, const Json& value, const std::string& where) {
    constexpr std::pair<std::string_view, unsigned> names[] = {
        {"null", SchemaNode::null},     {"boolean", SchemaNode::boolean}, {"integer", SchemaNode::integer},
        {"number", SchemaNode::number}, {"string", SchemaNode::string},   {"array", SchemaNode::array},
        {"object", SchemaNode::object}};
    const Json listed = value.is_array() ? value : Json::array({value});
    for (const Json& type : listed) {
      const auto* name = std::find_if(std::begin(names), std::end(names),
                                      [&](const auto& entry) { return type == entry.first; });
      if (name == std::end(names)) return fail(where, "expected a JSON Schema type");
      node.types_ |= name->second;
      node.types_text_ += (node.types_text_.empty() ? "" : " or ") + std::string{name->first};
    }
  }

  void pattern(SchemaNode& node, const Json& value, const std::string& where) {
    if (!value.is_string()) return fail(where, "expected a regular expression");
    RE2::Options options;
    options.set_log_errors(false);
    node.pattern_text_ = value.get<std::string>();
    node.pattern_ = std::make_unique<RE2>(node.pattern_text_, options);
    if (!node.pattern_->ok()) fail(where, "expected an RE2 expression: " + node.pattern_->error());
  }

  void format(SchemaNode& node, const Json& value, const std::string& where) {
    if (value == "date") node.format_ = SchemaNode::Format::date;
    else if (value == "date-time") node.format_ = SchemaNode::Format::date_time;
    else if (value == "uuid") node.format_ = SchemaNode::Format::uuid;
    else fail(where, "expected date, date-time or uuid: no other format is checked; use `pattern`");
  }

  void members(SchemaNode& node, std::string_view name, const Json& value, const std::string& where,
               int depth) {
    if (name == "required") {
      if (!value.is_array()) return fail(where, "expected an array of names");
      for (const Json& item : value) {
        if (!item.is_string()) return fail(where, "expected an array of names");
        node.required_.push_back(item.get<std::string>());
      }
      return;
    }
    if (!value.is_object()) return fail(where, "expected an object");
    for (auto member = value.begin(); member != value.end(); ++member) {
      node.properties_[member.key()] =
          compile(member.value(), where + "/" + pointer_text(member.key()), depth + 1);
    }
  }

  bool limit(SchemaNode& node, std::string_view name, const Json& value, const std::string& where) {
    if (name == "minLength") node.min_length_ = count(value, where);
    else if (name == "maxLength") node.max_length_ = count(value, where);
    else if (name == "minItems") node.min_items_ = count(value, where);
    else if (name == "maxItems") node.max_items_ = count(value, where);
    else if (name == "minProperties") node.min_members_ = count(value, where);
    else if (name == "maxProperties") node.max_members_ = count(value, where);
    else if (name == "minimum") node.minimum_ = bound(value, where);
    else if (name == "maximum") node.maximum_ = bound(value, where);
    else if (name == "exclusiveMinimum") node.above_ = bound(value, where);
    else if (name == "exclusiveMaximum") node.below_ = bound(value, where);
    else return false;
    return true;
  }

  void keyword(SchemaNode& node, const std::string& name, const Json& value, const std::string& where,
               int depth) {
    static constexpr std::array<std::string_view, 10> says_nothing_about_data = {
        "$schema", "$id",      "$comment", "title",    "description",
        "default", "examples", "readOnly", "definitions", "deprecated"};
    if (name.starts_with("x-") || limit(node, name, value, where)) return;
    if (name == "type") return types(node, value, where);
    if (name == "pattern") return pattern(node, value, where);
    if (name == "format") return format(node, value, where);
    if (name == "required" || name == "properties") return members(node, name, value, where, depth);
    if (name == "allOf") return schemas(node.all_of_, value, where, depth);
    if (name == "anyOf") return schemas(node.any_of_, value, where, depth);
    if (name == "oneOf") return schemas(node.one_of_, value, where, depth);
    if (name == "not") node.not_ = compile(value, where, depth + 1);
    else if (name == "items") node.items_ = compile(value, where, depth + 1);
    else if (name == "additionalProperties") node.additional_ = compile(value, where, depth + 1);
    else if (name == "uniqueItems") node.unique_ = value == true;
    else if (name == "const") node.one_of_values_ = {value};
    else if (name == "enum" && value.is_array() && !value.empty()) {
      node.one_of_values_.assign(value.begin(), value.end());
    } else if (std::find(says_nothing_about_data.begin(), says_nothing_about_data.end(), name) ==
               says_nothing_about_data.end()) {
      fail(where, fmt::format("the keyword `{}` is not carried out here; leave it out", name));
    }
  }

  const Json& root_;
};

Result<std::unique_ptr<const SchemaNode>, std::string> SchemaNode::compile(const Json& root) {
  Compiler compiler{root};
  auto node = compiler.compile(root, "", 0);
  if (!compiler.error.empty()) return failure(std::move(compiler.error));
  return node;
}

}  // namespace elukaar::documents
