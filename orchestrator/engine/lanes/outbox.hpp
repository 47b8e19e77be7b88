#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports/case_store.hpp"
#include "engine/ports/event_publisher.hpp"
#include "engine/ports/lane.hpp"
#include "engine/ports/topics.hpp"

namespace elukaar::engine {

// A decision's records as they are published: which topic each goes to is known here alone.
std::vector<OutgoingRecord> outgoing_records(const std::vector<core::Record>& records,
                                             const Topics& topics);

// Publishes what has been committed and knows, lane by lane, how far the broker has everything: the
// highest sequence below which no record is outstanding. Marks are read by the lane's owner and
// written with its next commit; whoever takes a lane over publishes again from the mark.
// Owned by one worker; acknowledgements arrive from the publisher's thread.
class Outbox {
 public:
  // `refused` is told of a record that the broker will never take (too large, say): an operator's
  // matter; the mark goes on.
  Outbox(EventPublisher& publisher, std::function<void(const std::string&)> refused);

  // A lane begins at its mark; what was known of an earlier holding of it is forgotten.
  void open(LaneId lane, std::int64_t published);
  void close(LaneId lane);
  // Records of one journal row, after its commit and in the lane's order.
  void publish(LaneId lane, std::int64_t sequence, std::vector<OutgoingRecord> records);
  // All rows of the lane up to `sequence` have been handed to publish(), or have no records.
  void reached(LaneId lane, std::int64_t sequence);
  // The mark of a lane.
  std::int64_t published(LaneId lane) const;
  // Lanes whose publishing broke down (a new producer is needed and comes by itself): close them,
  // open them and publish again from the mark. Each is named once.
  std::vector<LaneId> broken();
  std::size_t outstanding() const;

 private:
  struct LaneState {
    std::int64_t reached = 0;
    std::map<std::int64_t, int> waiting;  // sequence → records not yet acknowledged
    std::uint64_t generation = 0;         // acknowledgements of an earlier holding don't count
    bool broken = false;
  };
  struct Shared {
    mutable std::mutex mutex;
    std::map<LaneId, LaneState> lanes;
    std::uint64_t generations = 0;
  };

  EventPublisher& publisher_;
  std::function<void(const std::string&)> refused_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace elukaar::engine
