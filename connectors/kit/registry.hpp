#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "kit/connector.hpp"

namespace elukaar::kit {

// Which connector serves a role. A profile is one configured system ("xroad-rr", "arno"); a
// municipality's file says under `systems` which profile serves it. Filled by the wiring, read-only
// afterwards, then safe for any thread.
class Registry {
 public:
  // Fails where the role has a profile of that name already.
  Result<void, std::string> add(std::string profile, std::shared_ptr<const Connector> connector);

  // From now on `municipality` is served by `profile` in `role`; fails where there is no such one.
  Result<void, std::string> use(const Municipality& municipality, const std::string& role,
                                const std::string& profile);

  // The connector of a role and profile; the message of a failure names the nearest that exists.
  Result<const Connector*, std::string> find(const std::string& role,
                                             const std::string& profile) const;

  // The municipality's own choice; without one, the role's profile if it has exactly one.
  Result<const Connector*, std::string> find(const Municipality& municipality,
                                             const std::string& role) const;

  std::vector<std::string> roles() const;
  // Every connector, by role and profile.
  std::vector<const Connector*> all() const;

 private:
  std::map<std::string, std::map<std::string, std::shared_ptr<const Connector>>> profiles_;  // by role
  std::map<std::pair<Municipality, std::string>, std::string> choices_;
};

}  // namespace elukaar::kit
