#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/ports/case_store.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::engine {

// The workflows in force: the newest of each municipality and service, as loaded at the start, and
// older ones that running cases are pinned to, compiled again from the database when first needed.
// Safe for any thread once built.
class Workflows {
 public:
  using Compile = std::function<Result<workflow::WorkflowPtr, Problems>(const std::string&)>;

  Workflows(std::vector<workflow::WorkflowPtr> newest, Compile compile);

  bool serves(const Municipality& municipality) const;
  // The services of a municipality that react to a type; empty: none does.
  std::vector<workflow::WorkflowPtr> reacting_to(const Municipality& municipality,
                                                 const std::string& type) const;
  // Null for a service that the municipality does not have.
  workflow::WorkflowPtr newest(const Municipality& municipality, const std::string& service) const;
  const std::vector<workflow::WorkflowPtr>& all() const { return newest_; }

  // Writes down what the database does not know yet. Call it once before work begins.
  void register_with(CaseStore& store);
  // The database's number of a workflow that is registered or was found by number.
  int number_of(const workflow::WorkflowPtr& workflow) const;
  // The workflow behind a number; the error is a sentence for an operator.
  Result<workflow::WorkflowPtr, std::string> by_number(int number, CaseStore& store);
  // The same for whoever knows the digest as well and has another store: nothing is asked of it for a
  // release that is known. `source_of` gives a release's canonical source, or nothing.
  using SourceOf = std::function<std::optional<std::string>(int number)>;
  Result<workflow::WorkflowPtr, std::string> by_digest(const std::string& digest, int number,
                                                       const SourceOf& source_of);

 private:
  Result<workflow::WorkflowPtr, std::string> compile_release(
      int number, const std::optional<std::string>& source);

  std::vector<workflow::WorkflowPtr> newest_;
  std::map<std::pair<Municipality, std::string>, workflow::WorkflowPtr> by_service_;
  std::map<Municipality, std::vector<workflow::WorkflowPtr>> by_municipality_;
  Compile compile_;
  mutable std::mutex mutex_;  // of what follows
  std::map<int, workflow::WorkflowPtr> by_number_;
  std::map<std::string, workflow::WorkflowPtr> by_digest_;
  std::map<const workflow::Workflow*, int> numbers_;
};

}  // namespace elukaar::engine
