#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "cloudevents/decode.hpp"
#include "documents/json_schema.hpp"

namespace elukaar::cloudevents {

// Most schema files in one folder, and the largest.
inline constexpr std::size_t max_schemas = 1000;
inline constexpr std::size_t max_schema_bytes = 256 * 1024;

// The JSON Schemas (draft 7) of events' data, compiled: `<type>.schema.json` describes the data of
// events of that type. Formats `date`, `date-time` and `uuid` are enforced. Immutable and cheap to
// copy; every const function may be called by any number of threads at once.
class SchemaCatalogue {
 public:
  // What stands on the topics: the schemas of `events_folder`/registers (what registers say of
  // persons) and of `events_folder`/services. Each says what orders its events,
  //
  //   "x-partition-key": "/application/id"   JSON pointer to a text that the data must have
  //
  // and may say, with "x-proactive": true, that its events start what nobody has asked for. All problems
  // at once, with the rules `schema-folder`, `schema-file`, `schema` and `partition-key`.
  static Result<SchemaCatalogue, Problems> load_events(const std::filesystem::path& events_folder);
  // All schemas directly in `folder`, as the intake's forms are kept; they need no partition key.
  static Result<SchemaCatalogue, Problems> load(const std::filesystem::path& folder);

  // The schema of a type's data, or null for a type that has none. Lives as long as the catalogue.
  const Json* schema(std::string_view type) const;
  // All types, sorted.
  std::vector<std::string> types() const;

  // What orders the events of this type: the record's key, found in `data` where the type's schema
  // says. Empty where `data` does not conform or the type has no partition key.
  std::string partition_key(std::string_view type, const Json& data) const;
  // Where the data of this type has it: a JSON pointer; empty where the type has no partition key.
  std::string partition_key_place(std::string_view type) const;
  // Whether a register says it of a person, whatever the service: it travels on the topic of life
  // events.
  bool from_register(std::string_view type) const;
  // Whether an event of this type starts what nobody has asked for.
  bool proactive(std::string_view type) const;

  // First few violations of `data` against the schema of `type`; none where it conforms, or where
  // the type is unknown (ask schema() first, or use check()).
  std::vector<documents::Violation> violations(std::string_view type, const Json& data) const;

  // `unknown-type`, `schema-violation`, or nothing to say.
  Result<void, DecodeError> check(const CloudEvent& event) const;
  Result<void, DecodeError> check(std::string_view type, const Json& data) const;

 private:
  struct Compiled;
  SchemaCatalogue() = default;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace elukaar::cloudevents
