#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elukaar {

// The candidate closest to `word` by edit distance, for "did you mean …?"; empty where nothing is
// close enough to be a likely slip: two edits, or a third of a longer word.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace elukaar
