#pragma once

#include <cstdint>
#include <string_view>

namespace elukaar::simulate {

// Chance without a sequence: the same question about the same family on the same occasion has the same
// answer, whatever else was asked before. A value; any thread.
class Fate {
 public:
  explicit Fate(std::uint64_t seed) : seed_(seed) {}

  // In [0, 1).
  double share(std::string_view who, std::string_view what, std::string_view occasion = {}) const {
    std::uint64_t hash = mixed(seed_);
    for (const std::string_view part : {who, what, occasion}) {
      for (const char c : part) hash = mixed(hash ^ static_cast<unsigned char>(c));
      hash = mixed(hash ^ 0x100);
    }
    return static_cast<double>(hash >> 11) * 0x1.0p-53;
  }
  // Whole, in [0, most).
  int below(std::string_view who, std::string_view what, int most,
            std::string_view occasion = {}) const {
    return static_cast<int>(share(who, what, occasion) * most);
  }

 private:
  static std::uint64_t mixed(std::uint64_t value) {  // SplitMix64
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
  }

  std::uint64_t seed_;
};

}  // namespace elukaar::simulate
