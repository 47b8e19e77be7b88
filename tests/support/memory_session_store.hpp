#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "identity/session_store.hpp"

namespace elukaar::test {

// Sessions in memory, by a clock of the test's: the same promises as PostgreSQL's; tests/contract/identity holds it to
// them.
class MemorySessionStore final : public identity::SessionStore {
 public:
  explicit MemorySessionStore(std::function<Timestamp()> clock) : clock_(std::move(clock)) {}

  Timestamp now() override { return clock_(); }
  void add(const identity::Session& session) override { sessions_.push_back(session); }
  std::optional<identity::Session> find(identity::Kind kind, const Digest& token,
                                        std::chrono::microseconds idle) override {
    const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& each) {
      return each.token == token && each.kind == kind;
    });
    if (found == sessions_.end()) return std::nullopt;
    if (now() >= found->expires_at || now() >= found->seen_at + idle) {
      sessions_.erase(found);
      return std::nullopt;
    }
    found->seen_at = now();
    return *found;
  }
  void end(const Digest& token) override {
    std::erase_if(sessions_, [&](const auto& each) { return each.token == token; });
  }

 private:
  std::function<Timestamp()> clock_;
  std::vector<identity::Session> sessions_;
};

}  // namespace elukaar::test
