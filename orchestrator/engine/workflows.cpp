#include "engine/workflows.hpp"

#include <fmt/format.h>

namespace elukaar::engine {

Workflows::Workflows(std::vector<workflow::WorkflowPtr> newest, Compile compile)
    : newest_(std::move(newest)), compile_(std::move(compile)) {
  for (const auto& workflow : newest_) {
    by_service_[{workflow->municipality.ehak, workflow->service}] = workflow;
    by_municipality_[workflow->municipality.ehak].push_back(workflow);
    by_digest_[workflow->digest] = workflow;
  }
}

bool Workflows::serves(const Municipality& municipality) const {
  return by_municipality_.contains(municipality);
}

std::vector<workflow::WorkflowPtr> Workflows::reacting_to(const Municipality& municipality,
                                                          const std::string& type) const {
  std::vector<workflow::WorkflowPtr> found;
  if (const auto all = by_municipality_.find(municipality); all != by_municipality_.end()) {
    for (const auto& workflow : all->second) {
      if (workflow->event_names.contains(type)) found.push_back(workflow);
    }
  }
  return found;
}

workflow::WorkflowPtr Workflows::newest(const Municipality& municipality,
                                        const std::string& service) const {
  const auto found = by_service_.find({municipality, service});
  return found == by_service_.end() ? nullptr : found->second;
}

void Workflows::register_with(CaseStore& store) {
  const std::lock_guard lock{mutex_};
  for (const auto& workflow : newest_) {
    const int number = store.release_number(*workflow);
    by_number_[number] = workflow;
    numbers_[workflow.get()] = number;
  }
}

int Workflows::number_of(const workflow::WorkflowPtr& workflow) const {
  const std::lock_guard lock{mutex_};
  return numbers_.at(workflow.get());
}

Result<workflow::WorkflowPtr, std::string> Workflows::by_number(int number, CaseStore& store) {
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = by_number_.find(number); found != by_number_.end()) {
      return found->second;
    }
  }
  return compile_release(number, store.release_source(number));
}

Result<workflow::WorkflowPtr, std::string> Workflows::by_digest(const std::string& digest,
                                                                int number,
                                                                const SourceOf& source_of) {
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = by_digest_.find(digest); found != by_digest_.end()) return found->second;
  }
  return compile_release(number, source_of(number));
}

Result<workflow::WorkflowPtr, std::string> Workflows::compile_release(
    int number, const std::optional<std::string>& source) {
  if (!source) return failure(fmt::format("the database has no workflow release {}", number));
  auto compiled = compile_(*source);
  if (!compiled) {
    return failure(fmt::format("workflow release {} no longer compiles: {}", number,
                               compiled.error().empty() ? "" : to_text(compiled.error().front())));
  }
  // The rules stay as they were; which system plays a role, whom to ask and the like hold at once.
  auto pinned = std::make_shared<workflow::Workflow>(**compiled);
  if (const auto now = newest(pinned->municipality.ehak, pinned->service)) {
    pinned->municipality = now->municipality;
  }
  const std::lock_guard lock{mutex_};
  // Another thread may have been quicker.
  const auto [known, added] = by_number_.try_emplace(number, std::move(pinned));
  if (added) {
    numbers_[known->second.get()] = number;
    by_digest_[known->second->digest] = known->second;
  }
  return known->second;
}

}  // namespace elukaar::engine
