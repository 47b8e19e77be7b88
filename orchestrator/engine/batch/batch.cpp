#include "engine/batch/batch.hpp"

#include <fmt/format.h>

#include "engine/batch/apply.hpp"
#include "engine/batch/collect.hpp"
#include "engine/batch/correlate.hpp"
#include "engine/batch/due.hpp"
#include "engine/batch/prefetch.hpp"
#include "engine/batch/redrive.hpp"

namespace elukaar::engine {
namespace {

std::vector<int> internal_numbers(const std::map<std::string, Lane>& lanes) {
  std::vector<int> numbers;
  for (const auto& [name, lane] : lanes) {
    if (lane.kind == LaneKind::internal) numbers.push_back(lane.internal_number);
  }
  return numbers;
}

// The order in which a batch applies what it has, one input after the other:
//
// | what                                | why there                                                            |
// |-------------------------------------|----------------------------------------------------------------------|
// | 1. what was due, by its time        | it was there before any record of this batch: a term that is over,   |
// |                                     | an answer, a person's act must not be overtaken by a later event     |
// | 2. retried inputs of single cases   | an operator orders them because of what has happened up to now       |
// | 3. the page of a broadcast event    | it reaches cases as they are now, before records that came after it  |
// | 4. retried records                  | older than what arrives; one may start the case that 5 is about      |
// | 5. records, in the order of arrival | a topic's own order is its truth                                     |
//
// Deferred inputs and early events have no place of their own: they follow at once from whatever gives their
// case a state or a key (Applying).
void apply_all(BatchInputs& inputs, DueInputs& due_inputs, Redriving& redriving, Correlating& correlating) {
  redriving.keep_unreadable(inputs.unreadable);
  for (const DueInput& due : inputs.due) due_inputs.apply(due);
  for (RetriedInput& retried : inputs.retried_inputs) redriving.apply(retried);
  redriving.apply_broadcast();
  for (const Arrival& record : inputs.retried_records) correlating.apply(record);
  for (const Arrival& record : inputs.arrivals) correlating.apply(record);
}

// The whole of a batch. `stop`: nothing follows from the due inputs but that their cases stand still.
BatchResult carry_through(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease,
                          const std::vector<Arrival>& arrivals, std::size_t most_internal,
                          const std::optional<std::string>& stop) {
  auto transaction = store.begin();
  const std::vector<int> internal = internal_numbers(lanes);
  std::vector<DueInput> due;
  if (!internal.empty() && most_internal > 0) due = transaction->due_inputs(internal, most_internal);
  if (arrivals.empty() && due.empty()) return {};

  BatchInputs inputs{arrivals, due, {}, {}, {}};
  open_retries(parts, inputs);
  Prefetched read = prefetch(store, *transaction, parts, inputs, most_internal);
  Collector collector(parts, read, lanes);
  Applying applying(parts, read, collector, stop);
  DueInputs due_inputs(read, collector, applying);
  Redriving redriving(parts, read, collector, applying);
  Correlating correlating(parts, read, collector, applying);
  apply_all(inputs, due_inputs, redriving, correlating);

  const Writes& writes = collector.finish();
  std::vector<Lane> moved = collector.moved();
  if (!transaction->write(moved, owner, lease, writes)) {
    BatchResult lost;
    lost.lost_lanes = true;
    return lost;
  }
  transaction->commit();
  for (Lane& lane : moved) lanes[lane.name] = std::move(lane);
  BatchResult result = collector.take_result();
  result.internal_inputs = due.size();
  return result;
}

}  // namespace

BatchResult run_batch(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                      const std::string& owner, std::chrono::seconds lease,
                      const std::vector<Arrival>& arrivals, std::size_t most_internal) {
  return carry_through(store, parts, lanes, owner, lease, arrivals, most_internal, {});
}

BatchResult stop_offender(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease,
                          const std::string& sqlstate) {
  return carry_through(store, parts, lanes, owner, lease, {}, 1,
                       fmt::format("the database refused what follows from it (SQLSTATE {})",
                                   sqlstate.empty() ? "none" : sqlstate));
}

std::optional<CaseRef> pass_case(CaseStore& store, const std::string& owner,
                                 std::chrono::seconds lease, const DueInput& due) {
  const auto* broadcast = std::get_if<DueBroadcast>(&due);
  if (broadcast == nullptr) return std::nullopt;
  auto transaction = store.begin();
  const auto page = transaction->broadcast_page(broadcast->ref, 1);
  if (!page || page->cases.empty()) return std::nullopt;
  Writes writes;
  writes.broadcasts_reached.push_back({page->event.ref, page->cases.front().id, page->last});
  transaction->write({}, owner, lease, writes);
  transaction->commit();
  return page->cases.front();
}

BatchResult park_offender(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease, Arrival arrival,
                          const std::string& sqlstate) {
  arrival.refused = ParkReason{
      "faulted", fmt::format("the database refused what follows from it (SQLSTATE {}); nothing of "
                             "it has been applied", sqlstate.empty() ? "none" : sqlstate)};
  std::vector<Arrival> alone;
  alone.push_back(std::move(arrival));
  return run_batch(store, parts, lanes, owner, lease, alone, 0);
}

}  // namespace elukaar::engine
