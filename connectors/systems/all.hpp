#pragma once

#include <vector>

#include "kit/registration.hpp"

namespace elukaar::systems {

// What every system that this program can talk to says of itself, in the order of the list in
// connectors/CMakeLists.txt, of which the body of this function is written when the build is configured.
std::vector<kit::Registration> all_connectors();

}  // namespace elukaar::systems
