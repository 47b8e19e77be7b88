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

using Arguments = std::span<const Value>;

inline constexpr std::size_t max_arguments = 4;

// One way to call a function. `dyn` among the arguments stands for anything.
struct Signature {
  bool receiver;  // written x.name(…); x is the first argument
  std::vector<Type::Kind> arguments;
  Type::Kind result;
};

// What the checker knows of a function's types beyond its signatures.
enum class Typing {
  by_signature,
  equality,    // the two must be comparable
  membership,  // the left one must be comparable with what the right one holds
  hides,       // its argument's type is forgotten
  clock        // its result has a legal clock's fields
};

// As what a literal text that is a call's last argument is read when a file is checked.
enum class Literal { none, pattern, term, period, date, timestamp, duration, state, clock };

// A function or an operator of expressions; the evaluator's own, such as `&&` and `?:`, and the macros are
// none. A new one is an entry of the table in functions.cpp and a row in workflows/docs/expressions.md.
struct Function {
  std::string_view name;  // "size", or an operator's sign; each stands once
  std::vector<Signature> signatures;
  // Called with as many values as one of the signatures has arguments, each of its kind; none is an error.
  FunctionResult (*implementation)(Arguments arguments, const FunctionContext& context);
  Typing typing = Typing::by_signature;
  Literal literal = Literal::none;
  bool of_case = false;  // only where a case is known: `facts` is there for its implementation
  bool orders = false;   // takes any two scalars of one kind

  bool is_operator() const;
};

// All of them; they live as long as the program.
const std::vector<Function>& functions();
// Null where there is none.
const Function* function_named(std::string_view name);
// "timestamp.getHours(string)"; "int + int".
std::string to_text(const Function& function, const Signature& signature);

// Calls a function on values none of which is an error. A wrong number or kind of them is a failure in words.
FunctionResult call(const Function& function, Arguments arguments, const FunctionContext& context);

}  // namespace elukaar::cel
