#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "documents/reader.hpp"

namespace elukaar::kit {

// One key of a connector's entry in the settings file, as its transport (or the kit, for what every
// connector has) declares it.
struct Setting {
  enum class Kind { text, number, milliseconds };

  std::string key;      // "security_server"; keys of durations end in _ms
  std::string about;    // what it means, for whoever has to write it: part of a sentence
  std::string example{};  // a value that can be used; not needed where there is an `otherwise`
  Kind kind = Kind::text;
  Json otherwise;       // its value where it is not written; null: it has to be
  std::int64_t least = 1;               // of a number or a duration
  std::int64_t most = 31'536'000'000;   // likewise: a year, where it is one
  // Of a text: why it cannot be used ("expected …, found …"); null: any text can.
  Result<void, std::string> (*check)(const std::string& text) = nullptr;
};

// "our subsystem, as in EE/GOV/70000001/elukaar".
std::string explained(const Setting& setting);

// What an entry says: a value for each declared key. Asking for another key throws std::out_of_range.
class Values {
 public:
  std::string text(std::string_view key) const;
  int number(std::string_view key) const;
  std::chrono::milliseconds milliseconds(std::string_view key) const;
  // As it is written, a text or a number.
  const Json& at(std::string_view key) const;

  // For whoever reads an entry.
  void set(const std::string& key, Json value) { values_.insert_or_assign(key, std::move(value)); }

 private:
  std::map<std::string, Json, std::less<>> values_;
};

// Reads the keys of `entry`, a mapping, as they are declared. Every problem goes to the reader with its
// place: an unknown key with the nearest known one (those of `also_known` are read by somebody else), a
// missing one, a value that cannot be used. `what` names the entry: "`connectors.arno`".
Values read_values(const documents::Node& entry, const std::string& what,
                   const std::vector<Setting>& declared,
                   const std::vector<std::string>& also_known, documents::Reader& reader);

}  // namespace elukaar::kit
