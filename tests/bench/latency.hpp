#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "bench/stream.hpp"

namespace elukaar::bench {

struct LatencyPlan {
  std::string brokers;
  std::string database;  // libpq URI: only to learn afterwards which case is which item's
  std::string address;   // http://host:port of the program; empty: no pages, only the status topic
  std::string keys_dir;  // of the program: makes the persons' pseudonyms
  int persons = 50;      // each with one open page
  int per_s = 500;
  int seconds = 20;
  std::string run;
  std::string input_topic = "elukaar.life-events";
  std::string status_topic = "elukaar.status";
};

// Sends events at a fixed rate, cases in turn, and notes when each one's status stands on the status topic
// and when an open page (GET /api/v1/me/stream) is told of it. Time counts from the moment at which an
// event was to be sent, whenever it was: a pause of the program is paid for by all that fell into it.
Json measure_latency(const LatencyPlan& plan);

}  // namespace elukaar::bench
