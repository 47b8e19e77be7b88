#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "caseview/view_store.hpp"
#include "engine/workflows.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::caseview {

// The services with their texts, as pages read them: texts of today, rules of the case's own release.
// Safe for any thread once built.
class Services {
 public:
  // `workflows` has the rules of all releases, and outlives this.
  Services(std::vector<workflow::Service> services, engine::Workflows& workflows);

  // Null for a service that the municipality does not have. Owned by this.
  const workflow::Service* find(const Municipality& municipality, const std::string& service) const;
  // Those with at least one service, sorted.
  std::vector<Municipality> municipalities() const;
  // As its files call it; empty for one that has none.
  std::string name_of(const Municipality& municipality) const;
  // The rules that a case follows; null where its release is unknown or no longer compiles.
  workflow::WorkflowPtr rules_of(const CaseRecord& of, ViewStore& store) const;

 private:
  std::map<std::pair<Municipality, std::string>, workflow::Service> services_;
  engine::Workflows& workflows_;
};

}  // namespace elukaar::caseview
