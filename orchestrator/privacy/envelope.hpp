#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::privacy {

// Whose values one data key seals. `owner` is the case they were given in, or empty for what is
// known of the person himself.
struct Holder {
  Municipality municipality;
  std::string owner;
  Pseudonym person;

  auto operator<=>(const Holder&) const = default;
};

enum class SealFlaw {
  no_key,         // the municipality has no key, or not the one with that number
  malformed,      // not a sealed value at all, or cut short
  not_authentic,  // another key, another place, or changed bytes: which one cannot be told
};
std::string_view to_text(SealFlaw flaw);

// A data key as it may be stored: sealed by the municipality's master key of this number.
struct WrappedKey {
  std::uint32_t key_number = 0;
  std::string bytes;
};

struct NewDataKey {
  SecretKey key;
  WrappedKey wrapped;
};

// Envelope encryption, AES-256-GCM: each holder has a random data key, wrapped by the municipality's
// key, which never reaches the database. Every sealed text is bound to its place (municipality,
// owner, person, field): moved to another row it does not open. Sealing the same text twice gives
// different bytes. All functions are safe to call from any thread.

Result<NewDataKey, SealFlaw> new_data_key(const Keyring& keyring, const Holder& holder);
Result<SecretKey, SealFlaw> unwrap(const Keyring& keyring, const Holder& holder,
                                   const WrappedKey& wrapped);

std::string seal(const SecretKey& data_key, const Holder& holder, std::string_view field,
                 const Sensitive<std::string>& value);
Result<Sensitive<std::string>, SealFlaw> open(const SecretKey& data_key, const Holder& holder,
                                              std::string_view field, std::string_view sealed);

// For bytes that belong to no municipality for certain (a parked record): sealed under the system
// key and bound to `context` (the record's id).
std::string seal_bytes(const Keyring& keyring, std::string_view context, std::string_view bytes);
Result<std::string, SealFlaw> open_bytes(const Keyring& keyring, std::string_view context,
                                         std::string_view sealed);

}  // namespace elukaar::privacy
