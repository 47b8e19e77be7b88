#pragma once

#include <filesystem>
#include <string>

#include "base/json.hpp"
#include "bench/stream.hpp"

namespace elukaar::bench {

struct RawPlan {
  std::string server;  // a libpq URI of a role that may make databases
  std::filesystem::path content_dir;
  std::filesystem::path scratch;  // for keys
  StreamPlan stream;
  int partitions = 8;
  int workers = 2;
  std::size_t batch = 500;  // records in one transaction: as many as the program's own came to
};

// Two databases are made and dropped. In the first the program's own workers carry the stream, fed from
// memory and publishing nowhere: that is `engine_from_memory_per_s`, and what they ask is recorded. The
// second is asked the same again: `raw_postgres_per_s`.
Json measure_raw(const RawPlan& plan);

}  // namespace elukaar::bench
