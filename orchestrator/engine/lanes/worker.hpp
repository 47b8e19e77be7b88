#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "engine/batch/batch.hpp"
#include "engine/ports/event_source.hpp"

namespace elukaar::engine {

struct WorkerSettings {
  std::string owner;  // unique among all workers of all processes: "<host>/<pid>/<n>"
  std::chrono::seconds lease{10};
  std::chrono::milliseconds idle_wait{20};    // for records, where there was nothing to do
  std::chrono::milliseconds due_interval{50}; // where nothing was due, it is looked again so much later
  std::chrono::milliseconds after_fault{500};
  int most_conflicts = 20;                    // repeats of a batch after deadlocks in a row
  std::size_t most_outstanding = 20'000;      // journal rows not yet acknowledged by the broker
};

// Who is told what workers do: logs and metrics. Called from any worker's thread.
class WorkerObserver {
 public:
  virtual ~WorkerObserver() = default;
  virtual void batch_done(const BatchResult& result, std::size_t records,
                          std::chrono::microseconds took) = 0;
  // One line for an operator each, no personal data: what happens in the course of work, such as a lane handed
  // over, and what somebody has to look at.
  virtual void info(const std::string& what) = 0;
  virtual void fault(const std::string& what) = 0;
};

// One serial worker: its lanes, its consumer, its database connection. Drains what is there, decides,
// commits, publishes; two workers meet only in PostgreSQL. Everything given must outlive it and, but
// for `parts` and `observer`, is this worker's alone.
class Worker : private LaneListener {
 public:
  Worker(WorkerSettings settings, CaseStore& store, EventSource& source, EventPublisher& publisher,
         EngineParts& parts, WorkerObserver& observer);

  // The source tells this of its partitions.
  LaneListener& listener() { return *this; }

  // Works until a stop is asked for, then hands its lanes over. Faults are caught here and nowhere
  // else in the thread.
  void run(std::stop_token stop);

  // Has worked through a round without a fault in the last seconds: for readiness.
  bool is_healthy(std::chrono::seconds within) const;

 private:
  std::map<std::string, std::int64_t> lanes_assigned(const std::vector<std::string>& lanes) override;
  void lanes_revoked(const std::vector<std::string>& lanes, bool lost) override;

  bool round();
  // False: a lane was lost, nothing more of the batch may be carried.
  bool carry(std::vector<Arrival> arrivals, std::size_t most_internal);
  bool halve(std::vector<Arrival> arrivals, std::size_t most_internal, const StoreFault& fault);
  bool stop_offending_case(const StoreFault& fault);
  void publish(BatchResult& result);
  void look_after_lanes();
  void adopt(Lane lane);
  void republish(const Lane& lane);
  void drop_lost_lanes();
  void drop(const std::vector<LaneId>& lost);
  void take_back_assigned();
  void recover();
  std::vector<Lane> held() const;

  const WorkerSettings settings_;
  CaseStore& store_;
  EventSource& source_;
  EngineParts& parts_;
  WorkerObserver& observer_;
  Outbox outbox_;
  std::map<std::string, Lane> lanes_;
  // What the topics' group has given to this worker. A lane of these that is not in `lanes_` could not be
  // taken yet, or was lost to a fault: it is tried again until the group takes it away.
  std::set<std::string> assigned_;
  std::vector<Arrival> drained_;  // taken from the source, not yet committed
  BatchResult round_;  // what this round's batches came to, together
  std::function<bool()> stopping_ = [] { return false; };
  std::chrono::steady_clock::time_point looked_after_{};
  std::chrono::steady_clock::time_point look_for_due_{};  // not before
  std::atomic<std::chrono::steady_clock::rep> last_round_{0};
  bool must_recover_ = false;
};

}  // namespace elukaar::engine
