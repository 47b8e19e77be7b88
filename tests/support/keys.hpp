#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "privacy/keyring.hpp"
#include "support/temporary_folder.hpp"

namespace elukaar::test {

// A ring with fresh random keys for these municipalities.
inline privacy::Keyring keyring_for(const std::vector<std::string>& municipalities) {
  const TemporaryFolder folder;
  std::vector<Municipality> names(municipalities.begin(), municipalities.end());
  if (auto made = privacy::create_development_keys(folder.path() / "keys", names); !made) {
    throw std::runtime_error(made.error());
  }
  auto ring = privacy::Keyring::load(folder.path() / "keys");
  if (!ring) throw std::runtime_error(ring.error());
  return *ring;
}

}  // namespace elukaar::test
