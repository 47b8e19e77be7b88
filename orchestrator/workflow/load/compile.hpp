#pragma once

#include <string>

#include "texts/catalogue.hpp"
#include "workflow/load/schemas.hpp"
#include "workflow/model/workflow.hpp"
#include "documents/yaml.hpp"

namespace elukaar::workflow {

struct CompileOptions {
  const Schemas& schemas;
  const texts::Facts* texts = nullptr;  // null: nothing is said about texts
  // False: the base by itself, without a municipality's settings. It is checked, not for running.
  bool municipality = true;
};

// A merged source (merge.hpp) made executable. With an error among the problems there is no workflow;
// warnings alone don't prevent one and are appended to `warnings`.
Result<WorkflowPtr, Problems> compile(const documents::Node& merged, const CompileOptions& options,
                                      Problems& warnings);

}  // namespace elukaar::workflow
