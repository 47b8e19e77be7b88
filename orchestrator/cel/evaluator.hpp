#pragma once

#include "cel/syntax.hpp"

namespace elukaar::cel {

// Evaluates a checked expression. What the value borrows lives in `arena`, the activation's data and
// the expression.
Result<Value, EvaluationError> evaluate(const Expression& expression, const Activation& activation,
                                        Arena& arena);

}  // namespace elukaar::cel
