#pragma once

#include "access/access.hpp"
#include "notify/message.hpp"

namespace elukaar::caseview {

using notify::visible_to;

// Who asks. Custody counts as confirmed for as long as the register has not said otherwise: a party
// stands in the case because a register's answer named it, and goes when a later answer does not.
// That the answer is younger than access::custody_age_to_see is not asked yet, for nothing asks the
// register again while a case rests (ADR 0011); what is asked for has
// its own check before anything comes of it.
inline access::Asker asker_of(const Pseudonym& person, access::Assurance assurance, Timestamp now) {
  return {person, assurance, now};
}

}  // namespace elukaar::caseview
