#pragma once

namespace elukaar::app {

// What every subcommand's exit code means to a script.
inline constexpr int ok = 0;
inline constexpr int found_problems = 1;
inline constexpr int bad_usage = 2;  // also: what it needs cannot be read or reached

}  // namespace elukaar::app
