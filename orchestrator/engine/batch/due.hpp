#pragma once

#include "engine/batch/apply.hpp"

namespace elukaar::engine {

// What was due on an internal lane, made an input of its case: one function a kind. Lives for one batch.
class DueInputs {
 public:
  DueInputs(Prefetched& read, Collector& collector, Applying& applying)
      : read_(read), collector_(collector), applying_(applying) {}

  // Retries and broadcasts are none of a single case: Redriving has them.
  void apply(const DueInput& due);

 private:
  void apply(Working& working, const DueAction& due);
  void apply(Working& working, const DueCommand& due);
  void apply(Working& working, const DueCallUpdate& due);
  void apply(Working& working, const DueTimer& due);
  void apply(Working& working, const ExpiredDeferral& due);

  Prefetched& read_;
  Collector& collector_;
  Applying& applying_;
};

}  // namespace elukaar::engine
