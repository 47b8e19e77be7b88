#include "caseview/services.hpp"

#include <algorithm>

namespace elukaar::caseview {

Services::Services(std::vector<workflow::Service> services, Compile compile)
    : compile_(std::move(compile)) {
  for (workflow::Service& service : services) {
    by_digest_[service.workflow->digest] = service.workflow;
    std::pair key{service.workflow->municipality.ehak, service.workflow->service};
    services_.insert_or_assign(std::move(key), std::move(service));
  }
}

const workflow::Service* Services::find(const Municipality& municipality,
                                        const std::string& service) const {
  const auto found = services_.find({municipality, service});
  return found == services_.end() ? nullptr : &found->second;
}

std::vector<Municipality> Services::municipalities() const {
  std::vector<Municipality> all;
  for (const auto& [key, service] : services_) {
    if (all.empty() || all.back() != key.first) all.push_back(key.first);
  }
  return all;
}

std::string Services::name_of(const Municipality& municipality) const {
  for (const auto& [key, service] : services_) {
    if (key.first == municipality) return service.workflow->municipality.name;
  }
  return {};
}

workflow::WorkflowPtr Services::rules_of(const CaseRecord& of, ViewStore& store) const {
  {
    const std::lock_guard lock{mutex_};
    if (const auto known = by_digest_.find(of.release_digest); known != by_digest_.end()) {
      return known->second;
    }
  }
  const auto source = store.release_source(of.release);
  if (!source) return nullptr;
  auto compiled = compile_(*source);
  if (!compiled) return nullptr;
  const std::lock_guard lock{mutex_};
  return by_digest_[of.release_digest] = *compiled;
}

}  // namespace elukaar::caseview
