#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace elukaar::engine {

// One record of a topic, not yet understood. Owns its bytes.
struct SourceRecord {
  std::string lane;  // name, "kafka/<topic>/<partition>"
  std::int64_t offset = 0;
  std::string key;
  std::optional<std::string> value;  // nothing: a tombstone
  std::vector<std::pair<std::string, std::string>> headers;
};

// Who must know which partitions come and go. Called from inside EventSource::drain(), on its thread.
class LaneListener {
 public:
  virtual ~LaneListener() = default;
  // The partitions are this process's now. The answer is where to go on reading, by lane name; a lane
  // without an entry is read from its beginning.
  virtual std::map<std::string, std::int64_t> lanes_assigned(
      const std::vector<std::string>& lanes) = 0;
  // They will be (revoked) or have already been (`lost`) given to somebody else. What was drained but
  // not yet committed is to be finished or forgotten before this returns.
  virtual void lanes_revoked(const std::vector<std::string>& lanes, bool lost) = 0;
};

// Port: the topics as a stream of records, each partition a lane. One thread owns an object.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // What is there, at most `most` records, round-robin over the partitions and in order within each;
  // waits at most `wait` for the first, never for a second. An unreachable broker is no fault: there
  // is just nothing to read.
  virtual std::vector<SourceRecord> drain(std::size_t most, std::chrono::milliseconds wait) = 0;

  // Reads the lanes again from these offsets: what was drained has not been committed.
  virtual void rewind(const std::map<std::string, std::int64_t>& offsets) = 0;

  // Tells the broker how far the lanes have come, for tools that show a group's lag; nothing of ours
  // depends on it.
  virtual void note_progress(const std::map<std::string, std::int64_t>& offsets) = 0;
};

}  // namespace elukaar::engine
