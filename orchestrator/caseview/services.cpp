#include "caseview/services.hpp"

#include <algorithm>

namespace elukaar::caseview {

Services::Services(std::vector<workflow::Service> services, engine::Workflows& workflows)
    : workflows_(workflows) {
  for (workflow::Service& service : services) {
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
  auto rules = workflows_.by_digest(of.release_digest, of.release,
                                    [&](int number) { return store.release_source(number); });
  return rules ? std::move(*rules) : nullptr;
}

}  // namespace elukaar::caseview
