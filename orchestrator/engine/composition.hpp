#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/ports/vault.hpp"
#include "workflow/model/workflow.hpp"

// The event that a person's act becomes: for the residents' desk, the office, and simulated families.
namespace elukaar::engine {

// What somebody did in a case, checked as far as a page can check it.
struct Act {
  const Municipality& municipality;
  const CaseId& case_id;
  const Json& context;      // of the case
  const workflow::ActionRule& rule;
  const std::string& type;  // of the event that it becomes
  const Json* schema;       // of that event's data; null: it has none
  Pseudonym person;         // whose act it is
  ActionId id;
  std::string subject{};  // as the page offered it, and the version of it that was seen
  std::int64_t subject_version = 0;  // 0: the subject is the case, or has none
  std::string reason{};              // code; empty: none was asked for
  Json answers{};                    // to the rule's form
  std::vector<std::string> asked{};  // names of the answers
};

// The CloudEvents source of what comes through a municipality's portal.
std::string portal_source(const Municipality& municipality);

struct Composed {
  Json event;                               // {id, source, type, time, data}
  std::vector<VaultEntry> entries;  // what of it is personal
};

// Fills in what the event's schema names, and nothing else:
// - a member named like the form that was asked, where it has an `applicant`: {id, applicant,
//   submittedAt} and the answers; otherwise each answer stands by its own name;
// - `by`, `receivedAt`, `reason`;
// - an object with a `revision`: {id, revision} of the subject, where that has a version;
// - an object with a `key` or an `id`: that of the case's own member of this name.
// Answers that the schema classes as personal go into the vault instead.
Composed compose(const Act& act, Timestamp received_at);

}  // namespace elukaar::engine
