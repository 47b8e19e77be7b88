#include "bench/recording.hpp"

#include <map>
#include <set>
#include <stdexcept>

#include "base/overloaded.hpp"

namespace elukaar::bench {
namespace {

constexpr std::chrono::seconds lease{3'600};

class RecordingTransaction final : public test::ForwardingTransaction {
 public:
  RecordingTransaction(std::unique_ptr<engine::BatchTransaction> inner,
                       std::vector<RecordedTransaction>& recorded)
      : ForwardingTransaction(std::move(inner)), recorded_(recorded) {}

  std::vector<engine::DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) override {
    asked_.push_back(AskedDue{lanes, most});
    return ForwardingTransaction::due_inputs(lanes, most);
  }
  std::vector<engine::FoundKey> find(const std::vector<engine::CorrelationKey>& keys) override {
    asked_.push_back(AskedFind{keys});
    return ForwardingTransaction::find(keys);
  }
  void lock_keys(const std::vector<engine::CorrelationKey>& keys) override {
    asked_.push_back(AskedKeyLocks{keys});
    ForwardingTransaction::lock_keys(keys);
  }
  std::vector<std::unique_ptr<engine::StoredCase>> lock_cases(
      std::vector<engine::CaseRef> refs) override {
    asked_.push_back(AskedCases{refs});
    return ForwardingTransaction::lock_cases(std::move(refs));
  }
  std::vector<bool> receipts(const std::vector<engine::ReceiptQuestion>& questions) override {
    asked_.push_back(AskedReceipts{questions});
    return ForwardingTransaction::receipts(questions);
  }
  std::vector<engine::DeferredRow> deferred_of(const std::vector<engine::CaseRef>& refs) override {
    asked_.push_back(AskedDeferred{refs});
    return ForwardingTransaction::deferred_of(refs);
  }
  std::vector<engine::EarlyEvent> early_events(
      const std::vector<engine::CorrelationKey>& keys) override {
    asked_.push_back(AskedEarly{keys});
    return ForwardingTransaction::early_events(keys);
  }
  Timestamp now() override {
    asked_.push_back(AskedNow{});
    return ForwardingTransaction::now();
  }
  bool write(const std::vector<engine::Lane>& lanes, const std::string& owner,
             std::chrono::seconds for_lease, const engine::Writes& writes) override {
    asked_.push_back(AskedWrite{lanes, writes});
    return ForwardingTransaction::write(lanes, owner, for_lease, writes);
  }
  void commit() override {
    ForwardingTransaction::commit();
    recorded_.push_back(std::move(asked_));
  }

 private:
  std::vector<RecordedTransaction>& recorded_;
  RecordedTransaction asked_;
};

}  // namespace

std::unique_ptr<engine::BatchTransaction> RecordingStore::begin() {
  return std::make_unique<RecordingTransaction>(ForwardingCaseStore::begin(), recorded);
}

void adopt_lanes(engine::CaseStore& store, std::vector<RecordedTransaction>& recorded,
                 const std::string& owner) {
  std::set<std::string> names;
  for (const RecordedTransaction& transaction : recorded) {
    for (const Asked& asked : transaction) {
      if (const auto* write = std::get_if<AskedWrite>(&asked)) {
        for (const engine::Lane& lane : write->lanes) names.insert(lane.name);
      }
    }
  }
  std::map<std::string, engine::Lane> lanes;
  for (engine::Lane& lane : store.take_lanes({names.begin(), names.end()}, owner, lease)) {
    lanes[lane.name] = std::move(lane);
  }
  for (RecordedTransaction& transaction : recorded) {
    for (Asked& asked : transaction) {
      auto* write = std::get_if<AskedWrite>(&asked);
      if (write == nullptr) continue;
      std::map<engine::LaneId, engine::LaneId> ids;
      for (engine::Lane& lane : write->lanes) {
        const engine::Lane& own = lanes.at(lane.name);
        ids[lane.id] = own.id;
        lane.id = own.id;
        lane.epoch = own.epoch;
      }
      for (engine::JournalRow& row : write->writes.journal) row.lane = ids.at(row.lane);
    }
  }
}

std::int64_t ask_again(engine::CaseStore& store, std::vector<RecordedTransaction>& recorded,
                       const std::string& owner) {
  std::int64_t rows = 0;
  for (const RecordedTransaction& asked : recorded) {
    const auto transaction = store.begin();
    for (const Asked& each : asked) {
      std::visit(
          overloaded{
              [&](const AskedDue& due) { transaction->due_inputs(due.lanes, due.most); },
              [&](const AskedFind& find) { transaction->find(find.keys); },
              [&](const AskedKeyLocks& locks) { transaction->lock_keys(locks.keys); },
              [&](const AskedCases& cases) { transaction->lock_cases(cases.refs); },
              [&](const AskedReceipts& receipts) { transaction->receipts(receipts.questions); },
              [&](const AskedDeferred& deferred) { transaction->deferred_of(deferred.refs); },
              [&](const AskedEarly& early) { transaction->early_events(early.keys); },
              [&](const AskedNow&) { transaction->now(); },
              [&](const AskedWrite& write) {
                if (!transaction->write(write.lanes, owner, lease, write.writes)) {
                  throw std::runtime_error("the database has given the lanes to somebody else");
                }
                rows += static_cast<std::int64_t>(write.writes.journal.size());
              }},
          each);
    }
    transaction->commit();
  }
  return rows;
}

}  // namespace elukaar::bench
