#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cloudevents/cloud_event.hpp"

namespace elukaar::cloudevents {

// The largest event read, value and headers together (protocols.md, section 4).
inline constexpr std::size_t max_event_bytes = 64 * 1024;
// The deepest nesting of arrays and objects in an event; the event object itself is level 1.
inline constexpr int max_depth = 64;
// Longest `id` and `source` in bytes.
inline constexpr std::size_t max_id_bytes = 200;
inline constexpr std::size_t max_source_bytes = 200;
// Longest other attribute value in bytes, and the most extensions on one event.
inline constexpr std::size_t max_attribute_bytes = 1024;
inline constexpr std::size_t max_extensions = 32;

enum class ErrorCode {
  too_large,
  not_json,
  invalid_utf8,
  nul_character,  // \u0000 anywhere: jsonb cannot hold it
  too_deep,
  tombstone,
  not_a_cloudevent,
  missing_attribute,
  bad_attribute,
  bad_time,
  unknown_type,      // by SchemaCatalogue
  schema_violation,  // by SchemaCatalogue
};
// Stable name for the wire, the database and metrics: "too-large".
std::string_view to_text(ErrorCode code);

// Why an event was not taken. `sentence` says what was expected and what was found, for the person
// who mends it; it never quotes a value of the data, which may be personal.
struct DecodeError {
  ErrorCode code = ErrorCode::not_json;
  std::string sentence;
  std::string where;  // JSON pointer, "/data/child/key"; empty: the event as a whole

  // "schema-violation at /data/child: expected …"
  std::string text() const;
};

using Header = std::pair<std::string_view, std::string_view>;

// A Kafka record, borrowed for the length of the call. `value` is absent for a tombstone.
struct Record {
  std::string_view key;
  std::optional<std::string_view> value;
  std::vector<Header> headers;
};

// Who is speaking. On a topic the municipality and the partition key must be there (they were set
// by the intake or a connector). At the intake they are set afterwards, from the sender's
// credentials, and what the sender wrote in their place is refused as `bad-attribute`.
enum class Door { topic, intake };

// Reads a record in structured or binary mode (recognised by `content-type`). Never throws on any
// bytes; says nothing about the schema of `data`: ask the SchemaCatalogue.
Result<CloudEvent, DecodeError> decode(const Record& record);

// Reads one structured event in JSON (the intake's body, a file's line). Never throws on any
// bytes.
Result<CloudEvent, DecodeError> decode_json(std::string_view bytes, Door door);

}  // namespace elukaar::cloudevents
