#pragma once

#include <memory>
#include <string>

#include "operations/operations_store.hpp"

namespace elukaar::adapters::postgres {

// What operators see and order, in PostgreSQL. One connection, made at the first call and again after it was
// lost.
class PgOperations final : public operations::OperationsStore {
 public:
  // `connection`: a libpq connection string.
  explicit PgOperations(std::string connection);
  ~PgOperations() override;

  operations::Counts counts(const std::string& topic) override;
  std::vector<operations::ParkedRecord> parked(std::size_t most) override;
  std::size_t retry_parked(const std::vector<Uuid>& ids, const std::string& reason) override;
  Json case_history(const Uuid& id) override;
  std::optional<Uuid> order(const Uuid& id, operations::Order order, const std::string& operator_name,
                            const std::string& reason) override;
  std::size_t discard_parked(const operations::ParkedLimits& limits, std::size_t most) override;
  std::size_t erase_ended_values(std::size_t most) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// The case clock, which development moves and production refuses to find moved.
class PgCaseClock {
 public:
  // `connection`: a libpq connection string.
  explicit PgCaseClock(std::string connection);
  ~PgCaseClock();

  // From now on: real time plus `offset`, running `factor` times as fast.
  void set(double offset_seconds, double factor);
  void reset();
  bool is_shifted();
  std::string shown();  // RFC 3339, seconds

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
