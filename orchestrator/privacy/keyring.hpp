#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace elukaar::privacy {

// 256 bits that are wiped when they go. Neither printed nor compared.
class SecretKey {
 public:
  using Bytes = std::array<std::uint8_t, 32>;

  SecretKey() = default;
  explicit SecretKey(const Bytes& bytes) : bytes_(bytes) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  const Bytes& reveal() const { return bytes_; }

 private:
  Bytes bytes_{};
};

// What one numbered master key of a municipality is good for: two keys derived by HKDF-SHA-256, so
// that a leak of one use says nothing about the other.
struct KeyGeneration {
  std::uint32_t number = 0;
  SecretKey pseudonym;   // makes pseudonyms
  SecretKey vault_wrap;  // wraps the vault's data keys
};

// The keys of every municipality that is served here, from files outside the database and its
// backups: `<ehak>.key` for each municipality, `system.key` for what belongs to none. A file holds
// one master key a line, `<number> <64 hexadecimal digits>`; lines that begin with # are comments.
// The highest number is the one in use; lower ones still open what they have sealed. Losing a file
// is losing the municipality's vault.
//
// Immutable once loaded: share it by const reference between threads.
class Keyring {
 public:
  static constexpr std::size_t max_generations = 64;

  // Reads a directory. Refuses, with a sentence for the operator, a directory or a file that the
  // group or the world may read, a malformed line, a number given twice, a missing `system.key`.
  static Result<Keyring, std::string> load(const std::filesystem::path& directory);

  // A ring with one random system key and no municipality, never written down: what it seals is lost
  // with it. For runs that keep nothing (simulate/).
  static Keyring passing();

  // Whether the municipality has a key. Without one no personal value of it may be kept.
  bool serves(const Municipality& municipality) const;
  std::vector<Municipality> municipalities() const;

  // Oldest first, never empty; null for a municipality that is not served. Owned by the ring.
  const std::vector<KeyGeneration>* generations(const Municipality& municipality) const;
  // The key in use; null as above.
  const KeyGeneration* newest(const Municipality& municipality) const;
  // A given one; null where there is none.
  const KeyGeneration* generation(const Municipality& municipality, std::uint32_t number) const;

  // The keys of `system.key`, under this name.
  static const Municipality& system();

 private:
  std::map<Municipality, std::vector<KeyGeneration>> rings_;
};

// Makes a directory (mode 0700) with random keys for these municipalities and `system.key` (mode
// 0600); files that exist are left alone, so a second call adds what is missing. For development:
// in production the keys come from the municipality's own safe.
Result<void, std::string> create_development_keys(const std::filesystem::path& directory,
                                                  const std::vector<Municipality>& municipalities);

}  // namespace elukaar::privacy
