#pragma once

#include <memory>

#include "app/wiring/shared.hpp"

namespace elukaar::app {

// The role `orchestrator`: workers, each with its own source, store and thread, and the housekeeping. Works
// from when it is made; request_stop() asks its threads to end, the destructor waits for them. `shared` must
// outlive it, publisher included.
class Orchestrator {
 public:
  explicit Orchestrator(Shared& shared);
  ~Orchestrator();

  void request_stop();
  // Whether every worker has completed a cycle within the last seconds.
  bool is_healthy() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace elukaar::app
