#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/call_store.hpp"

namespace elukaar::adapters::postgres {

// The table `elukaar.call` (schema/0001). While a call is in flight, `next_attempt_at` is the end of its
// lease: one index finds all that is due. Whoever abandons a call leaves its lease token, so that a late
// answer is known. One connection, made at the first use and again after it was lost.
class PgCalls final : public engine::CallStore {
 public:
  // A libpq connection string. Nothing is connected yet.
  explicit PgCalls(std::string connection);
  ~PgCalls() override;

  std::vector<engine::ClaimedCall> claim(const engine::ClaimRequest& request) override;
  std::vector<bool> record(const std::vector<engine::CallReport>& reports) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
