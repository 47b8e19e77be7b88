#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "privacy/keyring.hpp"
#include "privacy/personal_code.hpp"

namespace elukaar::privacy {

// The municipality's name for a person: `p<N>_` and 26 characters of base32 (a–z, 2–7): the first
// 128 bits of HMAC-SHA-256 of the personal code under the municipality's key number N. Nothing for a
// municipality without a key.
//
// 128 bits: among a million persons two share a pseudonym with odds of 1 in 10^27; there are
// only some 10^9 possible codes, so it is the key alone that keeps the hash from being searched.
std::optional<Pseudonym> pseudonym(const Keyring& keyring, const Municipality& municipality,
                                   const PersonalCode& code);

// The municipality's name for somebody who is known to it by a word alone: an official who has logged
// in without a code (development). Made as above; no code gives the same.
std::optional<Pseudonym> pseudonym_of_official(const Keyring& keyring,
                                               const Municipality& municipality,
                                               std::string_view name);

// The names that the same person had under the municipality's older keys, oldest first.
std::vector<Pseudonym> former_pseudonyms(const Keyring& keyring, const Municipality& municipality,
                                         const PersonalCode& code);

// The name, `x_` and a UUID, of a person about whom no code may be kept or none is known. The same
// event tells of the same nameless person each time it is repeated: (event, place in it) is all that
// goes in. Two events about one such person give two names, until somebody links them.
Pseudonym nameless(const EventKey& event, std::string_view place);

// As above for a person who is entered by hand: random.
Pseudonym new_nameless();

// Whether the text has the shape of a pseudonym of either kind.
bool is_pseudonym(std::string_view text);

}  // namespace elukaar::privacy
