#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"

namespace elukaar::engine {

// One record for a topic. `value` is a structured CloudEvent.
struct OutgoingRecord {
  std::string topic;
  std::string key;
  std::string value;
};

// Why a record did not reach the topic.
struct PublishError {
  std::string what;       // the broker's words
  bool for_good = false;  // this record never will be taken; else: publish it again
};

// Hands records to the broker.
class EventPublisher {
 public:
  virtual ~EventPublisher() = default;

  // Does not block. `done` is called exactly once, from any thread and possibly before this returns:
  // with nothing to say once all replicas that must have the record have it, or with the broker's
  // words when it has been given up. `done` must be quick.
  using Done = std::function<void(Result<void, PublishError>)>;
  virtual void publish(OutgoingRecord record, Done done) = 0;
};

}  // namespace elukaar::engine
