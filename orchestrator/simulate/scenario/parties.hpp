#pragma once

#include <vector>

#include "access/access.hpp"
#include "core/case.hpp"

namespace elukaar::simulate {

// The parties of a case as rights are asked of them: core keeps those of now alone, so they have no
// beginning and no end.
inline std::vector<access::Party> parties_of(const core::Case& of) {
  std::vector<access::Party> parties;
  for (const core::Party& party : of.parties) {
    const auto role = party.role == "guardians"   ? access::Role::guardian
                      : party.role == "applicant" ? access::Role::applicant
                                                  : access::Role::official;
    parties.push_back({party.person, role, Timestamp::min(), std::nullopt});
  }
  return parties;
}

}  // namespace elukaar::simulate
