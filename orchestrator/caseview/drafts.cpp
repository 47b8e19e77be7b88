#include "caseview/drafts.hpp"

#include "calendar/calendar.hpp"
#include "caseview/page.hpp"
#include "engine/composition.hpp"

namespace elukaar::caseview {

engine::VaultQuery draft_place(const CaseRecord& record, const Pseudonym& person,
                               const std::string& form) {
  return {person, {"draft-" + form}, record.id.str()};
}

std::optional<Date> draft_until(const workflow::Workflow& rules, const Json& context,
                                const workflow::Form& form) {
  if (!form.draft) return std::nullopt;
  const auto until = value_of(rules, context, form.draft->until);
  return until && until->is_string() ? parse_iso_date(until->get<std::string>()) : std::nullopt;
}

engine::VaultEntry draft_entry(const CaseRecord& record, const Pseudonym& person,
                               const std::string& form, const Json& answers, Timestamp now) {
  const engine::VaultQuery place = draft_place(record, person, form);
  return {record.municipality,
          place.owner,
          place.person,
          place.fields.front(),
          Sensitive<std::string>(answers.dump()),
          privacy::FieldClass::special,
          {engine::portal_source(record.municipality), calendar::day_in_tallinn(now)},
          now,
          now + max_draft_age};
}

void end_drafts(engine::Vault& vault, const workflow::Workflow& rules, const CaseRecord& record,
                const Pseudonym& person, const workflow::ActionRule& action, Timestamp now) {
  for (const auto& [name, form] : rules.forms) {
    if (!form.draft) continue;
    const bool discarded = form.draft->discard == action.name;
    if (!discarded && action.form != name) continue;
    vault.keep_no_longer(record.municipality, draft_place(record, person, name),
                         discarded ? now : now + draft_age_after_sending);
  }
}

}  // namespace elukaar::caseview
