#include "app/commands/problems.hpp"

#include <ostream>

namespace elukaar::app {

void tell_problems(const Problems& problems, std::ostream& to) {
  for (const Problem& problem : problems) to << to_text(problem) << '\n';
}

}  // namespace elukaar::app
