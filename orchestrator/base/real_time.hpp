#pragma once

#include "base/timestamp.hpp"

namespace elukaar {

// Real time now, by this machine's clock. What follows the case clock, which may be moved, asks the store instead;
// what decides is given its time.
inline Timestamp real_now() {
  return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
}

}  // namespace elukaar
