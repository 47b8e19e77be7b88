#pragma once

#include <iosfwd>

#include "base/source_position.hpp"

namespace elukaar::app {

// A line each, as every command tells them.
void tell_problems(const Problems& problems, std::ostream& to);

}  // namespace elukaar::app
