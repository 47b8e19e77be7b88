// Evaluates expressions for the random comparison: an expression a line in (as a JSON string), a tagged
// value a line out: {"error": sentence} or {"value": …}, where whole numbers are {"int": "3"} and
// {"uint": "3"}, floating ones {"double": bits in hex}, maps {"map": [[key, value], …]} by key.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "cel/checker.hpp"
#include "cel/evaluator.hpp"
#include "cel/parser.hpp"

namespace {

using namespace elukaar;
using cel::Value;

Json tagged(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return nullptr;
    case Value::Kind::boolean: return value.as_boolean();
    case Value::Kind::integer: return {{"int", std::to_string(value.as_integer())}};
    case Value::Kind::unsigned_integer: return {{"uint", std::to_string(value.as_unsigned())}};
    case Value::Kind::string: return std::string(value.as_text());
    case Value::Kind::floating: {
      if (std::isnan(value.as_floating())) return {{"double", "nan"}};
      char text[17];
      std::snprintf(text, sizeof text, "%016llx",
                    static_cast<unsigned long long>(
                        std::bit_cast<std::uint64_t>(value.as_floating())));
      return {{"double", text}};
    }
    case Value::Kind::list: {
      Json list = Json::array();
      for (const Value& item : value.as_list()) list.push_back(tagged(item));
      return list;
    }
    case Value::Kind::map: {
      Json entries = Json::array();
      for (const auto& [key, item] : value.as_map().entries) {
        entries.push_back(Json::array({tagged(key), tagged(item)}));
      }
      std::sort(entries.begin(), entries.end(),
                [](const Json& a, const Json& b) { return a[0].dump() < b[0].dump(); });
      return {{"map", entries}};
    }
    default: return {{"other", std::string(cel::kind_name(value.kind()))}};
  }
}

Json answer(const std::string& source) {
  cel::Arena arena;
  cel::Environment environment;
  environment.dynamic = true;
  cel::Expression expression;
  expression.source = source;
  auto root = cel::parse(source);
  if (!root) return {{"error", root.error().what}, {"when", "parse"}};
  expression.root = std::move(*root);
  const Problems problems = cel::check(expression, environment, {});
  if (!problems.empty()) return {{"error", problems.front().what}, {"when", "check"}};
  const auto value = cel::evaluate(expression, {}, arena);
  if (!value) return {{"error", value.error().what}, {"when", "evaluation"}};
  return {{"value", tagged(*value)}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(Json::parse(line).get<std::string>()).dump() << '\n' << std::flush;
  }
}
