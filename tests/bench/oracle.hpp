#pragma once

#include <string>

#include "base/json.hpp"

namespace elukaar::bench {

struct OraclePlan {
  std::string database;  // libpq URI
  std::string brokers;
  std::string input_topic = "elukaar.life-events";
  std::string status_topic = "elukaar.status";
  bool whole = false;  // the input was that of municipality 0002
};

// The independent replay: reads the input topic, computes in memory what must have become of it, and
// holds the database and the status topic against that. {events, cases, lost, duplicated, wrong,
// published_again, examples}. `lost`: an effect that should be there and is not, in the journal or on
// the topic. `duplicated`: one that is there twice. `wrong`: one that says something else. A status
// record that comes again with the same id and the same bytes is no second effect (at least once).
Json hold_against_input(const OraclePlan& plan);

// The same for the whole: of each case six events in their order, one answer, and one timer unless the fourth
// event may have cancelled it; whatever order they came in among each other.
Json hold_whole_against_input(const OraclePlan& plan);

}  // namespace elukaar::bench
