#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elukaar {

// The candidate closest to `word` by edit distance, for "did you mean …?"; empty where nothing is
// close enough to be a likely slip (more than a third of the word would have to change).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace elukaar
