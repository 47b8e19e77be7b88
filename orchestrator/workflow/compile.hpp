#pragma once

#include <string>

#include "status/catalogue.hpp"
#include "workflow/schemas.hpp"
#include "workflow/workflow.hpp"
#include "workflow/yaml.hpp"

namespace elukaar::workflow {

struct CompileOptions {
  const Schemas& schemas;
  const status::Facts* texts = nullptr;  // null: nothing is said about texts
  // False: the base by itself, without a municipality's settings. It is checked, not for running.
  bool municipality = true;
};

// A merged source (merge.hpp) made executable. With an error among the problems there is no workflow;
// warnings alone don't prevent one and are appended to `warnings`.
Result<WorkflowPtr, Problems> compile(const Node& merged, const CompileOptions& options,
                                      Problems& warnings);

}  // namespace elukaar::workflow
