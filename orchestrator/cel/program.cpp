#include "cel/program.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cel/checker.hpp"
#include "cel/evaluator.hpp"
#include "cel/parser.hpp"

namespace elukaar::cel {

std::string EvaluationError::text() const {
  return fmt::format("{}:{}:{}: error: {}; in `{}`", where.file, where.line, where.column, what,
                     expression);
}

const Type& Program::type() const { return expression_->root->type; }
const std::string& Program::source() const { return expression_->source; }
const SourcePosition& Program::where() const { return expression_->where; }
const std::vector<Mention>& Program::mentions() const { return expression_->mentions; }
const std::vector<Mention>& Program::states() const { return expression_->states; }
const std::vector<Mention>& Program::clocks() const { return expression_->clocks; }
const std::vector<Mention>& Program::conditions() const { return expression_->conditions; }

Result<Json, EvaluationError> Program::evaluate(const Activation& activation) const {
  Arena arena;
  const auto value = cel::evaluate(*expression_, activation, arena);
  if (!value) return failure(value.error());
  auto json = to_json(*value);
  if (!json) {
    return failure(EvaluationError{"expected a value that JSON can hold, found infinity or no number",
                                   where(), source()});
  }
  return std::move(*json);
}

Result<bool, EvaluationError> Program::test(const Activation& activation) const {
  Arena arena;
  const auto value = cel::evaluate(*expression_, activation, arena);
  if (!value) return failure(value.error());
  if (!value->is(Value::Kind::boolean)) {
    return failure(EvaluationError{fmt::format("expected bool, found {}", shape(*value)), where(),
                                   source()});
  }
  return value->as_boolean();
}

namespace {

void collect_names(const Node& node, std::vector<std::string>& bound, std::vector<std::string>& names) {
  const auto is_in = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), node.name) != list.end();
  };
  if (node.operation == Operation::identifier && !is_in(bound) && !is_in(names)) {
    names.push_back(node.name);
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool inside = node.operation == Operation::macro && i > 0;  // where its variable stands
    if (inside) bound.push_back(node.variable);
    collect_names(*node.children[i], bound, names);
    if (inside) bound.pop_back();
  }
}

}  // namespace

std::vector<std::string> names_in(std::string_view source) {
  std::vector<std::string> names;
  if (source.size() > max_source) return names;
  const auto root = parse(source);
  std::vector<std::string> bound;
  if (root) collect_names(**root, bound, names);
  return names;
}

Result<Program, Problems> compile(std::string_view source, SourcePosition where,
                                  const Environment& environment, std::optional<Type> expected) {
  if (source.size() > max_source) {
    return failure(Problems{{where,
                             fmt::format("expected an expression of at most {} bytes, found {}",
                                         max_source, source.size()),
                             "split it", "cel-limit", Severity::error}});
  }
  auto expression = std::make_shared<Expression>();
  expression->source = source;
  expression->where = std::move(where);
  auto root = parse(expression->source);
  if (!root) {
    SyntaxError& error = root.error();
    return failure(Problems{{expression->position(error.offset), std::move(error.what),
                             std::move(error.hint), "cel-syntax", Severity::error}});
  }
  expression->root = std::move(*root);
  Problems problems = check(*expression, environment, expected);
  if (!problems.empty()) return failure(std::move(problems));
  return Program(std::move(expression));
}

}  // namespace elukaar::cel
