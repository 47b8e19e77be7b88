#include "kit/registry.hpp"

#include "base/nearest.hpp"

namespace elukaar::kit {
namespace {

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

// "expected one of: a, b; did you mean `a`?"
std::string hint(const std::string& word, const std::vector<std::string>& known) {
  if (known.empty()) return "there is none at all";
  std::string text = "expected one of: ";
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "" : ", ") + known[i];
  const std::string near = nearest(word, known);
  return near.empty() ? text : text + "; did you mean `" + near + "`?";
}

}  // namespace

Result<void, std::string> Registry::add(std::string profile,
                                        std::shared_ptr<const Connector> connector) {
  const std::string role{connector->role()};
  if (!profiles_[role].emplace(profile, std::move(connector)).second) {
    return failure("the role `" + role + "` has a profile `" + profile +
                   "` already; give each system its own name");
  }
  return {};
}

Result<void, std::string> Registry::use(const Municipality& municipality, const std::string& role,
                                        const std::string& profile) {
  if (const auto found = find(role, profile); !found) return failure(found.error());
  choices_[{municipality, role}] = profile;
  return {};
}

Result<const Connector*, std::string> Registry::find(const std::string& role,
                                                     const std::string& profile) const {
  const auto of_role = profiles_.find(role);
  if (of_role == profiles_.end()) {
    return failure("no connector serves the role `" + role + "`: " +
                   hint(role, names_of(profiles_)));
  }
  const auto found = of_role->second.find(profile);
  if (found == of_role->second.end()) {
    return failure("the role `" + role + "` has no profile `" + profile + "`: " +
                   hint(profile, names_of(of_role->second)));
  }
  return found->second.get();
}

Result<const Connector*, std::string> Registry::find(const Municipality& municipality,
                                                     const std::string& role) const {
  if (const auto choice = choices_.find({municipality, role}); choice != choices_.end()) {
    return find(role, choice->second);
  }
  const auto of_role = profiles_.find(role);
  if (of_role == profiles_.end()) return find(role, "");
  if (of_role->second.size() > 1) {
    return failure("municipality " + municipality.str() + " has several systems for the role `" +
                   role + "`: name one of them under `systems` in its file");
  }
  return of_role->second.begin()->second.get();
}

std::vector<std::string> Registry::roles() const { return names_of(profiles_); }

std::vector<const Connector*> Registry::all() const {
  std::vector<const Connector*> connectors;
  for (const auto& [role, of_role] : profiles_) {
    for (const auto& [profile, connector] : of_role) connectors.push_back(connector.get());
  }
  return connectors;
}

}  // namespace elukaar::kit
