#pragma once

#include <memory>
#include <string>

#include "engine/ports/case_store.hpp"

namespace elukaar::adapters::postgres {

// Lanes, cases and their journal in PostgreSQL (schema/0001_cases.sql). One connection of its own, made
// at the first call and again after it was lost; one object for each thread. Statements work on whole
// batches: arrays in, sets out.
class CaseStore final : public engine::CaseStore {
 public:
  // A libpq connection string. Nothing is connected yet.
  explicit CaseStore(std::string connection);
  ~CaseStore() override;

  std::unique_ptr<engine::BatchTransaction> begin() override;
  std::vector<engine::Lane> take_lanes(const std::vector<std::string>& names,
                                       const std::string& owner,
                                       std::chrono::seconds lease) override;
  std::vector<engine::Lane> retake_lanes(const std::vector<std::string>& names,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override;
  std::vector<engine::Lane> take_internal_lanes(const std::string& owner, std::size_t most,
                                                std::chrono::seconds lease) override;
  std::vector<engine::LaneId> keep_lanes(const std::vector<engine::Lane>& lanes,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override;
  void release_lanes(const std::vector<engine::Lane>& lanes, const std::string& owner) override;
  std::size_t fair_share(const std::string& owner) override;
  std::vector<engine::OutboxRow> unpublished(engine::LaneId lane, std::int64_t after,
                                             std::size_t most) override;
  int release_number(const workflow::Workflow& workflow) override;
  std::optional<std::string> release_source(int number) override;
  void mark_incident(const engine::CaseRef& ref, const std::string& why) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
