#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "base/timestamp.hpp"
#include "cel/type.hpp"

namespace elukaar::calendar {
class Calendar;
}

namespace elukaar::cel {

// Limits of one expression.
inline constexpr int step_budget = 100'000;         // operations of one evaluation
inline constexpr std::size_t max_source = 65'536;   // bytes
inline constexpr int max_nesting = 200;             // brackets, operators and calls within each other
inline constexpr int max_condition_depth = 16;      // named conditions that mention each other

// What is known of a legal clock of the case.
struct ClockFacts {
  std::optional<Date> due;          // its last day; not before it is known from when it counts
  bool paused = false;
  std::optional<Date> decision_by;  // by when a written decision is due, once it has run out
  std::optional<int> used_days;     // where `now` is allowed
};

// What the case under decision answers to an expression.
class CaseFacts {
 public:
  virtual ~CaseFacts() = default;
  // Whether the state with this path ("offered", "queued.waiting") is active.
  virtual bool in_state(std::string_view path) const = 0;
  // When the state was entered that the expression belongs to.
  virtual Timestamp entered_at() const = 0;
  // Nothing: the workflow has no such clock.
  virtual std::optional<ClockFacts> clock(std::string_view) const { return std::nullopt; }
};

// The values for one evaluation. Borrowed: all must outlive the call. What is missing is an error only
// when the expression asks for it.
struct Activation {
  const Json* event = nullptr;
  const Json* context = nullptr;
  const Json* parameters = nullptr;
  const Json* systems = nullptr;  // role → profile
  std::optional<Timestamp> now{};
  const CaseFacts* facts = nullptr;
  const calendar::Calendar* calendar = nullptr;  // none: Estonia's without exceptions
  std::vector<std::pair<std::string_view, const Json*>> others{};  // variables of other names
};

// An expression that could not be evaluated on this data: an incident, never `false`. It tells paths,
// types and keys of the data, never values.
struct EvaluationError {
  std::string what;
  SourcePosition where;    // of the part that failed
  std::string expression;  // the whole source

  // "file:line:column: error: what; in `expression`"
  std::string text() const;
};

// Something that an expression mentions, for checks that only its owner can make.
struct Mention {
  std::string name;  // "parameters.answer", "event.data.id", "now"; or a state's path
  SourcePosition where;
};

struct Expression;  // the checked tree: syntax.hpp

struct Environment;

// A checked expression. A small value that shares an immutable tree: copy it, use it from any thread.
class Program {
 public:
  const Type& type() const;
  const std::string& source() const;
  const SourcePosition& where() const;
  // The variables that it reads, each with the fields selected on it, in order, with repeats.
  const std::vector<Mention>& mentions() const;
  // The literal paths and groups that it asks state() for: whether there are such states its owner
  // knows. Not those of the conditions that it mentions.
  const std::vector<Mention>& states() const;
  // The named conditions that it mentions itself.
  const std::vector<Mention>& conditions() const;
  // The same for clock().
  const std::vector<Mention>& clocks() const;

  // The value as JSON: a timestamp as RFC 3339 in UTC, a date as "2026-04-20", a duration as "30s",
  // bytes as base64.
  Result<Json, EvaluationError> evaluate(const Activation& activation) const;
  // For guards: the value must be a bool.
  Result<bool, EvaluationError> test(const Activation& activation) const;

 private:
  friend Result<Program, Problems> compile(std::string_view, SourcePosition, const Environment&,
                                           std::optional<Type>);
  friend class Checker;
  explicit Program(std::shared_ptr<const Expression> expression)
      : expression_(std::move(expression)) {}
  std::shared_ptr<const Expression> expression_;
};

// What an expression may mention.
struct Environment {
  // Usually event, context, parameters, systems; `now` with type timestamp where it is allowed.
  std::map<std::string, Type, std::less<>> variables;
  // state(path), deadline(term) and clock(name) are allowed: the expression belongs to a state of a case.
  bool case_functions = false;
  // Conditions that were given a name: each is mentioned like a variable and stands for its value. One
  // that asks for more than there is here is not allowed here.
  std::map<std::string, Program, std::less<>> conditions{};
  // Groups of states: state() takes a group's name as it takes a path, and means any of the group.
  std::map<std::string, std::vector<std::string>, std::less<>> groups{};
  // Nothing is checked before evaluation, every variable is dyn: for `elukaar cel`, where no schema is
  // known, and for the conformance tests. Syntax, unknown functions and variables are still errors.
  bool dynamic = false;
};

// The names that an expression mentions as variables, a macro's own left out; none where it cannot be
// read.
std::vector<std::string> names_in(std::string_view source);

// Parses and checks an expression. `where` is the position of its first character in the file; the
// problems lie within. All that can be told at once is told. With `expected`, a result of another type
// is a problem too.
//
// Rules: cel-syntax, cel-type, cel-limit, unknown-variable, unknown-field, unknown-function,
// unknown-value (no such value of an enumeration), wrong-arity, personal-field, bad-literal (a term,
// period, date or pattern written wrongly), not-allowed-here.
Result<Program, Problems> compile(std::string_view source, SourcePosition where,
                                  const Environment& environment,
                                  std::optional<Type> expected = {});

}  // namespace elukaar::cel
