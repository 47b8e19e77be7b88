#pragma once

#include <string>

#include "base/json.hpp"
#include "texts/catalogue.hpp"

namespace elukaar::texts {

// What a file says in several languages, {et, en, ru}, in the reader's: in Estonian where that one is missing, a
// plain text as it is; empty for anything else.
std::string localised(const Json& text, Language language);

}  // namespace elukaar::texts
