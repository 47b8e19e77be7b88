#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kit/connector.hpp"
#include "kit/settings.hpp"

namespace elukaar::kit {

// What a connector is made of: what the settings say, and what its role can be asked.
struct Materials {
  std::string profile;  // one of the registration's
  Values settings;      // every key that common_settings() and the registration declare
  std::vector<Operation> operations;
};

// What a system's folder says of itself; all_connectors() (connectors/systems/all.hpp) lists them. The
// settings file, the wiring and the officials' tasks need to know no more of a connector than this.
struct Registration {
  std::string folder{};  // below connectors/systems; filled in by the list of systems
  std::string role;  // "place-register": the word that workflow files use
  // Names that a municipality's file may give the system; the first where the settings give none.
  std::vector<std::string> profiles;
  // "X-Road REST": for people, and how the conformance suite knows which checks are the connector's.
  std::string transport;
  std::vector<Setting> settings;  // the keys of its transport
  // What an answer must keep beyond its schema, also an official's; null: nothing.
  Rule rule = nullptr;
  // From settings that were checked by their declarations.
  std::shared_ptr<const Connector> (*make)(Materials materials) = nullptr;
};

// The keys that every connector's entry has: timeouts, how many calls at a time, when to ask again.
const std::vector<Setting>& common_settings();

// One connector as the settings file describes it.
struct Configured {
  Registration registration;
  std::string profile;
  Values settings;
};

// Reads one entry of `connectors`. Its key is the role, unless the entry names one under `role`; without
// a `profile` it is the role's first. Problems go to the reader; nothing where the role or the profile is
// unknown.
std::optional<Configured> read_entry(const documents::Node::Entry& entry,
                                     const std::vector<Registration>& known,
                                     documents::Reader& reader);

// Reads `connectors`, an entry each. How many calls at a time and when to ask again is kept for a role, not for a
// system: entries of one role have to say the same of it, or the reader is told.
std::vector<Configured> read_entries(const documents::Node& connectors,
                                     const std::vector<Registration>& known,
                                     documents::Reader& reader);

// Where below the content folder a role's operations stand:
// `connectors/systems/place_register/operations` for `place-register`.
std::filesystem::path operations_of(const std::filesystem::path& content_dir, std::string_view role);

// The connector of an entry. Fails where its role's operations cannot be read.
Result<std::shared_ptr<const Connector>, std::string> make_connector(
    const Configured& configured, const std::filesystem::path& content_dir);

// The connector of a role that officials play. Nothing of it is configured: a role whose folder holds
// operations can be played, whether a registration plays it as well or not.
Result<std::shared_ptr<const Connector>, std::string> make_manual(
    const std::string& role, const std::vector<Registration>& known,
    const std::filesystem::path& content_dir);

}  // namespace elukaar::kit
