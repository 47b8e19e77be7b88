#include "cel/evaluator.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "cel/checker.hpp"

namespace elukaar::cel {
namespace {

using Kind = Value::Kind;

const calendar::Calendar& plain_calendar() {
  static const calendar::Calendar calendar;
  return calendar;
}

class Evaluation {
 public:
  Evaluation(const Expression& expression, const Activation& activation, Arena& arena)
      : expression_(expression), activation_(activation), arena_(arena) {}

  Result<Value, EvaluationError> run() {
    const Value value = eval(*expression_.root);
    if (!value.is_error()) return value;
    if (within_) return failure(std::move(*within_));
    return failure(EvaluationError{std::move(what_), expression_.position(offset_), expression_.source});
  }

 private:
  Value fail(const Node& node, std::string what) {
    if (exhausted_) return Value::error();  // the first reason stays
    within_.reset();
    what_ = std::move(what);
    offset_ = node.offset;
    return Value::error();
  }

  bool spend(const Node& node, std::size_t steps) {
    steps_ += steps;
    if (steps_ <= static_cast<std::size_t>(step_budget)) return true;
    fail(node, fmt::format("the expression takes more than {} steps on this data; ask for less at once",
                           step_budget));
    exhausted_ = true;
    return false;
  }

  Value eval(const Node& node) {
    if (!spend(node, 1)) return Value::error();
    switch (node.operation) {
      case Operation::literal: return node.literal;
      case Operation::identifier: return converted(node, identifier(node));
      case Operation::select: return converted(node, select(node));
      case Operation::has: return has(node);
      case Operation::index: return converted(node, index(node));
      case Operation::list: return list(node);
      case Operation::map: return map(node);
      case Operation::conditional: return conditional(node);
      case Operation::both: return logic(node, false);
      case Operation::either: return logic(node, true);
      case Operation::call: return call(node);
      case Operation::macro: return macro(node);
    }
    return Value::error();
  }

  Value converted(const Node& node, Value value) {
    if (node.convert.is(Type::Kind::dyn) || value.is_error()) return value;
    return convert(node, value, node.convert);
  }

  Value convert(const Node& node, const Value& value, const Type& type) {
    if (value.is(Kind::null)) return value;
    switch (type.kind()) {
      case Type::Kind::timestamp:
        if (!value.is(Kind::string)) break;
        if (const auto moment = parse_moment(value.as_text())) return Value::timestamp(*moment);
        return fail(node, fmt::format("expected a timestamp in {}, found another text", named(node)));
      case Type::Kind::date:
        if (!value.is(Kind::string)) break;
        if (const auto day = parse_iso_date(value.as_text())) return Value::date(*day);
        return fail(node, fmt::format("expected a date in {}, found another text", named(node)));
      case Type::Kind::duration:
        if (!value.is(Kind::string)) break;
        if (const auto length = parse_duration(value.as_text())) return Value::duration(*length);
        return fail(node, fmt::format("expected a duration in {}, found another text", named(node)));
      case Type::Kind::floating:
        if (value.is(Kind::integer)) return Value::floating(static_cast<double>(value.as_integer()));
        break;
      case Type::Kind::list: return converted_list(node, value, type.element());
      case Type::Kind::map: return converted_map(node, value, type.element());
      default: break;
    }
    return value;
  }

  Value converted_list(const Node& node, const Value& value, const Type& element) {
    if (!value.is(Kind::json_list)) return value;
    if (!spend(node, value.list_size())) return Value::error();
    std::vector<Value> items;
    items.reserve(value.list_size());
    for (std::size_t i = 0; i < value.list_size(); ++i) {
      items.push_back(convert(node, value.list_item(i), element));
      if (items.back().is_error()) return Value::error();
    }
    return Value::list(arena_.keep(std::move(items)));
  }

  Value converted_map(const Node& node, const Value& value, const Type& element) {
    if (!value.is(Kind::json_map)) return value;
    if (!spend(node, value.map_size())) return Value::error();
    MapValue map;
    bool good = true;
    value.map_each([&](const Value& key, const Value& item) {
      map.entries.emplace_back(key, convert(node, item, element));
      return good = !map.entries.back().second.is_error();
    });
    return good ? Value::map(arena_.keep(std::move(map))) : Value::error();
  }

  static std::string named(const Node& node) {
    const std::string path = path_of(node);
    return path.empty() ? "the value" : "`" + path + "`";
  }

  Value identifier(const Node& node) {
    const Json* json = nullptr;
    switch (node.source) {
      case Source::local: return locals_[static_cast<std::size_t>(node.slot)];
      case Source::condition: return named_condition(*node.condition);
      case Source::event: json = activation_.event; break;
      case Source::context: json = activation_.context; break;
      case Source::parameters: json = activation_.parameters; break;
      case Source::systems: json = activation_.systems; break;
      case Source::now:
        if (activation_.now) return Value::timestamp(*activation_.now);
        break;
      default: break;
    }
    if (json == nullptr) {
      for (const auto& [name, value] : activation_.others) {
        if (name == node.name) json = value;
      }
    }
    if (json == nullptr) return fail(node, fmt::format("there is no `{}` here", node.name));
    return Value::from_json(*json);
  }

  // On the same data and out of the same budget; what fails is told where it stands.
  Value named_condition(const Expression& named) {
    Evaluation inner(named, activation_, arena_);
    inner.steps_ = steps_;
    const Value value = inner.eval(*named.root);
    steps_ = inner.steps_;
    if (!value.is_error() || exhausted_) return value;
    exhausted_ = inner.exhausted_;
    within_ = inner.within_ ? std::move(inner.within_)
                            : EvaluationError{std::move(inner.what_), named.position(inner.offset_),
                                              named.source};
    return value;
  }

  Value select(const Node& node) {
    const Value operand = eval(*node.children[0]);
    if (operand.is_error()) return operand;
    if (operand.is_map()) {
      if (operand.is(Kind::json_map)) {
        if (const Json* found = member_of(operand.as_json(), node.name)) {
          return Value::from_json(*found);
        }
      } else if (const auto found = operand.map_find(Value::string(node.name))) {
        return *found;
      }
    }
    const std::string path = path_of(node);
    std::string hint;
    if (operand.is_map() && !path.empty()) hint = fmt::format("; ask `has({})` first", path);
    return fail(node, fmt::format("expected a field `{}` in {}, found {}{}", node.name,
                                  named(*node.children[0]), shape(operand), hint));
  }

  Value has(const Node& node) {
    const Value operand = eval(*node.children[0]);
    if (operand.is_error()) return operand;
    if (operand.is_map()) return Value::boolean(operand.map_find(Value::string(node.name)).has_value());
    // Nothing has no fields: context that is not yet filled in is often null.
    if (operand.is(Kind::null)) return Value::boolean(false);
    return fail(node, fmt::format("expected an object in {}, found {}", named(*node.children[0]), shape(operand)));
  }

  Value index(const Node& node) {
    const Value operand = eval(*node.children[0]);
    if (operand.is_error()) return operand;
    const Value key = eval(*node.children[1]);
    if (key.is_error()) return key;
    if (operand.is_list()) return list_item(node, operand, key);
    if (!operand.is_map()) {
      return fail(node, fmt::format("expected a list or a map in {}, found {}",
                                    named(*node.children[0]), shape(operand)));
    }
    const bool good_key = key.is(Kind::string) || key.is(Kind::boolean) || key.is_number();
    if (!good_key) return fail(node, fmt::format("expected a key, found {}", shape(key)));
    if (const auto found = operand.map_find(key)) return *found;
    return fail(node, fmt::format("no such key in {}; it is {}", named(*node.children[0]), shape(operand)));
  }

  Value list_item(const Node& node, const Value& list, const Value& key) {
    std::optional<std::uint64_t> position;
    if (key.is(Kind::integer) && key.as_integer() >= 0) {
      position = static_cast<std::uint64_t>(key.as_integer());
    } else if (key.is(Kind::unsigned_integer)) {
      position = key.as_unsigned();
    } else if (key.is(Kind::floating) && key.as_floating() >= 0 && key.as_floating() < 0x1p53 &&
               std::trunc(key.as_floating()) == key.as_floating()) {
      position = static_cast<std::uint64_t>(key.as_floating());
    }
    if (!key.is_number()) return fail(node, fmt::format("expected a number as an index, found {}", shape(key)));
    if (!position || *position >= list.list_size()) {
      return fail(node, fmt::format("the index lies outside of {}, {}", named(*node.children[0]), shape(list)));
    }
    return list.list_item(*position);
  }

  Value list(const Node& node) {
    std::vector<Value> items;
    items.reserve(node.children.size());
    for (const NodePtr& child : node.children) {
      items.push_back(eval(*child));
      if (items.back().is_error()) return Value::error();
    }
    return Value::list(arena_.keep(std::move(items)));
  }

  Value map(const Node& node) {
    MapValue map;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const Value key = eval(*node.children[i]);
      if (key.is_error()) return key;
      const bool good_key = key.is(Kind::string) || key.is(Kind::boolean) || key.is(Kind::integer) ||
                            key.is(Kind::unsigned_integer);
      if (!good_key) {
        return fail(*node.children[i], fmt::format("expected a text, number or bool as a key, found {}", shape(key)));
      }
      if (!spend(node, map.entries.size())) return Value::error();
      for (const auto& [known, value] : map.entries) {
        if (equal(known, key)) return fail(*node.children[i], "a key is written twice");
      }
      const Value value = eval(*node.children[i + 1]);
      if (value.is_error()) return value;
      map.entries.emplace_back(key, value);
    }
    return Value::map(arena_.keep(std::move(map)));
  }

  // The bool of a condition, or an error that tells what stands there instead.
  Value condition(const Node& node) {
    const Value value = eval(node);
    if (value.is(Kind::boolean) || value.is_error()) return value;
    return fail(node, fmt::format("expected bool in {}, found {}", named(node), shape(value)));
  }

  Value conditional(const Node& node) {
    const Value value = condition(*node.children[0]);
    if (value.is_error()) return value;
    return eval(*node.children[value.as_boolean() ? 1 : 2]);
  }

  // && and || for any number of operands: the deciding value wins over errors on either side.
  Value logic(const Node& node, bool deciding) {
    bool failed = false;
    for (const NodePtr& child : node.children) {
      const Value value = condition(*child);
      if (exhausted_) return Value::error();
      if (value.is_error()) {
        failed = true;
      } else if (value.as_boolean() == deciding) {
        return value;
      }
    }
    return failed ? Value::error() : Value::boolean(!deciding);
  }

  Value call(const Node& node) {
    std::array<Value, max_arguments> arguments;
    const std::size_t count = node.children.size();
    std::size_t weight = 0;
    for (std::size_t i = 0; i < count; ++i) {
      arguments[i] = eval(*node.children[i]);
      if (arguments[i].is_error()) return arguments[i];
      const Value& value = arguments[i];
      if (value.is(Kind::string) || value.is(Kind::bytes)) weight += value.as_text().size() / 64;
      if (value.is_list()) weight += value.list_size() / 4;
    }
    if (weight > 0 && !spend(node, weight)) return Value::error();
    const FunctionContext context{arena_,
                                  activation_.calendar ? *activation_.calendar : plain_calendar(),
                                  activation_.facts, node.pattern.get()};
    auto result = cel::call(*node.function, std::span(arguments.data(), count), context);
    if (result) return *result;
    return fail(node, with_operands(node, std::move(result.error()), arguments));
  }

  // Says which of the operands that have a name are of which kind.
  static std::string with_operands(const Node& node, std::string what,
                                   const std::array<Value, max_arguments>& arguments) {
    std::string text = what.find('`' + node.name + '`') == std::string::npos
                           ? fmt::format("`{}`: {}", node.name, what)
                           : std::move(what);
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (const std::string path = path_of(*node.children[i]); !path.empty()) {
        text += fmt::format("; `{}` is {}", path, shape(arguments[i]));
      }
    }
    return text;
  }

  Value macro(const Node& node) {
    const Value range = eval(*node.children[0]);
    if (range.is_error()) return range;
    if (!range.is_list() && !range.is_map()) {
      return fail(node, fmt::format("expected a list or a map in {}, found {}",
                                    named(*node.children[0]), shape(range)));
    }
    switch (node.macro) {
      case Macro::all: case Macro::exists: return quantified(node, range);
      case Macro::exists_one: return exactly_one(node, range);
      case Macro::map: case Macro::filter: return collected(node, range);
    }
    return Value::error();
  }

  // Calls visit(element) for a list's elements or a map's keys, each bound to the macro's variable,
  // until it answers false.
  template <class Visit>
  void each(const Node& node, const Value& range, Visit visit) {
    const auto slot = static_cast<std::size_t>(node.slot);
    const auto bound = [&](const Value& element) {
      locals_[slot] = element;
      return visit(element);
    };
    if (range.is_list()) {
      for (std::size_t i = 0; i < range.list_size(); ++i) {
        if (!bound(range.list_item(i))) return;
      }
    } else {
      range.map_each([&](const Value& key, const Value&) { return bound(key); });
    }
  }

  Value quantified(const Node& node, const Value& range) {
    const bool deciding = node.macro == Macro::exists;
    bool failed = false, decided = false;
    each(node, range, [&](const Value&) {
      const Value value = condition(*node.children[1]);
      if (value.is_error()) {
        failed = true;
      } else if (value.as_boolean() == deciding) {
        decided = true;
      }
      return !decided && !exhausted_;
    });
    if (exhausted_) return Value::error();
    if (decided) return Value::boolean(deciding);
    return failed ? Value::error() : Value::boolean(!deciding);
  }

  Value exactly_one(const Node& node, const Value& range) {
    std::size_t count = 0;
    bool failed = false;
    each(node, range, [&](const Value&) {
      const Value value = condition(*node.children[1]);
      failed = value.is_error();
      if (!failed && value.as_boolean()) ++count;
      return !failed;
    });
    return failed ? Value::error() : Value::boolean(count == 1);
  }

  Value collected(const Node& node, const Value& range) {
    std::vector<Value> items;
    bool failed = false;
    const bool filters = node.macro == Macro::filter || node.conditional_map;
    each(node, range, [&](const Value& element) {
      if (filters) {
        const Value value = condition(*node.children[1]);
        failed = value.is_error();
        if (failed) return false;
        if (!value.as_boolean()) return true;
      }
      items.push_back(node.macro == Macro::filter ? element : eval(*node.children.back()));
      failed = items.back().is_error();
      return !failed;
    });
    if (failed) return Value::error();
    return Value::list(arena_.keep(std::move(items)));
  }

  const Expression& expression_;
  const Activation& activation_;
  Arena& arena_;
  std::array<Value, max_macro_depth> locals_;
  std::size_t steps_ = 0;
  bool exhausted_ = false;  // an error that nothing absorbs
  std::string what_;        // of the latest error
  std::size_t offset_ = 0;
  std::optional<EvaluationError> within_;  // where the latest error is a named condition's
};

}  // namespace

Result<Value, EvaluationError> evaluate(const Expression& expression, const Activation& activation,
                                        Arena& arena) {
  return Evaluation(expression, activation, arena).run();
}

}  // namespace elukaar::cel
