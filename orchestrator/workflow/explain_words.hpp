#pragma once

#include "status/catalogue.hpp"

namespace elukaar::workflow {

// The sentences of explain(), in three languages.
const status::Catalogue& explain_words();

}  // namespace elukaar::workflow
