#pragma once

#include "engine/batch/apply.hpp"

namespace elukaar::engine {

// Opens what an operator has ordered to be tried again: a record is like one that arrives, an input concerns
// the case that it was parked for.
void open_retries(const EngineParts& parts, BatchInputs& inputs);

// Inputs that come to their cases for a second time, or to many cases in turn. Lives for one batch.
class Redriving {
 public:
  Redriving(EngineParts& parts, Prefetched& read, Collector& collector, Applying& applying)
      : parts_(parts), read_(read), collector_(collector), applying_(applying) {}

  // What nobody can open any more stays parked.
  void keep_unreadable(const std::vector<ParkedRetry>& retries);
  void apply(RetriedInput& retried);
  // The page of a broadcast event: to each case as it is now and by the rules of its own release.
  void apply_broadcast();

 private:
  const std::string* concerned(const Working& working, const BroadcastEvent& event) const;

  EngineParts& parts_;
  Prefetched& read_;
  Collector& collector_;
  Applying& applying_;
};

}  // namespace elukaar::engine
