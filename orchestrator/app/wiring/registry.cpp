#include "app/wiring/registry.hpp"

#include <set>

#include <fmt/format.h>

#include "systems/all.hpp"

namespace elukaar::app {
namespace {

// Roles that some municipality's officials play themselves, by its file.
std::set<std::string> roles_by_hand(const std::vector<workflow::Service>& services) {
  std::set<std::string> roles;
  for (const workflow::Service& service : services) {
    const auto& municipality = service.workflow->municipality;
    for (const auto& [role, profile] : municipality.systems.items()) {
      if (municipality.does_by_hand(role)) roles.insert(role);
    }
  }
  return roles;
}

Result<void, std::string> add_connectors(kit::Registry& registry, const Settings& settings,
                                         const std::set<std::string>& by_hand) {
  for (const kit::Configured& configured : settings.connectors) {
    auto connector = kit::make_connector(configured, settings.content_dir);
    if (!connector) return failure(connector.error());
    if (auto added = registry.add(configured.profile, *connector); !added) return added;
  }
  const auto known = systems::all_connectors();
  for (const std::string& role : by_hand) {
    auto connector = kit::make_manual(role, known, settings.content_dir);
    if (!connector) return failure(connector.error());
    if (auto added = registry.add(std::string{workflow::by_hand}, *connector); !added) return added;
  }
  return {};
}

}  // namespace

Result<kit::Registry, std::string> make_registry(const Settings& settings,
                                                 const std::vector<workflow::Service>& services) {
  kit::Registry registry;
  if (auto added = add_connectors(registry, settings, roles_by_hand(services)); !added) {
    return failure(fmt::format("{}: {}", settings.file.string(), added.error()));
  }
  for (const workflow::Service& service : services) {
    const auto& municipality = service.workflow->municipality;
    for (const auto& [role, profile] : municipality.systems.items()) {
      auto used = registry.use(municipality.ehak, role, profile.get<std::string>());
      if (!used) return failure(fmt::format("{}: {}", service.file.string(), used.error()));
    }
  }
  return registry;
}

}  // namespace elukaar::app
