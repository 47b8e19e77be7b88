#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "base/json.hpp"

namespace elukaar::bench {

struct ThroughputPlan {
  std::string database;                 // libpq URI
  std::int64_t expected = 0;            // events
  std::int64_t cases = 0;               // that must have ended, too; 0: no matter
  std::chrono::seconds warm_up{3};      // after the first transition; not counted
  std::chrono::seconds patience{600};   // for all of it
  std::map<std::string, int> processes; // whose processor time is told: name → id, children included
};

// Looks on, from the database's own lane counters, while the program works a backlog off. The rate is that of
// the time after the warm-up until the last transition (a row of the journal); nothing is measured in the program itself.
Json measure_throughput(const ThroughputPlan& plan);

}  // namespace elukaar::bench
