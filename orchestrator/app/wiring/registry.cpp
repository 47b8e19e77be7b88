#include "app/wiring/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "place_register/manual.hpp"
#include "place_register/place_register.hpp"
#include "population_register/population_register.hpp"
#include "xroad/rest.hpp"

namespace elukaar::app {
namespace {

Result<xroad::Route, std::string> route_of(const Settings::Connector& configured) {
  auto client = xroad::parse_subsystem(configured.client);
  if (!client) return failure(client.error());
  auto provider = xroad::parse_subsystem(configured.provider);
  if (!provider) return failure(provider.error());
  return xroad::Route{.security_server = configured.security_server,
                      .client = *client,
                      .provider = *provider,
                      .service = configured.service,
                      .user_id = {},
                      .connect_timeout = configured.connect_timeout,
                      .total_timeout = configured.total_timeout};
}

std::filesystem::path operations(const Settings& settings, const char* folder) {
  return settings.content_dir / "connectors" / folder / "operations";
}

Result<void, std::string> add(kit::Registry& registry, const Settings& settings,
                              const Settings::Connector& configured) {
  auto route = route_of(configured);
  if (!route) return failure(route.error());
  if (configured.role == "population-register") {
    auto connector = population_register::PopulationRegister::make(
        *route, operations(settings, "population_register"));
    if (!connector) return failure(connector.error());
    return registry.add(configured.profile.empty() ? "xroad-rr" : configured.profile, *connector);
  }
  if (configured.role == "place-register") {
    auto profile =
        place_register::profile(configured.profile.empty() ? "arno" : configured.profile);
    if (!profile) return failure(profile.error());
    auto connector = place_register::PlaceRegister::make(*route, *profile,
                                                         operations(settings, "place_register"));
    if (!connector) return failure(connector.error());
    return registry.add(profile->name, *connector);
  }
  return failure(fmt::format(
      "{}: expected a connector of role population-register or place-register, found `{}`",
      settings.file.string(), configured.role));
}

// Its officials play it: nothing is configured, so it is there wherever a file names it.
Result<void, std::string> add_manual(kit::Registry& registry, const Settings& settings) {
  auto connector = place_register::ManualRegister::make(operations(settings, "place_register"));
  if (!connector) return failure(connector.error());
  return registry.add(std::string{workflow::by_hand}, *connector);
}

}  // namespace

Result<kit::Registry, std::string> make_registry(const Settings& settings,
                                                 const std::vector<workflow::Service>& services) {
  kit::Registry registry;
  for (const auto& configured : settings.connectors) {
    if (auto added = add(registry, settings, configured); !added) return failure(added.error());
  }
  const bool by_hand = std::any_of(services.begin(), services.end(), [](const auto& service) {
    return service.workflow->municipality.does_by_hand("place-register");
  });
  if (by_hand) {
    if (auto added = add_manual(registry, settings); !added) return failure(added.error());
  }
  for (const auto& service : services) {
    const auto& municipality = service.workflow->municipality;
    for (const auto& [role, profile] : municipality.systems.items()) {
      auto used = registry.use(municipality.ehak, role, profile.get<std::string>());
      if (!used) return failure(fmt::format("{}: {}", service.file.string(), used.error()));
    }
  }
  return registry;
}

}  // namespace elukaar::app
