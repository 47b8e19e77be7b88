#include "app/wiring/shared.hpp"

#include "app/wiring/registry.hpp"

namespace elukaar::app {
namespace {

std::vector<workflow::WorkflowPtr> newest(const std::vector<workflow::Service>& services) {
  std::vector<workflow::WorkflowPtr> workflows;
  for (const auto& service : services) workflows.push_back(service.workflow);
  return workflows;
}

}  // namespace

Shared::Shared(const Settings& from)
    : settings(from),
      log(from.log_level),
      content(read_content(from)),
      registry(value_or_throw(make_registry(from, content.services))),
      workflows(newest(content.services),
                [this](const std::string& source) {
                  return workflow::compile_canonical(source, content.schemas);
                }),
      services(content.services, workflows),
      parts{workflows, content.events, content.calendar, content.keyring, from.kafka.topics} {}

}  // namespace elukaar::app
