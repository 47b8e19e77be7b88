#pragma once

#include <memory>
#include <string>

#include "office/office_store.hpp"

namespace elukaar::adapters::postgres {

// Officials' reads in PostgreSQL. Cases are read as the role elukaar_resident, bound
// to the official's municipality for the length of a transaction; it stands in resident_store.cpp,
// with which it shares the statements. One object for each thread, as ResidentStore.
class OfficeStore final : public office::OfficeStore {
 public:
  // `connection`: a libpq connection string.
  explicit OfficeStore(std::string connection);
  ~OfficeStore() override;

  std::vector<caseview::CaseRecord> cases_of(const Municipality& municipality) override;
  std::optional<caseview::CaseRecord> find_case(const Municipality& municipality,
                                                const Uuid& public_id) override;
  std::vector<office::TaskRecord> tasks_of(const Municipality& municipality) override;
  std::optional<office::TaskRecord> task(const Municipality& municipality,
                                         const CallId& id) override;
  bool answer_task(const office::TaskAnswer& answer) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
