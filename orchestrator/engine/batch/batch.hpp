#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/batch/arrival.hpp"
#include "engine/lanes/outbox.hpp"

namespace elukaar::engine {

// What every batch of this process works with. All outlive the workers; all may be used by any thread.
struct EngineParts {
  Workflows& workflows;
  const cloudevents::SchemaCatalogue& schemas;
  const calendar::Calendar& calendar;
  const privacy::Keyring& keyring;
  Topics topics;
  bool publishes = true;  // false: nobody reads the outbox (simulations), so nothing is written for it
};

// Most inputs of the internal lanes in one batch, and most records of the topics.
inline constexpr std::size_t max_batch = 1'000;

// Most cases that a broadcast event reaches in one batch.
inline constexpr std::size_t max_broadcast_page = 500;

struct Published {
  LaneId lane{};
  std::int64_t sequence = 0;
  std::vector<OutgoingRecord> records;
};

// What an operator should read of a batch: one line each.
struct BatchNote {
  enum class Kind { parked, incident };
  Kind kind = Kind::parked;
  CaseRef ref;
  EventKey key;
  std::string reason;
  std::string sentence;
};

struct BatchResult {
  bool lost_lanes = false;          // nothing was committed
  std::size_t internal_inputs = 0;  // how many were due
  std::vector<Published> published; // to hand to the outbox, in order
  std::map<std::string, std::int64_t> dispositions;  // of the inputs, for metrics
  std::vector<BatchNote> notes;
};

// Carries arrivals and due internal inputs through one transaction (architecture: the way of one
// event, steps 3 to 6). `lanes` are the worker's, by name; those that the batch moved on are changed
// in place when the commit has succeeded, and stay as they were otherwise. Throws StoreFault.
BatchResult run_batch(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                      const std::string& owner, std::chrono::seconds lease,
                      const std::vector<Arrival>& arrivals, std::size_t most_internal);

// The first input that is due is the batch's offender: its case stands still with an incident, the input
// waits; a command is refused.
BatchResult stop_offender(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease,
                          const std::string& sqlstate);

// Lets a broadcast event pass the next case that it would reach, of which nothing can be stored; the case is
// returned, for the caller to make it stand still. Nothing: `due` is no broadcast event, or has no case left.
std::optional<CaseRef> pass_case(CaseStore& store, const std::string& owner,
                                 std::chrono::seconds lease, const DueInput& due);

// Parks one arrival as the batch's offender and moves its lane past it.
BatchResult park_offender(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease, Arrival arrival,
                          const std::string& sqlstate);

}  // namespace elukaar::engine
