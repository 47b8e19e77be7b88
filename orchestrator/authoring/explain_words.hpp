#pragma once

#include "texts/catalogue.hpp"

namespace elukaar::authoring {

// The sentences of explain(), in three languages.
const texts::Catalogue& explain_words();

}  // namespace elukaar::authoring
