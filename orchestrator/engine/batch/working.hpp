#pragma once

#include <memory>
#include <vector>

#include "engine/ports/case_store.hpp"

namespace elukaar::engine {

// A case while a batch works on it: as the store keeps it until the batch changes it.
struct Working {
  CaseRef ref;
  workflow::WorkflowPtr workflow;  // by which it is decided now
  bool created = false;
  bool changed = false;
  std::shared_ptr<const core::Case> stored;  // null once it has changed
  core::Case value;                          // from then on
  std::vector<DeferredRow> deferred;         // oldest first

  const core::Case& current() const { return stored ? *stored : value; }
  bool is_open() const { return core::is_open(current().lifecycle); }

  // To be changed.
  core::Case& change() {
    if (stored) {
      value = *stored;
      stored = nullptr;
    }
    changed = true;
    return value;
  }
  void become(core::Case next) {
    stored = nullptr;
    value = std::move(next);
    changed = true;
  }
};

}  // namespace elukaar::engine
