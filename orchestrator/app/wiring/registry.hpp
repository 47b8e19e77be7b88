#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"
#include "base/result.hpp"
#include "kit/registry.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::app {

// The connectors that the settings name, and which of them serves each municipality by its file. Reads
// operations' schemas from the content folder; the message of a failure is for the operator.
Result<kit::Registry, std::string> make_registry(const Settings& settings,
                                                 const std::vector<workflow::Service>& services);

}  // namespace elukaar::app
