#pragma once

#include <string_view>

namespace elukaar::app {

// What this program was built from. Their source file is written at every build
// (cmake/ElukaarRelease.cmake).
extern const std::string_view release;  // "0.1.0"
extern const std::string_view commit;   // "7735a961c0de", "…-changed" with edits, "unknown" without git

}  // namespace elukaar::app
