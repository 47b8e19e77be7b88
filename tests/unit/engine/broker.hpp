#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/ports/event_publisher.hpp"

namespace elukaar::test {

// A broker that answers when it is told to, in any order.
class Broker final : public engine::EventPublisher {
 public:
  bool answers_at_once = false;

  void publish(engine::OutgoingRecord record, Done done) override {
    values.push_back(record.value);
    if (answers_at_once) return done({});
    waiting_.push_back(std::move(done));
  }
  // The record that came as number `n`, from 0, of those that were not answered at once.
  void take(std::size_t n) { waiting_.at(n)({}); }
  void fail(std::size_t n, bool for_good) {
    waiting_.at(n)(failure(engine::PublishError{"the broker's words", for_good}));
  }

  std::vector<std::string> values;  // in the order in which they came

 private:
  std::vector<Done> waiting_;
};

}  // namespace elukaar::test
