#pragma once

#include <memory>
#include <string>

#include "office/office_store.hpp"

namespace elukaar::adapters::postgres {

// Officials' reads and answers in PostgreSQL, as the role elukaar_resident, bound to the official's municipality
// for the length of a transaction. One connection, made at the first call and again after it was lost: one object
// for each thread.
class PgOffice final : public office::OfficeStore {
 public:
  // `connection`: a libpq connection string.
  explicit PgOffice(std::string connection);
  ~PgOffice() override;

  std::vector<caseview::CaseRecord> cases_of(const Municipality& municipality) override;
  std::optional<caseview::CaseRecord> find_case(const Municipality& municipality,
                                                const Uuid& public_id) override;
  std::vector<office::TaskRecord> tasks_of(const Municipality& municipality) override;
  std::optional<office::TaskRecord> task(const Municipality& municipality, const CallId& id) override;
  bool answer_task(const office::TaskAnswer& answer) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
