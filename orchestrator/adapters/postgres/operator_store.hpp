#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"

namespace elukaar::adapters::postgres {

// What an operator sees and orders, for the command line: ids, states, reasons; nothing of the vault.
// Blocking, one connection for its life; failures are exceptions with one line.
class OperatorStore {
 public:
  explicit OperatorStore(const std::string& connection);
  ~OperatorStore();

  struct Counts {
    std::int64_t applied = 0;
    std::int64_t duplicates = 0;
    std::int64_t parked = 0;
    struct Reason {
      std::string reason;
      std::string detail;
      std::int64_t count = 0;
    };
    std::vector<Reason> reasons;  // of what is parked now
  };
  // What became of all records read from topics whose name begins so; empty: of all.
  Counts counts(const std::string& topic);

  struct Parked {
    Uuid id;
    std::string municipality;
    std::string origin;
    std::string type;
    std::string event_id;
    std::string reason;
    std::string detail;
    std::string parked_at;
  };
  std::vector<Parked> parked(std::size_t most);
  // Orders that parked records be tried again; how many there were. No ids: all with this reason; no
  // reason either: all.
  std::size_t retry_parked(const std::vector<Uuid>& ids, const std::string& reason);

  // One case by its internal or its public id (UUID, or 32 hexadecimal digits): {case, journal, timers,
  // calls, parties}. Null: there is none.
  Json case_history(const std::string& id);
  // Orders something of a case; the id of the order. Nothing: there is no such case.
  std::optional<Uuid> order(const std::string& id, const std::string& kind,
                            const std::string& operator_name, const std::string& reason);

  // The case clock from now on: real time plus `offset`, running `factor` times as fast.
  void set_clock(double offset_seconds, double factor);
  void reset_clock();
  bool clock_is_shifted();
  std::string case_time();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
