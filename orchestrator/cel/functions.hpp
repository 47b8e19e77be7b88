#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cel/type.hpp"
#include "cel/value.hpp"

namespace elukaar::calendar {
class Calendar;
}

namespace elukaar::cel {

enum class Function {
  none,
  // Operators
  equals, differs, less, less_or_equal, greater, greater_or_equal, in, add, subtract, multiply, divide,
  modulo, negate, logical_not,
  // CEL's own
  size, contains, starts_with, ends_with, matches, to_bool, to_int, to_uint, to_double, to_string,
  to_bytes, to_timestamp, to_duration, to_dyn, type_of, full_year, month, day_of_month, date_of_month,
  day_of_week, day_of_year, hours, minutes, seconds, milliseconds,
  // Ours
  date, add_period, term_end, working_days_after, is_working_day, age_in_months, deadline, state,
  clock
};

// One way to call a function. `dyn` among the arguments stands for anything.
struct Signature {
  Function function;
  std::string_view name;  // "size", or an operator's sign
  bool receiver;          // written x.name(…)
  std::vector<Type::Kind> arguments;
  Type::Kind result;
};

// All of them.
const std::vector<Signature>& signatures();
// "timestamp.getHours(string)"; "int + int".
std::string to_text(const Signature& signature);

// A regular expression of RE2, compiled once.
class Pattern;
Result<std::shared_ptr<const Pattern>, std::string> compile_pattern(std::string_view text);

// What functions may use besides their arguments.
struct FunctionContext {
  Arena& arena;
  const calendar::Calendar& calendar;
  const class CaseFacts* facts;
  const Pattern* pattern;  // the compiled literal of matches(); may be null
};

// A failed call: in words without the values.
using FunctionResult = Result<Value, std::string>;

// Calls a function on values none of which is an error, choosing by their kinds.
FunctionResult call(Function function, std::span<const Value> arguments, const FunctionContext& context);

}  // namespace elukaar::cel
