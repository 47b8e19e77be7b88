#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/case_store.hpp"

// Raw PostgreSQL: what the workers ask of their store in committed transactions is written down and asked
// again of an empty database, from memory, with nothing decoded, decided or published.
namespace elukaar::bench {

struct AskedDue {
  std::vector<int> lanes;
  std::size_t most = 0;
};
struct AskedFind {
  std::vector<engine::CorrelationKey> keys;
};
struct AskedKeyLocks {
  std::vector<engine::CorrelationKey> keys;
};
struct AskedCases {
  std::vector<engine::CaseRef> refs;
};
struct AskedReceipts {
  std::vector<engine::ReceiptQuestion> questions;
};
struct AskedDeferred {
  std::vector<engine::CaseRef> refs;
};
struct AskedEarly {
  std::vector<engine::CorrelationKey> keys;
};
struct AskedNow {};
struct AskedWrite {
  std::vector<engine::Lane> lanes;
  engine::Writes writes;
};

using Asked = std::variant<AskedDue, AskedFind, AskedKeyLocks, AskedCases, AskedReceipts, AskedDeferred,
                           AskedEarly, AskedNow, AskedWrite>;
// The questions of one committed transaction, in order.
using RecordedTransaction = std::vector<Asked>;

// A store that writes down what it passes on. One thread owns it.
class RecordingStore final : public engine::CaseStore {
 public:
  explicit RecordingStore(engine::CaseStore& store) : store_(store) {}

  std::vector<RecordedTransaction> recorded;

  std::unique_ptr<engine::BatchTransaction> begin() override;
  std::vector<engine::Lane> retake_lanes(const std::vector<std::string>& names,
                                         const std::string& owner,
                                         std::chrono::seconds lease) override {
    return store_.retake_lanes(names, owner, lease);
  }
  std::vector<engine::Lane> take_lanes(const std::vector<std::string>& names,
                                       const std::string& owner,
                                       std::chrono::seconds lease) override {
    return store_.take_lanes(names, owner, lease);
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
  std::size_t discard_expired(std::size_t most) override { return store_.discard_expired(most); }
  void mark_incident(const engine::CaseRef& ref, const std::string& why) override {
    store_.mark_incident(ref, why);
  }

 private:
  engine::CaseStore& store_;
};

// Asks everything again. The Kafka lanes that occur are taken first and stand for the recorded ones.
// Returns how many journal rows were written.
std::int64_t ask_again(engine::CaseStore& store, std::vector<RecordedTransaction>& recorded,
                       const std::string& owner);
// To be called before ask_again(), for its store: puts the lanes of this database into the recording.
void adopt_lanes(engine::CaseStore& store, std::vector<RecordedTransaction>& recorded,
                 const std::string& owner);

}  // namespace elukaar::bench
