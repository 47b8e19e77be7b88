#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "operations/operations_store.hpp"

namespace elukaar::operations {

// Which parked records: those named, or all with a reason, or all.
struct ParkedChoice {
  std::vector<std::string> ids;  // as the list shows them
  std::string reason;            // code
  bool all = false;
};

// Has them tried again; how many there were. The error says what to change of the choice.
Result<std::size_t, std::string> retry(OperationsStore& store, const ParkedChoice& choice);

}  // namespace elukaar::operations
