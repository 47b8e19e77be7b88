#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/ports/case_store.hpp"
#include "support/forwarding_case_store.hpp"

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
class RecordingStore final : public test::ForwardingCaseStore {
 public:
  using ForwardingCaseStore::ForwardingCaseStore;

  std::vector<RecordedTransaction> recorded;

  std::unique_ptr<engine::BatchTransaction> begin() override;
};

// Asks everything again. The Kafka lanes that occur are taken first and stand for the recorded ones.
// Returns how many journal rows were written.
std::int64_t ask_again(engine::CaseStore& store, std::vector<RecordedTransaction>& recorded,
                       const std::string& owner);
// To be called before ask_again(), for its store: puts the lanes of this database into the recording.
void adopt_lanes(engine::CaseStore& store, std::vector<RecordedTransaction>& recorded,
                 const std::string& owner);

}  // namespace elukaar::bench
