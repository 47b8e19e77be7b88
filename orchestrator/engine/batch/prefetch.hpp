#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/batch/batch.hpp"
#include "engine/batch/working.hpp"

namespace elukaar::engine {

// A parked input that an operator has ordered to be tried again: it concerns one case alone.
struct RetriedInput {
  ParkedRetry retry;
  CaseRef ref;
  core::Input input;
};

// What the batch is to carry through.
struct BatchInputs {
  const std::vector<Arrival>& arrivals;
  const std::vector<DueInput>& due;
  std::vector<Arrival> retried_records;      // of the retries among `due`
  std::vector<RetriedInput> retried_inputs;  // likewise
  std::vector<ParkedRetry> unreadable;       // likewise: what nobody can open any more
};

// All that the batch decides on. The steps keep it up with what they change.
struct Prefetched {
  std::map<CorrelationKey, std::vector<CaseRef>> found;
  std::map<CaseRef, std::unique_ptr<Working>> cases;
  std::set<std::pair<CaseRef, Uuid>> receipts;
  std::map<CorrelationKey, std::vector<EarlyEvent>> early;
  std::optional<BroadcastPage> broadcast;
  std::set<BroadcastRef> known_broadcasts;
  Timestamp now{};

  // Null for one that is not there.
  Working* find(const CaseRef& ref) const;
  std::vector<Working*> cases_under(const CorrelationKey& key) const;
};

// All reading and locking of a batch, in the order that keeps two batches from waiting for each other: keys
// before cases, each sorted. Throws StoreFault.
Prefetched prefetch(CaseStore& store, BatchTransaction& transaction, EngineParts& parts,
                    const BatchInputs& inputs, std::size_t most_internal);

// What names a broadcast event for the service of one route.
BroadcastRef broadcast_ref(const Arrival& arrival, const Route& route);

}  // namespace elukaar::engine
