#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/case_store.hpp"

// A case store and its transactions that pass everything on: whoever wants to look on, or to get in the way,
// overrides the one function that it is about.
namespace elukaar::test {

class ForwardingTransaction : public engine::BatchTransaction {
 public:
  explicit ForwardingTransaction(std::unique_ptr<engine::BatchTransaction> inner)
      : inner_(std::move(inner)) {}

  std::vector<engine::DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) override {
    return inner_->due_inputs(lanes, most);
  }
  std::vector<engine::FoundKey> find(const std::vector<engine::CorrelationKey>& keys) override {
    return inner_->find(keys);
  }
  void lock_keys(const std::vector<engine::CorrelationKey>& keys) override { inner_->lock_keys(keys); }
  std::vector<std::unique_ptr<engine::StoredCase>> lock_cases(
      std::vector<engine::CaseRef> refs) override {
    return inner_->lock_cases(std::move(refs));
  }
  std::vector<bool> receipts(const std::vector<engine::ReceiptQuestion>& questions) override {
    return inner_->receipts(questions);
  }
  std::vector<engine::DeferredRow> deferred_of(const std::vector<engine::CaseRef>& refs) override {
    return inner_->deferred_of(refs);
  }
  std::vector<engine::EarlyEvent> early_events(
      const std::vector<engine::CorrelationKey>& keys) override {
    return inner_->early_events(keys);
  }
  std::vector<bool> known_broadcasts(const std::vector<engine::BroadcastRef>& refs) override {
    return inner_->known_broadcasts(refs);
  }
  std::optional<engine::BroadcastPage> broadcast_page(const engine::BroadcastRef& ref,
                                                      std::size_t most) override {
    return inner_->broadcast_page(ref, most);
  }
  Timestamp now() override { return inner_->now(); }
  bool write(const std::vector<engine::Lane>& lanes, const std::string& owner,
             std::chrono::seconds lease, const engine::Writes& writes) override {
    return inner_->write(lanes, owner, lease, writes);
  }
  void commit() override { inner_->commit(); }

 private:
  std::unique_ptr<engine::BatchTransaction> inner_;
};

// `store` must outlive it.
class ForwardingCaseStore : public engine::CaseStore {
 public:
  explicit ForwardingCaseStore(engine::CaseStore& store) : store_(store) {}

  std::unique_ptr<engine::BatchTransaction> begin() override { return store_.begin(); }
  std::vector<engine::Lane> take_lanes(const std::vector<std::string>& names,
                                       const std::string& owner,
                                       std::chrono::seconds lease) override {
    return store_.take_lanes(names, owner, lease);
  }
  std::vector<engine::Lane> retake_lanes(const std::vector<std::string>& names,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override {
    return store_.retake_lanes(names, owner, lease);
  }
  std::vector<engine::Lane> take_internal_lanes(const std::string& owner, std::size_t most,
                                                std::chrono::seconds lease) override {
    return store_.take_internal_lanes(owner, most, lease);
  }
  std::vector<engine::LaneId> keep_lanes(const std::vector<engine::Lane>& lanes,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override {
    return store_.keep_lanes(lanes, owner, lease);
  }
  void release_lanes(const std::vector<engine::Lane>& lanes, const std::string& owner) override {
    store_.release_lanes(lanes, owner);
  }
  std::size_t fair_share(const std::string& owner) override { return store_.fair_share(owner); }
  std::vector<engine::OutboxRow> unpublished(engine::LaneId lane, std::int64_t after,
                                             std::size_t most) override {
    return store_.unpublished(lane, after, most);
  }
  int release_number(const workflow::Workflow& workflow) override {
    return store_.release_number(workflow);
  }
  std::optional<std::string> release_source(int number) override {
    return store_.release_source(number);
  }
  void mark_incident(const engine::CaseRef& ref, const std::string& why) override {
    store_.mark_incident(ref, why);
  }

 private:
  engine::CaseStore& store_;
};

}  // namespace elukaar::test
