#pragma once

#include <optional>

#include "base/source_position.hpp"
#include "cel/syntax.hpp"

namespace elukaar::cel {

inline constexpr int max_macro_depth = 16;  // variables of macros alive at once

// Binds variables and functions, finds every node's type, and tells what is wrong. Afterwards the
// expression can be evaluated if there were no problems.
Problems check(Expression& expression, const Environment& environment,
               const std::optional<Type>& expected);

}  // namespace elukaar::cel
