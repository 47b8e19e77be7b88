#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "operations/operations_store.hpp"

namespace elukaar::operations {

// A case is named by its internal or its public id: a UUID, or its 32 hexadecimal digits as addresses have
// them. Nothing, or null, is the answer where there is no such case.

// {case, journal, timers, calls, parties}, persons masked.
Json history(OperationsStore& store, const std::string& id);

// Whether every row of a case's journal follows from the one before: the chain of hashes.
struct Verification {
  std::uint64_t rows = 0;                  // that follow
  std::optional<std::uint64_t> broken_at;  // sequence of the first that does not
};
std::optional<Verification> verify(OperationsStore& store, const std::string& id);

// The id of the order.
std::optional<Uuid> give_order(OperationsStore& store, const std::string& id, Order order,
                               const std::string& operator_name, const std::string& reason);

}  // namespace elukaar::operations
