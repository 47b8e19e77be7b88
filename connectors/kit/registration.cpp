#include "kit/registration.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "kit/manual.hpp"

namespace elukaar::kit {
namespace {

using documents::Node;

constexpr const char* role_key = "role";
constexpr const char* profile_key = "profile";
constexpr std::int64_t most_in_flight = 10'000;

// What is written under `key` of the entry, and where; the entry's own key where nothing is.
struct Word {
  std::string text;
  SourcePosition where;
};

Word word_of(const Node::Entry& entry, const char* key, std::string otherwise,
             documents::Reader& reader) {
  const Node* written = entry.value.find(key);
  return {reader.text(entry.value, key, otherwise), written ? written->where : entry.where};
}

void tell_unknown(const Word& word, const std::string& what, const std::vector<std::string>& known,
                  documents::Reader& reader) {
  reader.error(word.where, "unknown-word", what + ", found `" + word.text + "`",
               documents::suggestion(word.text, known));
}

// What the dispatcher keeps for all systems of a role together.
constexpr const char* limits_of_a_role[] = {"max_in_flight", "retry_interval_ms",
                                            "retry_interval_max_ms", "give_up_after_ms"};

struct ReadEntry {
  const Node::Entry& entry;
  const Configured& configured;
  const Json& value(const char* key) const { return configured.settings.at(key); }
};

void tell_different_limits(const ReadEntry& former, const ReadEntry& latter,
                           documents::Reader& reader) {
  for (const char* key : limits_of_a_role) {
    const Json& expected = former.value(key);
    const Json& found = latter.value(key);
    // What is no number has been told already.
    if (expected == found || !expected.is_number() || !found.is_number()) continue;
    const Node* written = latter.entry.value.find(key);
    reader.error(written ? written->where : latter.entry.where, "different-limits",
                 "`connectors." + latter.entry.key + "`: expected `" + key + "` to be " +
                     expected.dump() + " as in `connectors." + former.entry.key +
                     "`, found " + found.dump(),
                 "it holds for the role `" + latter.configured.registration.role +
                     "`, whichever system plays it: write the same in both");
  }
}

}  // namespace

const std::vector<Setting>& common_settings() {
  using Kind = Setting::Kind;
  static const std::vector<Setting> settings{
      {.key = "connect_timeout_ms",
       .about = "how long a connection may take",
       .kind = Kind::milliseconds,
       .otherwise = 2'000},
      {.key = "total_timeout_ms",
       .about = "how long an answer may take",
       .kind = Kind::milliseconds,
       .otherwise = 30'000},
      {.key = "max_in_flight",
       .about = "calls at a time for one municipality",
       .kind = Kind::number,
       .otherwise = 16,
       .most = most_in_flight},
      {.key = "retry_interval_ms",
       .about = "the pause before the first repetition; it doubles each time",
       .kind = Kind::milliseconds,
       .otherwise = 2'000},
      {.key = "retry_interval_max_ms",
       .about = "the longest pause before a repetition",
       .kind = Kind::milliseconds,
       .otherwise = 60'000},
      {.key = "give_up_after_ms",
       .about = "after how long without an answer a call is given up",
       .kind = Kind::milliseconds,
       .otherwise = 259'200'000},
  };
  return settings;
}

std::optional<Configured> read_entry(const Node::Entry& entry,
                                     const std::vector<Registration>& known,
                                     documents::Reader& reader) {
  const std::string what = "`connectors." + entry.key + "`";
  if (!reader.expect(entry.value, Node::Kind::mapping, what)) return std::nullopt;
  const Word role = word_of(entry, role_key, entry.key, reader);
  const Word profile = word_of(entry, profile_key, "", reader);
  std::vector<std::string> roles;
  std::vector<std::string> profiles;
  const Registration* found = nullptr;
  for (const Registration& each : known) {
    if (std::find(roles.begin(), roles.end(), each.role) == roles.end()) roles.push_back(each.role);
    if (each.role != role.text) continue;
    profiles.insert(profiles.end(), each.profiles.begin(), each.profiles.end());
    const bool has = std::find(each.profiles.begin(), each.profiles.end(), profile.text) !=
                     each.profiles.end();
    if (found == nullptr && (profile.text.empty() || has)) found = &each;
  }
  if (profiles.empty()) {
    tell_unknown(role, what + ": expected a role that a system plays", roles, reader);
    return std::nullopt;
  }
  if (found == nullptr) {
    tell_unknown(profile, what + ": expected a profile of the role `" + role.text + "`", profiles,
                 reader);
    return std::nullopt;
  }
  std::vector<Setting> declared = found->settings;
  declared.insert(declared.end(), common_settings().begin(), common_settings().end());
  return Configured{*found, profile.text.empty() ? found->profiles.front() : profile.text,
                    read_values(entry.value, what + " (" + found->transport + ")", declared,
                                {role_key, profile_key}, reader)};
}

std::vector<Configured> read_entries(const Node& connectors, const std::vector<Registration>& known,
                                     documents::Reader& reader) {
  std::vector<Configured> read;
  std::vector<const Node::Entry*> written;  // where each of `read` stands
  for (const Node::Entry& entry : connectors.entries) {
    auto configured = read_entry(entry, known, reader);
    if (!configured) continue;
    const auto former = std::find_if(read.begin(), read.end(), [&](const Configured& each) {
      return each.registration.role == configured->registration.role;
    });
    if (former != read.end()) {
      const Node::Entry& first = *written[static_cast<std::size_t>(former - read.begin())];
      tell_different_limits({first, *former}, {entry, *configured}, reader);
    }
    read.push_back(std::move(*configured));
    written.push_back(&entry);
  }
  return read;
}

std::filesystem::path operations_of(const std::filesystem::path& content_dir,
                                    std::string_view role) {
  std::string folder{role};
  std::replace(folder.begin(), folder.end(), '-', '_');
  return content_dir / "connectors" / "systems" / folder / "operations";
}

Result<std::shared_ptr<const Connector>, std::string> make_connector(
    const Configured& configured, const std::filesystem::path& content_dir) {
  const Registration& registration = configured.registration;
  auto operations = load_operations(operations_of(content_dir, registration.role));
  if (!operations) return failure(operations.error());
  return registration.make({configured.profile, configured.settings, std::move(*operations)});
}

Result<std::shared_ptr<const Connector>, std::string> make_manual(
    const std::string& role, const std::vector<Registration>& known,
    const std::filesystem::path& content_dir) {
  auto operations = load_operations(operations_of(content_dir, role));
  if (!operations) {
    return failure("officials are to play the role `" + role + "`: " + operations.error());
  }
  const auto registered = std::find_if(known.begin(), known.end(),
                                       [&](const auto& each) { return each.role == role; });
  return std::make_shared<const Manual>(role, std::move(*operations),
                                        registered == known.end() ? nullptr : registered->rule);
}

}  // namespace elukaar::kit
