#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kit/registration.hpp"
#include "systems/all.hpp"

// Roles as the tree's own connectors/ declares them.
namespace elukaar::test {

inline std::vector<kit::Operation> operations(std::string_view role) {
  return kit::load_operations(kit::operations_of(ELUKAAR_SOURCE_DIR, role)).value();
}

// The role as officials play it.
inline std::shared_ptr<const kit::Connector> manual(const std::string& role) {
  return kit::make_manual(role, systems::all_connectors(), ELUKAAR_SOURCE_DIR).value();
}

}  // namespace elukaar::test
