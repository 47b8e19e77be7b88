#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/timestamp.hpp"
#include "caseview/view_store.hpp"

namespace elukaar::resident {

using caseview::ActionRecord;
using caseview::CaseRecord;

// What an open page compares: which cases this person sees, and how new they are.
struct SeenCase {
  CaseId id;
  Uuid public_id;
  Pseudonym person;  // of those asked for
  std::uint64_t revision = 0;
};

// What residents' pages read and write beside what every page does. Contract:
// - Every read of a case takes a municipality and a person and goes through that person's parties
//   that have not ended: what does not exist and what belongs to others are the same nothing.
// - Cases without a status are not there.
// - Functions block; faults are engine::StoreFault. An object belongs to one thread at a time.
class ResidentStore : public caseview::ViewStore {
 public:
  static constexpr std::size_t max_cases = 200;  // of one person

  // Newest first.
  virtual std::vector<CaseRecord> cases_of(const Municipality& municipality,
                                           const Pseudonym& person) = 0;
  virtual std::optional<CaseRecord> find_case(const Municipality& municipality,
                                              const Pseudonym& person, const Uuid& public_id) = 0;

  // What the given persons see of the given cases; no cases given: of all. Through access::may_see.
  virtual std::vector<SeenCase> seen(const Municipality& municipality,
                                     const std::vector<Pseudonym>& persons,
                                     const std::vector<CaseId>& cases) = 0;

  virtual std::optional<ActionRecord> action(const Municipality& municipality,
                                             const Pseudonym& person, const ActionId& id) = 0;
  // Those of the given persons that are pending, and those of the given ids whatever became of them.
  virtual std::vector<ActionRecord> actions_of(const Municipality& municipality,
                                               const std::vector<Pseudonym>& persons,
                                               const std::vector<ActionId>& ids) = 0;

  // Guardians of open visible cases, newest case first: development's login page.
  virtual std::vector<Pseudonym> guardians(const Municipality& municipality, std::size_t limit) = 0;
};

}  // namespace elukaar::resident
