#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "caseview/view_store.hpp"
#include "engine/ports/vault.hpp"
#include "workflow/model/workflow.hpp"

// Answers that somebody has given to a form without sending it. They stand in the vault alone, under the
// case and whoever gave them, and nobody else reads them: the case is told only that there are some.
namespace elukaar::caseview {

// The vault's own end, whatever becomes of the case; longer than any file lets a draft live.
inline constexpr std::chrono::days max_draft_age{70};
// Of a form that was sent: until it is surely known whether it was accepted.
inline constexpr std::chrono::days draft_age_after_sending{1};

// Where one person's draft of a form lies.
engine::VaultQuery draft_place(const CaseRecord& record, const Pseudonym& person,
                               const std::string& form);

// The last day of the form's draft, as the case has it; nothing where it has none.
std::optional<Date> draft_until(const workflow::Workflow& rules, const Json& context,
                                const workflow::Form& form);

// The vault's entry for them, from the portal, at `now` (case time).
engine::VaultEntry draft_entry(const CaseRecord& record, const Pseudonym& person,
                               const std::string& form, const Json& answers, Timestamp now);

// After `action` was received: a draft that was thrown away ends at once, one whose form was sent soon.
void end_drafts(engine::Vault& vault, const workflow::Workflow& rules, const CaseRecord& record,
                const Pseudonym& person, const workflow::ActionRule& action, Timestamp now);

}  // namespace elukaar::caseview
