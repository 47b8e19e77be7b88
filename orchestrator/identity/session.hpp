#pragma once

#include <map>
#include <string>

#include "access/access.hpp"
#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/timestamp.hpp"

namespace elukaar::identity {

// What one person is called in each municipality that knows him.
using Persons = std::map<Municipality, Pseudonym>;

// Whose pages a session opens; one kind's is none of the other's.
enum class Kind { resident, official };

// Somebody who is logged in. Names and codes stand in the vault alone.
struct Session {
  Digest token{};  // SHA-256 of the cookie's value
  std::string csrf;
  Kind kind = Kind::resident;
  Persons persons;  // an official's: of the one municipality that he logged in for
  access::Assurance assurance = access::Assurance::none;
  Timestamp created_at{};  // real time, like the next two
  Timestamp seen_at{};
  Timestamp expires_at{};

  // Of an official's session: for which municipality, and who he is there.
  const Municipality& municipality() const { return persons.begin()->first; }
  const Pseudonym& official() const { return persons.begin()->second; }
};

}  // namespace elukaar::identity
