#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace elukaar {

void abort_on_broken_invariant(const char* file, int line, std::string_view sentence) {
  std::fprintf(stderr, "%s:%d: %.*s\n", file, line, static_cast<int>(sentence.size()),
               sentence.data());
  std::abort();
}

}  // namespace elukaar
