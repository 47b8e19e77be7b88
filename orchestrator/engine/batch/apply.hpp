#pragma once

#include <optional>
#include <string>

#include "engine/batch/collect.hpp"

namespace elukaar::engine {

// One input against one case, and everything that follows from it at once: deferred inputs for which there may
// now be a state, early events under keys just gained. Lives for one batch.
class Applying {
 public:
  // `stop`: nothing follows from any input but that its case stands still, for this reason.
  Applying(EngineParts& parts, Prefetched& read, Collector& collector, std::optional<std::string> stop)
      : parts_(parts), read_(read), collector_(collector), stop_(std::move(stop)) {}

  const std::optional<std::string>& stop() const { return stop_; }

  core::Decision decide(const Working& working, const core::Input& input) const;
  // Takes a decision over, or parks the input that no state took; then re-drives what waits.
  void settle(Working& working, const core::Input& input, core::Decision decision);

 private:
  void offer_early(Working& working, const std::vector<core::Effect>& effects);
  void apply_early(Working& working, const EarlyEvent& event);
  void offer_deferred(Working& working);

  EngineParts& parts_;
  Prefetched& read_;
  Collector& collector_;
  const std::optional<std::string> stop_;
  std::set<Uuid> early_done_;
};

}  // namespace elukaar::engine
