#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "engine/ports/store_fault.hpp"

namespace elukaar::operations {

// What became of the records read so far, each counted once.
struct Counts {
  struct Reason {
    std::string reason;  // code
    std::string detail;  // one of the sentences
    std::int64_t count = 0;
  };
  std::int64_t applied = 0;
  std::int64_t duplicates = 0;
  std::int64_t parked = 0;
  std::vector<Reason> reasons;  // of what is parked now
};

// A record that could not be applied, without its content.
struct ParkedRecord {
  Uuid id;
  std::string municipality;  // empty: unknown
  std::string origin;        // "<lane> @ <position>"
  std::string type;
  std::string event_id;
  std::string reason;
  std::string detail;
  std::string parked_at;  // RFC 3339, seconds
};

// What an operator may order of a case; it reaches the case as any input does.
enum class Order { retry, suspend, resume, cancel };
std::string_view to_text(Order order);

// How much is kept of records that could not be applied. Beyond a limit their content is deleted
// (privacy): they count as discarded, with their reason.
struct ParkedLimits {
  std::chrono::days kept{30};  // so long somebody may still have one applied
};

// Port: what operators see and order, and what is kept for a time only: ids, states, reasons; nothing of the
// vault is read. Functions block; faults are engine::StoreFault. An object belongs to one thread at a time.
class OperationsStore {
 public:
  virtual ~OperationsStore() = default;

  // Of the topics whose names begin so; empty: of all.
  virtual Counts counts(const std::string& topic) = 0;

  // The newest first.
  virtual std::vector<ParkedRecord> parked(std::size_t most) = 0;
  // Orders that parked records be tried again; how many there were. No ids: all with this reason; no
  // reason either: all.
  virtual std::size_t retry_parked(const std::vector<Uuid>& ids, const std::string& reason) = 0;

  // One case by its internal or its public id: {case, journal, timers, calls, parties}. Null: there is none.
  virtual Json case_history(const Uuid& id) = 0;
  // Writes an order down, for the case's lane to carry out; the id of the order. Nothing: there is no such case.
  virtual std::optional<Uuid> order(const Uuid& id, Order order, const std::string& operator_name,
                                    const std::string& reason) = 0;

  // Deletes the content of parked records beyond the limits, at most `most` of them. How many there were.
  virtual std::size_t discard_parked(const ParkedLimits& limits, std::size_t most) = 0;
  // Erases the personal values whose end has come on the case clock, likewise.
  virtual std::size_t erase_ended_values(std::size_t most) = 0;
};

}  // namespace elukaar::operations
