#include "workflow/load/expressions.hpp"

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/timestamp.hpp"

namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;
using Pointer = nlohmann::json_pointer<std::string>;

constexpr std::string_view blanks = " \t\r\n";

std::vector<std::string> names(const std::vector<cel::Type::Field>& fields) {
  std::vector<std::string> list;
  for (const auto& field : fields) list.push_back(field.name);
  return list;
}

// A constant's kind against a scalar type.
bool fits(const documents::Node& node, const cel::Type& type) {
  using K = cel::Type::Kind;
  if (node.is(Kind::null)) return type.nullable() || type.is(K::dyn) || type.is(K::null);
  switch (type.kind()) {
    case K::dyn: return true;
    case K::boolean: return node.is(Kind::boolean);
    case K::integer:
    case K::unsigned_integer: return node.is(Kind::integer);
    case K::floating: return node.is(Kind::integer) || node.is(Kind::number);
    case K::string: {
      if (!node.is(Kind::text)) return false;
      const auto& values = type.values();
      return values.empty() || std::find(values.begin(), values.end(), node.text) != values.end();
    }
    case K::date: return node.is(Kind::text) && parse_iso_date(node.text).has_value();
    case K::timestamp: return node.is(Kind::text) && parse_rfc3339(node.text).has_value();
    default: return node.is(Kind::text);
  }
}

}  // namespace

std::string in_words(const cel::Type& type) {
  using K = cel::Type::Kind;
  switch (type.kind()) {
    case K::boolean: return "true or false";
    case K::integer:
    case K::unsigned_integer: return "a whole number";
    case K::floating: return "a number";
    case K::string: return type.values().empty() ? "a text" : "a word";
    case K::date: return "a date";
    case K::timestamp: return "a point in time";
    case K::duration: return "a period";
    case K::list: return "a list";
    case K::map: return "a mapping";
    default: return type.str();
  }
}

bool is_expression(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  const std::size_t end = text.find_last_not_of(blanks);
  if (begin == std::string_view::npos) return false;
  text = text.substr(begin, end - begin + 1);
  return text.size() >= 4 && text.starts_with("{{") && text.ends_with("}}");
}

std::string_view source_in(std::string_view text) {
  const std::size_t end = text.rfind("}}");
  const std::size_t begin = std::min(text.find_first_not_of(blanks, text.find("{{") + 2), end);
  const std::size_t last = text.find_last_not_of(blanks, end - 1);
  return text.substr(begin, last == std::string_view::npos || last < begin ? 0 : last - begin + 1);
}

std::optional<cel::Program> Expressions::compile(const documents::Node& node,
                                                 const cel::Environment& environment,
                                                 std::optional<cel::Type> expected) {
  const std::string& text = node.text;
  const std::size_t opened = text.find("{{") + 2;
  const std::size_t closed = text.find("}}", opened);
  if (closed != text.rfind("}}") && text.find("{{", closed) != std::string::npos) {
    reader_.error(node.where, "expression-in-text",
                  "an expression must be the whole value; found two of them",
                  "write one expression: `{{ a + ' ' + b }}`");
    return std::nullopt;
  }
  const std::string_view source = source_in(text);
  const auto begin = static_cast<std::size_t>(source.data() - text.data());
  auto program = cel::compile(source, node.position_of(begin), environment, std::move(expected));
  if (!program) {
    for (Problem& problem : program.error()) reader_.problems().push_back(std::move(problem));
    return std::nullopt;
  }
  for (const cel::Mention& mention : program->mentions()) {
    static constexpr std::string_view prefix = "parameters.";
    if (!mention.name.starts_with(prefix)) continue;
    const std::string rest = mention.name.substr(prefix.size());
    parameters_.insert(rest.substr(0, rest.find('.')));
  }
  for (const cel::Mention& state : program->states()) {
    if (environment.groups.contains(state.name)) {
      groups_.insert(state.name);
    } else {
      states_.push_back(state);
    }
  }
  for (const cel::Mention& condition : program->conditions()) conditions_.insert(condition.name);
  for (const cel::Mention& clock : program->clocks()) clocks_.push_back(clock);
  return std::move(*program);
}

std::optional<cel::Program> Expressions::program(const documents::Node& node,
                                                 const cel::Environment& environment,
                                                 std::optional<cel::Type> expected,
                                                 std::string_view what) {
  if (node.is(Kind::text) && is_expression(node.text)) {
    return compile(node, environment, std::move(expected));
  }
  reader_.error(node.where, "expression-expected",
                fmt::format("{}: expected an expression, found {}", what, node.describe()),
                "write it between braces: \"{{ … }}\"");
  return std::nullopt;
}

struct Expressions::Build {
  const cel::Environment& environment;
  std::string_view what;
  std::vector<Template::Slot> slots;
};

Template Expressions::value(const documents::Node& node, const cel::Environment& environment,
                            std::optional<cel::Type> expected, std::string_view what) {
  Build parts{environment, what, {}};
  Json literal;
  build(node, expected, literal, Pointer{}, parts);
  return Template{std::move(literal), std::move(parts.slots)};
}

void Expressions::build(const documents::Node& node, const std::optional<cel::Type>& expected, Json& into,
                        const Pointer& at, Build& parts) {
  const bool known = expected && !expected->is(cel::Type::Kind::dyn);
  if (node.is(Kind::text)) {
    if (is_expression(node.text)) {
      if (auto program = compile(node, parts.environment, expected)) {
        parts.slots.push_back({at, std::move(*program)});
      }
      return;
    }
    if (node.text.find("{{") != std::string::npos) {
      reader_.error(node.where, "expression-in-text",
                    fmt::format("{}: an expression must be the whole value, not a part of a text",
                                parts.what),
                    "write \"{{ 'text ' + string(x) }}\"");
    }
  }
  if (node.is(Kind::mapping)) {
    into = Json::object();
    const bool object = known && expected->is(cel::Type::Kind::object);
    const bool map = known && expected->is(cel::Type::Kind::map);
    if (known && !object && !map) return constant(node, *expected, parts.what);
    for (const documents::Node::Entry& entry : node.entries) {
      std::optional<cel::Type> part;
      if (map) part = expected->element();
      if (object) {
        const cel::Type::Field* field = expected->field(entry.key);
        if (field == nullptr && !expected->open()) {
          reader_.error(entry.where, "unknown-field",
                        fmt::format("{}: {} has no field `{}`", parts.what, expected->str(),
                                    entry.key),
                        documents::suggestion(entry.key, names(expected->fields())));
          continue;
        }
        if (field != nullptr) part = field->type;
      }
      build(entry.value, part, into[entry.key], at / entry.key, parts);
    }
    if (!object) return;
    for (const cel::Type::Field& field : expected->fields()) {
      if (!field.required || node.find(field.name) != nullptr) continue;
      reader_.error(node.where, "missing-field",
                    fmt::format("{}: `{}` is missing, and {} needs it", parts.what, field.name,
                                expected->str()));
    }
    return;
  }
  if (node.is(Kind::sequence)) {
    into = Json::array();
    if (known && !expected->is(cel::Type::Kind::list)) {
      return constant(node, *expected, parts.what);
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      into.push_back(nullptr);
      build(node.items[i], known ? std::optional{expected->element()} : std::nullopt, into.back(),
            at / i, parts);
    }
    return;
  }
  into = documents::to_json(node);
  if (known) constant(node, *expected, parts.what);
}

void Expressions::constant(const documents::Node& node, const cel::Type& expected, std::string_view what) {
  const bool composite = node.is(Kind::mapping) || node.is(Kind::sequence);
  if (!composite && fits(node, expected)) return;
  std::string hint;
  if (!expected.values().empty()) hint = documents::suggestion(node.text, expected.values());
  reader_.error(node.where, "wrong-type",
                fmt::format("{}: expected {}, found {}", what, in_words(expected), node.describe()),
                std::move(hint));
}

cel::Type Expressions::type_of(const Template& value) {
  if (value.slots().size() == 1 && value.slots()[0].where.empty()) {
    return value.slots()[0].program.type();
  }
  const Json& literal = value.literal();
  if (literal.is_boolean()) return cel::Type::boolean();
  if (literal.is_number_integer()) return cel::Type::integer();
  if (literal.is_number()) return cel::Type::floating();
  if (literal.is_string()) {
    if (parse_iso_date(literal.get_ref<const std::string&>())) return cel::Type::date();
    return cel::Type::enumeration({literal.get<std::string>()});
  }
  return cel::Type::dyn();
}

}  // namespace elukaar::workflow
