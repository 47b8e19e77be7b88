#include "access/access.hpp"

#include <algorithm>

namespace elukaar::access {
namespace {

// A confirmation from the future is a broken clock, not a right.
bool is_fresh(const std::optional<Timestamp>& confirmed_at, Timestamp now,
              std::chrono::microseconds age) {
  return confirmed_at && *confirmed_at <= now && now - *confirmed_at <= age;
}

// What holds for everybody who wants anything of the case. An official's right rests on a role
// that the municipality granted, not on custody.
Refusal check(std::span<const Party> parties, std::span<const std::string> roles,
              Assurance demanded, const Asker& asker, Timestamp now,
              std::chrono::microseconds custody_age) {
  const auto role = role_of(parties, asker.person, now);
  if (!role) return Refusal::no_party;
  if (!admits(roles, *role)) return Refusal::not_visible_to_role;
  if (asker.assurance < std::max(demanded, Assurance::substantial)) {
    return Refusal::assurance_too_low;
  }
  if (*role != Role::official && !is_fresh(asker.custody_confirmed_at, now, custody_age)) {
    return Refusal::custody_too_old;
  }
  return Refusal::none;
}

}  // namespace

std::string_view to_text(Role role) {
  switch (role) {
    case Role::applicant: return "applicant";
    case Role::guardian: return "guardian";
    case Role::official: return "official";
  }
  return "";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::applicant, Role::guardian, Role::official}) {
    if (text == to_text(role)) return role;
  }
  return std::nullopt;
}

std::optional<Assurance> parse_assurance(std::string_view text) {
  if (text == "low") return Assurance::low;
  if (text == "substantial") return Assurance::substantial;
  if (text == "high") return Assurance::high;
  return std::nullopt;
}

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::none: return "none";
    case Refusal::no_party: return "no-party";
    case Refusal::not_visible_to_role: return "not-visible-to-role";
    case Refusal::assurance_too_low: return "assurance-too-low";
    case Refusal::custody_too_old: return "custody-too-old";
  }
  return "no-party";
}

std::optional<Role> role_of(std::span<const Party> parties, const Pseudonym& person,
                            Timestamp now) {
  std::optional<Role> role;
  for (const Party& party : parties) {
    if (person.empty() || party.person != person || !party.is_current(now)) continue;
    role = role ? std::min(*role, party.role) : party.role;
  }
  return role;
}

bool admits(std::span<const std::string> roles, Role role) {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& word) {
    switch (role) {
      case Role::applicant: return word == "applicant" || word == "guardians";
      case Role::guardian: return word == "guardians" || word == "other-guardian";
      case Role::official: return word == "official";
    }
    return false;
  });
}

Refusal may_see(std::span<const Party> parties, std::span<const std::string> visible_to,
                const Asker& asker, Timestamp now, std::chrono::microseconds custody_age) {
  return check(parties, visible_to, Assurance::substantial, asker, now, custody_age);
}

Refusal may_act(std::span<const Party> parties, const ActionDemand& action, const Asker& asker,
                Timestamp now, std::chrono::microseconds custody_age) {
  return check(parties, action.roles, action.assurance, asker, now, custody_age);
}

std::vector<std::string> allowed_actions(std::span<const Party> parties,
                                         std::span<const ActionDemand> offered, const Asker& asker,
                                         Timestamp now, std::chrono::microseconds custody_age) {
  std::vector<std::string> names;
  for (const ActionDemand& action : offered) {
    if (may_act(parties, action, asker, now, custody_age) == Refusal::none) {
      names.push_back(action.name);
    }
  }
  return names;
}

}  // namespace elukaar::access
