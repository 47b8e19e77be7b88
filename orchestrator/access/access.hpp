#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/timestamp.hpp"

// Who may see and do what (authorisation.md): pure functions, deny by default. Nothing here asks a
// register or a database; what was found there is an argument.
namespace elukaar::access {

// How old the register's confirmation of custody may be to see a case, and to see what is offered or a
// document or to give an answer (authorisation.md).
inline constexpr std::chrono::hours custody_age_to_see{24};
inline constexpr std::chrono::minutes custody_age_to_act{15};

enum class Role { applicant, guardian, official };
std::string_view to_text(Role role);  // "applicant"
std::optional<Role> parse_role(std::string_view text);

// Level of assurance of a login (eIDAS): ordered.
enum class Assurance { none, low, substantial, high };
std::optional<Assurance> parse_assurance(std::string_view text);

// A person's part in a case, from `from` until before `to`.
struct Party {
  Pseudonym person;
  Role role = Role::guardian;
  Timestamp from{};
  std::optional<Timestamp> to;

  bool is_current(Timestamp now) const { return from <= now && (!to || now < *to); }
};

// Who asks. `custody_confirmed_at`: when the register last confirmed this person's custody of the
// case's subject; nothing: never.
struct Asker {
  Pseudonym person;
  Assurance assurance = Assurance::none;
  std::optional<Timestamp> custody_confirmed_at;
};

// What an action of the workflow file demands.
struct ActionDemand {
  std::string name;
  std::vector<std::string> roles;  // in the workflow file's words: see admits
  Assurance assurance = Assurance::substantial;
};

// Why something is refused; `none` = it is not.
enum class Refusal { none, no_party, not_visible_to_role, assurance_too_low, custody_too_old };
std::string_view to_text(Refusal refusal);  // "no-party"

// The part a person has in a case at `now`: applicant before guardian before official.
std::optional<Role> role_of(std::span<const Party> parties, const Pseudonym& person,
                            Timestamp now);

// Whether a role is among the workflow file's words (applicant, guardians, other-guardian, official).
// An applicant counts as one of the guardians too; the other guardian is one who did not apply.
bool admits(std::span<const std::string> roles, Role role);

// May this person see the case, whose status is published to `visible_to`?
Refusal may_see(std::span<const Party> parties, std::span<const std::string> visible_to,
                const Asker& asker, Timestamp now,
                std::chrono::microseconds custody_age = custody_age_to_see);

// May this person take the action now? Receipt of an answer while the register is silent is the
// caller's case: it passes the age that it accepts.
Refusal may_act(std::span<const Party> parties, const ActionDemand& action, const Asker& asker,
                Timestamp now, std::chrono::microseconds custody_age = custody_age_to_act);

// Names of those `offered` actions that this person may take, in the order given.
std::vector<std::string> allowed_actions(std::span<const Party> parties,
                                         std::span<const ActionDemand> offered, const Asker& asker,
                                         Timestamp now,
                                         std::chrono::microseconds custody_age = custody_age_to_act);

}  // namespace elukaar::access
