#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include "operations/operations_store.hpp"

namespace elukaar::operations {

// How long the program keeps what it keeps for a time only, and how often it looks. Values of the vault
// carry their own end, given by whoever put them there.
struct RetentionPeriods {
  ParkedLimits parked{};
  std::chrono::milliseconds look_every{std::chrono::minutes{10}};
  std::size_t page = 1'000;             // rows in one transaction
};

// Each erases all that is due of its kind, page by page; how much that was. Blocks; throws
// engine::StoreFault, and what was erased before it stays so.
std::size_t discard_parked(OperationsStore& store, const RetentionPeriods& periods);
std::size_t erase_ended_values(OperationsStore& store, const RetentionPeriods& periods);

// Does both from time to time. Several processes may do so at once: each takes other rows. The store
// must outlive it and is its own.
class Retention {
 public:
  // One line each for an operator, no personal data. From the thread that runs it.
  struct Observer {
    std::function<void(const std::string&)> info;   // what has been done
    std::function<void(const std::string&)> fault;  // why it could not be done
  };

  Retention(OperationsStore& store, Observer observer, RetentionPeriods periods = {});

  // All that is due now; says what there was.
  void erase_due();
  // The same at once and then ever again, until a stop is asked for. A fault waits for the next time.
  void run(std::stop_token stop);

 private:
  OperationsStore& store_;
  const Observer observer_;
  const RetentionPeriods periods_;
};

}  // namespace elukaar::operations
