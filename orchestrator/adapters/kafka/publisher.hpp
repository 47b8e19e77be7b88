#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/ports/event_publisher.hpp"

namespace elukaar::adapters::kafka {

// The idempotent producer: `acks=all`, records wait as long as the broker is away. When it breaks down
// for good (a fatal error), a new one takes its place and everything outstanding is told to be
// published again. Safe for any thread; `done` callbacks come from its own thread.
class Publisher final : public engine::EventPublisher {
 public:
  Publisher(const std::string& brokers, std::function<void(const std::string&)> fault);
  // Waits a few seconds for what is outstanding; the rest is answered as to be published again.
  ~Publisher() override;

  void publish(engine::OutgoingRecord record, Done done) override;

  // The broker answers.
  bool is_connected() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::kafka
