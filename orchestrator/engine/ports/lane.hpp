#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"

namespace elukaar::engine {

// A lane's number in the database.
enum class LaneId : std::int16_t {};
constexpr int number(LaneId id) { return static_cast<int>(id); }

// How many internal lanes there are; a case's is chosen by a hash of its id.
inline constexpr int internal_lanes = 16;
// The number of a case's internal lane. The operators' statements (adapters/postgres) count the same way.
inline int internal_lane_of(const CaseId& id) { return id.uuid().bytes()[15] % internal_lanes; }

enum class LaneKind { kafka, internal };

// A serial stream as its present owner holds it. The epoch is the fence: a commit that finds another
// one in the database writes nothing.
struct Lane {
  LaneId id{};
  std::string name;  // "kafka/<topic>/<partition>", "internal/<00..15>"
  LaneKind kind = LaneKind::kafka;
  int internal_number = -1;  // of an internal lane
  std::int64_t epoch = 0;
  std::optional<std::int64_t> position;  // next offset to read; nothing: from the beginning
  std::int64_t next_sequence = 1;        // of the lane's next journal row
  std::int64_t published_sequence = 0;   // up to here the broker has everything
  // What became of the records read by this batch, each counted once; added to the lane's totals.
  std::int64_t applied = 0;
  std::int64_t duplicates = 0;
  std::int64_t parked = 0;
};

}  // namespace elukaar::engine
