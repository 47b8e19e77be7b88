#include "kit/settings.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace elukaar::kit {
namespace {

using documents::Node;

void check_keys(const Node& entry, const std::string& what, const std::vector<Setting>& declared,
                std::vector<std::string> known, documents::Reader& reader) {
  for (const Setting& setting : declared) known.push_back(setting.key);
  for (const Node::Entry& member : entry.entries) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    reader.error(member.where, "unknown-key", "unknown key `" + member.key + "` in " + what,
                 documents::suggestion(member.key, known));
  }
}

// The written value, or the declared one where it is none of the declared kind.
Json read_value(const Node& written, const Setting& setting, documents::Reader& reader) {
  const std::string name = "`" + setting.key + "`";
  if (setting.kind == Setting::Kind::text) {
    if (!reader.expect(written, Node::Kind::text, name)) return setting.otherwise;
    const auto fits = setting.check ? setting.check(written.text) : Result<void, std::string>{};
    if (!fits) {
      reader.error(written.where, "bad-value", name + ": " + fits.error(),
                   "write " + explained(setting));
    }
    return written.text;
  }
  if (!reader.expect(written, Node::Kind::integer, name)) return setting.otherwise;
  if (written.integer < setting.least || written.integer > setting.most) {
    const std::string unit = setting.kind == Setting::Kind::milliseconds ? " milliseconds" : "";
    reader.error(written.where, "out-of-range",
                 name + " is " + std::to_string(written.integer) + ", expected " +
                     std::to_string(setting.least) + " to " + std::to_string(setting.most) + unit);
  }
  return written.integer;
}

}  // namespace

std::string explained(const Setting& setting) {
  return setting.example.empty() ? setting.about : setting.about + ", as in " + setting.example;
}

const Json& Values::at(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::out_of_range("no setting `" + std::string(key) + "`");
  return found->second;
}

std::string Values::text(std::string_view key) const { return at(key).get<std::string>(); }

int Values::number(std::string_view key) const { return at(key).get<int>(); }

std::chrono::milliseconds Values::milliseconds(std::string_view key) const {
  return std::chrono::milliseconds{at(key).get<std::int64_t>()};
}

Values read_values(const Node& entry, const std::string& what, const std::vector<Setting>& declared,
                   const std::vector<std::string>& also_known, documents::Reader& reader) {
  check_keys(entry, what, declared, also_known, reader);
  Values values;
  for (const Setting& setting : declared) {
    const Node* written = entry.find(setting.key);
    if (written == nullptr && setting.otherwise.is_null()) {
      reader.error(entry.where, "missing-key", what + " lacks `" + setting.key + "`",
                   "add `" + setting.key + ": …`, " + explained(setting));
    }
    values.set(setting.key,
               written == nullptr ? setting.otherwise : read_value(*written, setting, reader));
  }
  return values;
}

}  // namespace elukaar::kit
