#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Each target defines LLVMFuzzerTestOneInput: nothing but a crash, a hang, too much memory or a broken
// expectation is wrong with an input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace elukaar::fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view{} : std::string_view(reinterpret_cast<const char*>(data), size);
}

inline void expect(bool holds) {
  if (holds) return;
  std::fputs("a fuzz target's expectation is broken\n", stderr);
  std::abort();
}

}  // namespace elukaar::fuzz
