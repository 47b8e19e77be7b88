#pragma once

#include <string_view>

namespace elukaar {

// Writes the place and the sentence to standard error as one line and aborts. For ELUKAAR_ASSERT.
[[noreturn]] void abort_on_broken_invariant(const char* file, int line, std::string_view sentence);

}  // namespace elukaar

// A mistake of the program's own: whatever it would do next may be wrong, so it ends here, in every
// build. Not for what comes from outside or may fail: that is a `Result` or an exception.
// `sentence` says what was expected (std::string or a literal; evaluated only when it does not hold).
// A macro, because the clang that fuzzes does not know std::source_location yet.
#define ELUKAAR_ASSERT(condition, sentence) \
  ((condition) ? void() : ::elukaar::abort_on_broken_invariant(__FILE__, __LINE__, (sentence)))
