#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/case_store.hpp"

namespace elukaar::test {

// A stored case that has been text in between, as in a database.
class ThroughText final : public engine::StoredCase {
 public:
  explicit ThroughText(std::unique_ptr<engine::StoredCase> inner)
      : engine::StoredCase(*inner), inner_(std::move(inner)) {}

  Result<std::shared_ptr<const core::Case>, std::string> read(
      const workflow::Workflow& workflow) override {
    const auto value = inner_->read(workflow);
    if (!value) return failure(value.error());
    const std::string state = core::state_document(**value, workflow).dump();
    core::Case again = core::without_state(**value);
    again.context = Json::parse(again.context->dump());
    again.status = Json::parse(again.status->dump());
    if (auto done = core::read_state_document(Json::parse(state), workflow, again); !done) {
      return failure(done.error());
    }
    return std::make_shared<const core::Case>(std::move(again));
  }

 private:
  std::unique_ptr<engine::StoredCase> inner_;
};

inline std::vector<std::unique_ptr<engine::StoredCase>> through_text(
    std::vector<std::unique_ptr<engine::StoredCase>> cases) {
  for (auto& each : cases) each = std::make_unique<ThroughText>(std::move(each));
  return cases;
}

}  // namespace elukaar::test
