#pragma once

#include "cel/lexer.hpp"
#include "cel/syntax.hpp"

namespace elukaar::cel {

// The tree of a CEL source, macros recognised, nothing bound.
Result<NodePtr, SyntaxError> parse(std::string_view source);

}  // namespace elukaar::cel
