#include "cel/checker.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "calendar/term.hpp"

namespace elukaar::cel {
namespace {

using TK = Type::Kind;

constexpr std::size_t most_listed = 12;  // names in one hint

constexpr std::array<std::pair<std::string_view, Value::Kind>, 12> type_names{
    {{"bool", Value::Kind::boolean}, {"int", Value::Kind::integer},
     {"uint", Value::Kind::unsigned_integer}, {"double", Value::Kind::floating},
     {"string", Value::Kind::string}, {"bytes", Value::Kind::bytes}, {"list", Value::Kind::list},
     {"map", Value::Kind::map}, {"null_type", Value::Kind::null}, {"type", Value::Kind::type},
     {"google.protobuf.Timestamp", Value::Kind::timestamp},
     {"google.protobuf.Duration", Value::Kind::duration}}};

bool is_numeric(const Type& type) {
  return type.is(TK::integer) || type.is(TK::unsigned_integer) || type.is(TK::floating);
}

bool is_string_literal(const Node& node) {
  return node.operation == Operation::literal && node.literal.is(Value::Kind::string);
}

std::string_view personal_name(Personal personal) {
  switch (personal) {
    case Personal::identity: return "identity";
    case Personal::contact: return "contact";
    case Personal::special: return "special";
    case Personal::none: break;
  }
  return "none";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most_listed; ++i) {
    text += fmt::format("{}`{}`", i == 0 ? "" : ", ", names[i]);
  }
  return names.size() > most_listed ? text + ", …" : text;
}

// "did you mean `x`?", or what there is.
std::string suggestion(std::string_view word, const std::vector<std::string>& known,
                       std::string_view what) {
  if (known.empty()) return {};
  if (const std::string near = nearest(word, known); !near.empty()) {
    return fmt::format("did you mean `{}`?", near);
  }
  return fmt::format("{}: {}", what, listed(known));
}

// Whether JSON that should have this type must be turned into something else first.
bool needs_conversion(const Type& type) {
  switch (type.kind()) {
    case TK::timestamp: case TK::duration: case TK::date: case TK::floating: return true;
    case TK::list: case TK::map: return needs_conversion(type.element());
    default: return false;
  }
}

bool matches(TK wanted, const Type& found) {
  if (wanted == TK::dyn || found.is(TK::dyn)) return true;
  if (wanted == TK::map) return found.is(TK::map) || found.is(TK::object);
  return found.is(wanted);
}

}  // namespace

class Checker {
 public:
  Checker(Expression& expression, const Environment& environment)
      : expression_(expression), environment_(environment) {
    for (const auto& [name, type] : environment.variables) {
      dotted_ = dotted_ || name.find('.') != std::string::npos;
    }
  }

  Problems run(const std::optional<Type>& expected) {
    Node& root = *expression_.root;
    const Type type = visit(root);
    std::string path;
    if (type.contains_personal(&path)) {
      const std::string whole = path_of(root);
      report(root, "personal-field",
             fmt::format("`{}{}` is personal and would be copied", whole.empty() ? "…" : whole, path),
             "select the fields that are not personal, one by one");
    }
    if (expected && !environment_.dynamic && problems_.empty() && !expected->accepts(type)) {
      report(root, "cel-type", fmt::format("expected {}, found {}", expected->str(), type.str()),
             expected->is(TK::boolean) ? "compare the value with something: `… == …`" : "");
    }
    return std::move(problems_);
  }

 private:
  struct Local {
    std::string name;
    Type type;
  };

  void report(const Node& node, std::string rule, std::string what, std::string hint = {}) {
    problems_.push_back({expression_.position(node.offset), std::move(what), std::move(hint),
                         std::move(rule), Severity::error});
  }

  // A problem of types: none where nothing is known before evaluation.
  Type mismatch(const Node& node, std::string what, std::string hint = {}) {
    if (!environment_.dynamic) report(node, "cel-type", std::move(what), std::move(hint));
    return Type();
  }

  Type visit(Node& node, bool inner = false) {
    node.type = type_of(node, inner);
    return node.type;
  }

  Type type_of(Node& node, bool inner) {
    switch (node.operation) {
      case Operation::literal: return literal(node);
      case Operation::identifier: return identifier(node, inner);
      case Operation::select: return select(node, inner);
      case Operation::has: return has(node);
      case Operation::index: return index(node);
      case Operation::list: return list(node);
      case Operation::map: return map(node);
      case Operation::conditional: return conditional(node);
      case Operation::both: case Operation::either: return logic(node);
      case Operation::call: return call(node);
      case Operation::macro: return macro(node);
    }
    return Type();
  }

  static Type literal(const Node& node) {
    switch (node.literal.kind()) {
      case Value::Kind::null: return Type(TK::null);
      case Value::Kind::boolean: return Type(TK::boolean);
      case Value::Kind::integer: return Type(TK::integer);
      case Value::Kind::unsigned_integer: return Type(TK::unsigned_integer);
      case Value::Kind::floating: return Type(TK::floating);
      case Value::Kind::string: return Type(TK::string);
      case Value::Kind::bytes: return Type(TK::bytes);
      default: return Type();
    }
  }

  // A value out of data: refused where it is personal, converted where JSON has no such type.
  Type from_data(Node& node, const Type& type) {
    if (type.personal() != Personal::none && !inside_has_) {
      report(node, "personal-field",
             fmt::format("`{}` is personal ({})", path_of(node), personal_name(type.personal())),
             "personal data stays in the vault: use the person's key, or ask `has(…)` whether the "
             "field is there");
      return Type();
    }
    if (needs_conversion(type)) node.convert = type;
    return type;
  }

  void mention(const Node& node, bool inner) {
    if (!inner) expression_.mentions.push_back({path_of(node), expression_.position(node.offset)});
  }

  const Local* local(std::string_view name) const {
    const auto found = std::find_if(locals_.rbegin(), locals_.rend(),
                                    [&](const Local& known) { return known.name == name; });
    return found == locals_.rend() ? nullptr : &*found;
  }

  Type identifier(Node& node, bool inner) {
    if (const Local* known = node.rooted ? nullptr : local(node.name)) {
      node.source = Source::local;
      node.slot = static_cast<int>(known - locals_.data());
      return from_data(node, known->type);
    }
    const auto condition = environment_.conditions.find(node.name);
    if (condition != environment_.conditions.end()) return named_condition(node, condition->second);
    const auto variable = environment_.variables.find(node.name);
    if (variable != environment_.variables.end()) return variable_type(node, variable->second, inner);
    for (const auto& [name, kind] : type_names) {
      if (node.name == name) {
        node.operation = Operation::literal;
        node.literal = Value::type(kind);
        return Type(TK::type);
      }
    }
    if (node.name == "now") {
      report(node, "not-allowed-here", "`now` is not allowed here",
             "what is shown must not change by itself: use a date from the context, or "
             "`deadline(term)`");
      return Type();
    }
    std::vector<std::string> known;
    for (const auto& [name, type] : environment_.variables) known.push_back(name);
    for (const auto& [name, program] : environment_.conditions) known.push_back(name);
    for (const Local& one : locals_) known.push_back(one.name);
    std::string hint = suggestion(node.name, known, "there are");
    if (nearest(node.name, known).empty() && !environment_.dynamic) {
      hint += fmt::format("{}a text stands in quotes: `'{}'`", hint.empty() ? "" : "; ", node.name);
    }
    report(node, "unknown-variable", fmt::format("unknown variable `{}`", node.name), hint);
    return Type();
  }

  // A condition that was given a name: allowed where all that it asks for is there.
  Type named_condition(Node& node, const Program& program) {
    const std::shared_ptr<const Expression>& named = program.expression_;
    const SourcePosition where = expression_.position(node.offset);
    expression_.conditions.push_back({node.name, where});
    std::string missing;
    for (const Mention& mentioned : named->mentions) {
      const std::string variable = mentioned.name.substr(0, mentioned.name.find('.'));
      if (!environment_.variables.contains(variable)) missing = "`" + variable + "`";
      expression_.mentions.push_back({mentioned.name, where});
    }
    if (named->of_case && !environment_.case_functions) missing = "the state that a case is in";
    if (!missing.empty()) {
      report(node, "not-allowed-here",
             fmt::format("the condition `{}` is not allowed here: it asks for {}", node.name, missing),
             "what a condition asks for must be there wherever it is used");
    }
    expression_.of_case = expression_.of_case || named->of_case;
    expression_.condition_depth = std::max(expression_.condition_depth, named->condition_depth + 1);
    if (expression_.condition_depth > max_condition_depth) {
      report(node, "cel-limit",
             fmt::format("expected at most {} conditions that lead to each other", max_condition_depth),
             "write some of them out");
    }
    node.source = Source::condition;
    node.condition = named;
    return named->root->type;
  }

  Type variable_type(Node& node, const Type& type, bool inner) {
    node.source = node.name == "event"        ? Source::event
                  : node.name == "context"    ? Source::context
                  : node.name == "parameters" ? Source::parameters
                  : node.name == "systems"    ? Source::systems
                  : node.name == "now"        ? Source::now
                                              : Source::other;
    mention(node, inner);
    if (environment_.dynamic) return Type();
    return node.source == Source::now ? Type(TK::timestamp) : from_data(node, type);
  }

  // "a.b.c" may be the name of one variable or of a type; the longest such name wins.
  bool became_identifier(Node& node) {
    const Node* first = &node;
    while (first->operation == Operation::select) first = first->children[0].get();
    if (first->operation != Operation::identifier) return false;
    if (!first->rooted && local(first->name) != nullptr) return false;
    const bool maybe_type = first->name == "google";
    if (!dotted_ && !maybe_type) return false;
    const std::string name = path_of(node);
    const bool known = environment_.variables.contains(name) ||
                       std::any_of(type_names.begin(), type_names.end(),
                                   [&](const auto& type) { return type.first == name; });
    if (!known) return false;
    node.operation = Operation::identifier;
    node.name = name;
    node.children.clear();
    return true;
  }

  Type select(Node& node, bool inner) {
    if (became_identifier(node)) return identifier(node, inner);
    Node& operand = *node.children[0];
    const Type whole = visit(operand, true);
    const Type type = field_type(node, operand, whole, node.name);
    note_path(node, inner);
    return from_data(node, type);
  }

  void note_path(const Node& node, bool inner) {
    const Node* first = &node;
    while (first->operation == Operation::select || first->operation == Operation::has ||
           first->operation == Operation::index) {
      first = first->children[0].get();
    }
    if (first->operation == Operation::identifier && first->source != Source::local) {
      mention(node, inner);
    }
  }

  Type field_type(const Node& node, const Node& operand, const Type& whole, const std::string& name) {
    if (whole.is(TK::dyn)) return Type();
    if (whole.is(TK::map)) return whole.element();
    if (!whole.is(TK::object)) {
      const std::string path = path_of(operand);
      return mismatch(node, fmt::format("{} is {} and has no field `{}`",
                                        path.empty() ? "the value" : "`" + path + "`", whole.str(), name));
    }
    if (const Type::Field* field = whole.field(name)) return field->type;
    if (whole.open()) return Type();
    std::vector<std::string> known;
    for (const Type::Field& field : whole.fields()) known.push_back(field.name);
    const std::string path = path_of(operand);
    report(node, "unknown-field",
           fmt::format("{} has no field `{}`", path.empty() ? whole.str() : "`" + path + "`", name),
           known.empty() ? "no field is declared there" : suggestion(name, known, "it has"));
    return Type();
  }

  Type has(Node& node) {
    const bool outer = inside_has_;
    inside_has_ = true;
    Node& operand = *node.children[0];
    const Type whole = visit(operand, true);
    field_type(node, operand, whole, node.name);
    note_path(node, false);
    inside_has_ = outer;
    return Type(TK::boolean);
  }

  Type index(Node& node) {
    Node& operand = *node.children[0];
    const Type whole = visit(operand, true);
    const Type key = visit(*node.children[1]);
    note_path(operand, false);
    if (whole.is(TK::list)) {
      if (!key.is(TK::dyn) && !key.is(TK::integer) && !key.is(TK::unsigned_integer)) {
        return mismatch(*node.children[1], fmt::format("expected int as the index of a list, found {}", key.str()));
      }
      return from_data(node, whole.element());
    }
    if (whole.is(TK::map)) {
      if (!whole.key().accepts(key)) {
        return mismatch(*node.children[1], fmt::format("expected {} as the key, found {}",
                                                       whole.key().str(), key.str()));
      }
      return from_data(node, whole.element());
    }
    if (whole.is(TK::object)) return object_index(node, operand, whole, key);
    if (whole.is(TK::dyn)) return Type();
    return mismatch(node, fmt::format("expected a list or a map before `[`, found {}", whole.str()));
  }

  Type object_index(Node& node, const Node& operand, const Type& whole, const Type& key) {
    const Node& name = *node.children[1];
    if (is_string_literal(name)) {
      return from_data(node, field_type(name, operand, whole, name.name));
    }
    if (!key.is(TK::dyn) && !key.is(TK::string)) {
      return mismatch(name, fmt::format("expected string as the key, found {}", key.str()));
    }
    return hidden(node, whole);
  }

  // A value whose parts can't be followed further: refused where one is personal.
  Type hidden(const Node& node, const Type& type) {
    std::string path;
    if (type.contains_personal(&path)) {
      report(node, "personal-field",
             fmt::format("the personal field `{}` could be read here",
                         path.starts_with('.') ? path.substr(1) : path),
             "select the fields that are not personal by their names");
    }
    return Type();
  }

  // The type of a value that is either the one or the other.
  Type joined(const Node& node, const Type& a, const Type& b) {
    if (a.is(TK::null)) return b.is(TK::null) ? b : b.with_nullable();
    if (b.is(TK::null)) return a.with_nullable();
    if (a.is(TK::list) && b.is(TK::list)) return Type::list(joined(node, a.element(), b.element()));
    if (a.is(TK::object) && b.is(TK::object) && a.str() == b.str()) {
      if (a.fields().size() != b.fields().size()) return hidden(node, a), hidden(node, b);
      return b.contains_personal() ? b : a;
    }
    if (a.kind() == b.kind() && !a.is(TK::map) && !a.is(TK::object)) {
      const bool nullable = a.nullable() || b.nullable();
      const Type plain = a.values() == b.values() ? a : Type(a.kind());
      return nullable ? plain.with_nullable() : plain;
    }
    hidden(node, a);
    return hidden(node, b);
  }

  Type list(Node& node) {
    Type element;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const Type one = visit(*node.children[i]);
      element = i == 0 ? one : joined(node, element, one);
    }
    return Type::list(element);
  }

  Type map(Node& node) {
    std::vector<Type::Field> fields;
    bool texts = !node.children.empty() && !environment_.dynamic;
    Type keys, values;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      Node& key = *node.children[i];
      const Type key_type = visit(key);
      const Type value_type = visit(*node.children[i + 1]);
      if (key_type.is(TK::floating) || key_type.is(TK::null) || key_type.is(TK::list)) {
        mismatch(key, fmt::format("expected a text, number or bool as a key, found {}", key_type.str()));
      }
      texts = texts && is_string_literal(key);
      if (texts) {
        const bool twice = std::any_of(fields.begin(), fields.end(), [&](const Type::Field& field) {
          return field.name == key.name;
        });
        if (twice) mismatch(key, fmt::format("the key `{}` is written twice", key.name));
        fields.push_back({key.name, value_type, true});
      }
      keys = i == 0 ? key_type : joined(node, keys, key_type);
      // Fields keep their own types, so that only the map without names must find one for all.
      if (!texts) values = value_type;
    }
    if (texts) return Type::object("map", std::move(fields));
    for (std::size_t i = 1; i < node.children.size(); i += 2) {
      values = i == 1 ? node.children[i]->type : joined(node, values, node.children[i]->type);
    }
    return Type::map(keys, values);
  }

  void expect_boolean(const Node& node, std::string_view where) {
    if (node.type.is(TK::dyn) || node.type.is(TK::boolean)) return;
    const std::string hint = node.type.is(TK::string) || is_numeric(node.type) || node.type.is(TK::null)
                                 ? "compare it with something: `… == …`"
                                 : "";
    mismatch(node, fmt::format("expected bool {}, found {}", where, node.type.str()), hint);
  }

  Type conditional(Node& node) {
    visit(*node.children[0]);
    expect_boolean(*node.children[0], "before `?`");
    const Type yes = visit(*node.children[1]);
    const Type no = visit(*node.children[2]);
    return joined(node, yes, no);
  }

  Type logic(Node& node) {
    const char* sign = node.operation == Operation::both ? "beside `&&`" : "beside `||`";
    for (NodePtr& child : node.children) {
      visit(*child);
      expect_boolean(*child, sign);
    }
    return Type(TK::boolean);
  }

  Type macro(Node& node) {
    const Type range = visit(*node.children[0]);
    Type element;
    if (range.is(TK::list)) {
      element = range.element();
    } else if (range.is(TK::map) || range.is(TK::object)) {
      element = range.is(TK::map) ? range.key() : Type(TK::string);
    } else if (!range.is(TK::dyn)) {
      mismatch(node, fmt::format("expected a list or a map before `.{}`, found {}", node.name, range.str()));
    }
    if (static_cast<int>(locals_.size()) >= max_macro_depth) {
      report(node, "cel-limit", fmt::format("expected at most {} macros within each other", max_macro_depth),
             "split the expression");
      return Type();
    }
    node.slot = static_cast<int>(locals_.size());
    locals_.push_back({node.variable, element});
    Type last;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      last = visit(*node.children[i]);
      const bool condition = node.macro != Macro::map || (node.conditional_map && i == 1);
      if (condition) expect_boolean(*node.children[i], fmt::format("in `{}`", node.name));
    }
    locals_.pop_back();
    if (node.macro == Macro::map) return Type::list(last);
    if (node.macro == Macro::filter) return Type::list(element);
    return Type(TK::boolean);
  }

  Type call(Node& node) {
    std::vector<Type> arguments;
    for (NodePtr& child : node.children) arguments.push_back(visit(*child));
    const Function* function = function_named(node.name);
    if (function == nullptr) return unknown_function(node, nullptr);
    std::vector<const Signature*> candidates;
    for (const Signature& signature : function->signatures) {
      if (signature.receiver == node.receiver) candidates.push_back(&signature);
    }
    if (candidates.empty()) return unknown_function(node, function);
    std::erase_if(candidates, [&](const Signature* signature) {
      return signature->arguments.size() != arguments.size();
    });
    if (candidates.empty()) return wrong_arity(node, *function);
    node.function = function;
    expression_.of_case = expression_.of_case || function->of_case;
    if (function->of_case && !environment_.case_functions && !environment_.dynamic) {
      report(node, "not-allowed-here", fmt::format("`{}` is not allowed here", node.name),
             "it may be used where an expression belongs to a state of a case");
      return Type();
    }
    check_literals(node);
    if (node.operation == Operation::either) return Type(TK::boolean);  // a group of states
    if (environment_.dynamic) return Type();
    std::erase_if(candidates, [&](const Signature* signature) {
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!matches(signature->arguments[i], arguments[i])) return true;
      }
      return false;
    });
    if (candidates.empty()) return no_overload(node, arguments);
    return result_type(node, candidates, arguments);
  }

  Type result_type(Node& node, const std::vector<const Signature*>& candidates,
                   const std::vector<Type>& arguments) {
    switch (node.function->typing) {
      case Typing::hides: return hidden(node, arguments[0]);
      case Typing::membership: return membership(node, arguments);
      case Typing::equality: return equality(node, arguments);
      case Typing::clock: return clock_type();
      case Typing::by_signature: break;
    }
    const TK result = candidates[0]->result;
    for (const Signature* signature : candidates) {
      if (signature->result != result) {
        for (const Type& argument : arguments) hidden(node, argument);
        return Type();
      }
    }
    if (result != TK::list) return Type(result);
    Type list = arguments[0];
    for (std::size_t i = 1; i < arguments.size(); ++i) list = joined(node, list, arguments[i]);
    return list;
  }

  // Used days change by themselves: they are there only where `now` is.
  Type clock_type() const {
    std::vector<Type::Field> fields = {{"due", Type::date().with_nullable(), true},
                                       {"paused", Type::boolean(), true},
                                       {"decisionBy", Type::date().with_nullable(), true}};
    if (environment_.variables.count("now") > 0) {
      fields.push_back({"usedDays", Type::integer(), true});
    }
    return Type::object("clock", std::move(fields));
  }

  // `other_way`: the function of this name, which is written otherwise; null where there is none.
  Type unknown_function(const Node& node, const Function* other_way) {
    std::vector<std::string> known;
    for (const Function& function : functions()) {
      if (!function.is_operator()) known.emplace_back(function.name);
    }
    for (const char* macro : {"has", "all", "exists", "exists_one", "map", "filter"}) {
      known.emplace_back(macro);
    }
    std::sort(known.begin(), known.end());
    std::string hint;
    if (other_way != nullptr) {
      hint = fmt::format("write `{}`", to_text(*other_way, other_way->signatures.back()));
    } else if (std::find(known.begin(), known.end(), node.name) != known.end()) {
      hint = node.name == "has"   ? "write `has(context.offer.id)`"
             : node.name == "map" ? "write `list.map(x, …)`, or `list.map(x, condition, …)`"
                                  : fmt::format("write `list.{}(x, condition)`", node.name);
    } else if (const std::string near = nearest(node.name, known); !near.empty()) {
      hint = fmt::format("did you mean `{}`?", near);
    }
    report(node, "unknown-function", fmt::format("unknown function `{}`", node.name), hint);
    return Type();
  }

  Type wrong_arity(const Node& node, const Function& function) {
    std::string ways;
    for (const Signature& signature : function.signatures) {
      if (signature.receiver != node.receiver) continue;
      if (!ways.empty()) ways += " or ";
      ways += "`" + to_text(function, signature) + "`";
    }
    const std::size_t written = node.children.size() - (node.receiver ? 1 : 0);
    report(node, "wrong-arity",
           fmt::format("`{}` does not take {} argument{}", node.name, written, written == 1 ? "" : "s"),
           "write " + ways);
    return Type();
  }

  Type no_overload(const Node& node, const std::vector<Type>& arguments) {
    std::string found, ways;
    for (const Type& argument : arguments) {
      found += fmt::format("{}{}", found.empty() ? "" : " and ", argument.str());
    }
    for (const Signature& signature : node.function->signatures) {
      if (signature.receiver != node.receiver || signature.arguments.size() != arguments.size()) {
        continue;
      }
      ways += fmt::format("{}`{}`", ways.empty() ? "" : ", ", to_text(*node.function, signature));
    }
    std::string hint = conversion_hint(node, arguments);
    if (hint.empty()) hint = "it works on " + ways;
    return mismatch(node, fmt::format("`{}` does not work on {}", node.name, found), hint);
  }

  // What to write where two operands are of types that are easily taken for one another.
  static std::string conversion_hint(const Node& node, const std::vector<Type>& arguments) {
    if (arguments.size() != 2) return {};
    const Type& a = arguments[0];
    const Type& b = arguments[1];
    const auto pair = [&](TK one, TK other) {
      return (a.is(one) && b.is(other)) || (a.is(other) && b.is(one));
    };
    if (node.name == "+" && (a.is(TK::date) || (a.is(TK::timestamp) && !b.is(TK::string)))) {
      return "use `addPeriod(date, 'P14D')`, or `workingDaysAfter(date, n)`";
    }
    if (node.name == "in") return "write a list or a map after `in`";
    if (!node.function->is_operator()) return {};
    if (pair(TK::integer, TK::floating)) return "write whole numbers with `.0`, or use `double(…)` or `int(…)`";
    if (pair(TK::date, TK::timestamp)) return "use `date(…)` around the timestamp: its day in Tallinn";
    if (pair(TK::date, TK::string)) return "use `date('2026-04-20')`";
    if (pair(TK::timestamp, TK::string)) return "use `timestamp('2026-05-04T06:00:00Z')`";
    if (pair(TK::duration, TK::string)) return "use `duration('90m')`";
    if (pair(TK::string, TK::integer)) return "use `string(…)` or `int(…)` on one of them";
    return {};
  }

  Type equality(Node& node, const std::vector<Type>& arguments) {
    const Type& a = arguments[0];
    const Type& b = arguments[1];
    check_value(*node.children[1], a);
    check_value(*node.children[0], b);
    if (!comparable(a, b)) {
      std::string hint = conversion_hint(node, arguments);
      mismatch(node, fmt::format("`{}` compares {} with {}, which are never equal", node.name, a.str(), b.str()), hint);
    }
    return Type(TK::boolean);
  }

  static bool comparable(const Type& a, const Type& b) {
    if (a.is(TK::dyn) || b.is(TK::dyn) || a.is(TK::null) || b.is(TK::null)) return true;
    if (is_numeric(a) && is_numeric(b)) return true;
    const auto is_map = [](const Type& type) { return type.is(TK::map) || type.is(TK::object); };
    if (is_map(a) && is_map(b)) return true;
    if (a.is(TK::list) && b.is(TK::list)) return comparable(a.element(), b.element());
    return a.kind() == b.kind();
  }

  // A literal beside an enumeration must be one of its values.
  void check_value(const Node& node, const Type& other) {
    if (other.values().empty() || !is_string_literal(node)) return;
    const auto& values = other.values();
    if (std::find(values.begin(), values.end(), node.name) != values.end()) return;
    report(node, "unknown-value", fmt::format("`'{}'` is none of the values that are possible here", node.name),
           suggestion(node.name, values, "they are"));
  }

  Type membership(Node& node, const std::vector<Type>& arguments) {
    const Type& range = arguments[1];
    Node& hay = *node.children[1];
    if (hay.operation == Operation::list) {
      for (const NodePtr& item : hay.children) check_value(*item, arguments[0]);
    }
    const Type inside = range.is(TK::list)  ? range.element()
                        : range.is(TK::map) ? range.key()
                        : range.is(TK::object) ? Type(TK::string)
                                               : Type();
    check_value(*node.children[0], inside);
    if (!comparable(arguments[0], inside)) {
      mismatch(node, fmt::format("`in` looks for {} among {}, where it is never found",
                                 arguments[0].str(), inside.str()));
    }
    return Type(TK::boolean);
  }

  // Literals that a function reads are read now.
  void check_literals(Node& node) {
    if (node.children.empty()) return;
    Node& last = *node.children.back();
    if (!is_string_literal(last)) return;
    const std::string& text = last.name;
    const auto bad = [&](std::string what, std::string hint) {
      if (!environment_.dynamic) report(last, "bad-literal", std::move(what), std::move(hint));
    };
    switch (node.function->literal) {
      case Literal::none: return;
      case Literal::pattern: {
        auto pattern = compile_pattern(text);
        if (pattern) {
          node.pattern = std::move(*pattern);
        } else {
          bad(fmt::format("expected a regular expression, found `{}`: {}", text, pattern.error()),
              "write it in the syntax of RE2");
        }
        return;
      }
      case Literal::term:
        if (const auto term = calendar::Term::parse(text); !term) bad(term.error().what, term.error().hint);
        return;
      case Literal::period:
        if (const auto period = calendar::Period::parse(text); !period) {
          bad(period.error().what, period.error().hint);
        }
        return;
      case Literal::date:
        if (!parse_iso_date(text)) bad(fmt::format("expected a date, found `{}`", text), "write it as `2026-04-20`");
        return;
      case Literal::timestamp:
        if (!parse_moment(text)) {
          bad(fmt::format("expected a timestamp, found `{}`", text), "write it as `2026-05-04T06:00:00Z`");
        }
        return;
      case Literal::duration:
        if (!parse_duration(text)) {
          bad(fmt::format("expected a duration, found `{}`", text),
              "write it as `90m` or `3600s`; days and months are for `addPeriod`");
        }
        return;
      case Literal::clock:
        expression_.clocks.push_back({text, expression_.position(last.offset)});
        return;
      case Literal::state:
        expression_.states.push_back({text, expression_.position(last.offset)});
        if (const auto group = environment_.groups.find(text); group != environment_.groups.end()) {
          spell_out(node, group->second);
        }
        return;
    }
  }

  // state('group') becomes state('one') || state('other') …
  static void spell_out(Node& node, const std::vector<std::string>& paths) {
    Node either;
    either.operation = Operation::either;
    either.offset = node.offset;
    either.type = Type(TK::boolean);
    for (const std::string& path : paths) {
      auto literal = std::make_unique<Node>();
      literal->offset = node.offset;
      literal->name = path;
      literal->literal = Value::string(literal->name);
      literal->type = Type(TK::string);
      auto asked = std::make_unique<Node>();
      asked->operation = Operation::call;
      asked->offset = node.offset;
      asked->name = node.name;
      asked->function = node.function;
      asked->type = Type(TK::boolean);
      asked->children.push_back(std::move(literal));
      either.children.push_back(std::move(asked));
    }
    node = std::move(either);
  }

  Expression& expression_;
  const Environment& environment_;
  Problems problems_;
  std::vector<Local> locals_;
  bool inside_has_ = false;
  bool dotted_ = false;  // a variable's name has dots
};

Problems check(Expression& expression, const Environment& environment,
               const std::optional<Type>& expected) {
  return Checker(expression, environment).run(expected);
}

}  // namespace elukaar::cel
