#pragma once

#include <string>

#include "base/result.hpp"
#include "texts/catalogue.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::authoring {

// One HTML page by itself, without network or script: the diagram, and for each state what a resident
// would read in three languages, with the same as tables. The failure names the text that cannot be
// made.
Result<std::string, std::string> to_html(const workflow::Workflow& workflow, const texts::Catalogue& texts);

}  // namespace elukaar::authoring
