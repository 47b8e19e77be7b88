#pragma once

#include "engine/batch/apply.hpp"

namespace elukaar::engine {

// Which cases a record concerns, and what becomes of it there: it is applied, starts a case, waits as early, is
// a duplicate, or is parked. Lives for one batch.
class Correlating {
 public:
  Correlating(EngineParts& parts, Prefetched& read, Collector& collector, Applying& applying)
      : parts_(parts), read_(read), collector_(collector), applying_(applying) {}

  // Moves the record's lane past it; the lane has counted one that is tried again when it first came.
  void apply(const Arrival& arrival);

 private:
  enum class Fate { applied, duplicate, parked };

  Fate apply(const Arrival& arrival, const Route& route);
  Fate receive_broadcast(const Arrival& arrival, const Route& route);
  std::vector<Working*> cases_of(const Route& route) const;
  std::vector<Working*> open_cases(const Arrival& arrival, const Route& route) const;
  bool starts(const Arrival& arrival, const Route& route) const;
  bool too_old(const Arrival& arrival, const workflow::EventRule& rule) const;
  Fate park_too_old(const Arrival& arrival, const Route& route);
  Fate park_unfound(const Arrival& arrival, const Route& route, bool closed);
  Fate start(const Arrival& arrival, const Route& route);
  Fate offer(const Arrival& arrival, const Route& route, const std::vector<Working*>& concerned);

  EngineParts& parts_;
  Prefetched& read_;
  Collector& collector_;
  Applying& applying_;
};

}  // namespace elukaar::engine
