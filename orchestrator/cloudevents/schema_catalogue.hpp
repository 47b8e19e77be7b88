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

// The JSON Schemas (draft 7) of one folder, compiled: `<type>.schema.json` describes the data of
// events of that type. `events/` for topics, `events/intake/` for the intake. Formats `date`,
// `date-time` and `uuid` are enforced. Immutable and cheap to copy; every const function may be
// called by any number of threads at once.
class SchemaCatalogue {
 public:
  // Reads all schemas directly in `folder` (not below it). All problems at once.
  static Result<SchemaCatalogue, Problems> load(const std::filesystem::path& folder);

  // The schema of a type's data, or null for a type that has none. Lives as long as the catalogue.
  const Json* schema(std::string_view type) const;
  // All types, sorted.
  std::vector<std::string> types() const;

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
