#pragma once

#include <memory>
#include <string>

#include "resident/resident_store.hpp"

namespace elukaar::adapters::postgres {

// Residents' reads and writes in PostgreSQL. What belongs to a case is done as the role elukaar_resident, bound to
// one municipality for the length of a transaction. One connection, made at the first call and again after it was
// lost: one object for each thread.
class PgCaseViews final : public resident::ResidentStore {
 public:
  // `connection`: a libpq connection string.
  explicit PgCaseViews(std::string connection);
  ~PgCaseViews() override;

  Timestamp case_now() override;
  Timestamp real_now() override;
  std::vector<caseview::CaseRecord> cases_of(const Municipality& municipality,
                                             const Pseudonym& person) override;
  std::optional<caseview::CaseRecord> find_case(const Municipality& municipality, const Pseudonym& person,
                                                const Uuid& public_id) override;
  std::vector<caseview::JournalRecord> journal_of(const caseview::CaseRecord& of) override;
  std::optional<std::string> release_source(int number) override;
  std::vector<resident::SeenCase> seen(const Municipality& municipality,
                                       const std::vector<Pseudonym>& persons,
                                       const std::vector<CaseId>& cases) override;
  caseview::ActionRecord add_action(const caseview::ActionDraft& draft,
                                    const std::function<std::string(Timestamp)>& event) override;
  std::optional<caseview::ActionRecord> action(const Municipality& municipality, const Pseudonym& person,
                                               const ActionId& id) override;
  std::vector<caseview::ActionRecord> actions_of(const Municipality& municipality,
                                                 const std::vector<Pseudonym>& persons,
                                                 const std::vector<ActionId>& ids) override;
  std::vector<Pseudonym> guardians(const Municipality& municipality, std::size_t limit) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
