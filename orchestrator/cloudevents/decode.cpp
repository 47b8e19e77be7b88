#include "cloudevents/decode.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cloudevents/scan.hpp"

namespace elukaar::cloudevents {
namespace {

constexpr std::size_t max_attribute_name_bytes = 40;
// Days that an event may carry: what lies outside is a slip, and would not survive arithmetic.
constexpr Date earliest_time{std::chrono::year{1900} / 1 / 1};
constexpr Date latest_time{std::chrono::year{2200} / 1 / 1};

using Outcome = Result<void, DecodeError>;

auto refuse(ErrorCode code, std::string sentence, std::string where = {}) {
  return failure(DecodeError{code, std::move(sentence), std::move(where)});
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

// "application/json; charset=UTF-8" → "application/json"
std::string_view media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return content_type;
}

bool is_json_type(std::string_view content_type) {
  const std::string_view type = media_type(content_type);
  constexpr std::string_view suffix = "+json";
  return equal_ignoring_case(type, "application/json") || equal_ignoring_case(type, "text/json") ||
         (type.size() > suffix.size() &&
          equal_ignoring_case(type.substr(type.size() - suffix.size()), suffix));
}

bool is_attribute_name(std::string_view name) {
  return !name.empty() && name.size() <= max_attribute_name_bytes &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool is_ehak(std::string_view text) {
  return text.size() == 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<Json, DecodeError> parse(std::string_view bytes, int depth) {
  if (auto error = scan_json(bytes, depth)) return failure(std::move(*error));
  try {
    return read_json(bytes);
  } catch (const Json::parse_error& error) {  // its place alone: its text quotes the data
    return refuse(ErrorCode::not_json,
                  fmt::format("expected JSON, found something else at byte {} of {}", error.byte,
                              bytes.size()));
  } catch (const Json::exception&) {
    return refuse(ErrorCode::not_json, "expected JSON, found a number too large to hold");
  }
}

// Collects the attributes of one event, in either mode.
class Attributes {
 public:
  Outcome set(std::string_view name, std::string value) {
    const std::string where = fmt::format("/{}", is_attribute_name(name) ? name : "");
    if (!is_attribute_name(name)) {
      return refuse(ErrorCode::bad_attribute,
                    fmt::format("expected attribute names of up to {} letters a-z and digits, "
                                "found another",
                                max_attribute_name_bytes));
    }
    const std::size_t limit = name == "id"       ? max_id_bytes
                              : name == "source" ? max_source_bytes
                                                 : max_attribute_bytes;
    if (value.size() > limit) {
      return refuse(ErrorCode::bad_attribute,
                    fmt::format("expected `{}` of at most {} bytes, found {}", name, limit,
                                value.size()),
                    where);
    }
    if (name == "time") return set_time(value);
    if (name == "specversion") {
      spec_version_ = std::move(value);
      return {};
    }
    if (name == "municipality") {
      if (!value.empty() && !is_ehak(value)) {
        return refuse(ErrorCode::bad_attribute,
                      "expected `municipality` to be an EHAK code of four digits", where);
      }
      event.municipality = Municipality{std::move(value)};
      return {};
    }
    if (std::string* member = member_named(name)) {
      *member = std::move(value);
      return {};
    }
    if (event.extensions.size() >= max_extensions) {
      return refuse(ErrorCode::bad_attribute,
                    fmt::format("expected at most {} extension attributes, found more",
                                max_extensions));
    }
    if (!value.empty()) event.extensions.insert_or_assign(std::string{name}, std::move(value));
    return {};
  }

  // After the last attribute: what must be there, and what must not.
  Outcome complete(Door door) const {
    if (spec_version_ != "1.0") {
      return refuse(ErrorCode::not_a_cloudevent,
                    spec_version_.empty()
                        ? "expected a CloudEvent with `specversion` \"1.0\", found none"
                        : "expected `specversion` \"1.0\", found another version",
                    "/specversion");
    }
    const bool on_topic = door == Door::topic;
    const std::pair<std::string_view, bool> demanded[] = {
        {"id", event.id.empty()},
        {"source", event.source.empty()},
        {"type", event.type.empty()},
        {"time", !has_time_},
        {"municipality", on_topic && event.municipality.empty()},
        {"partitionkey", on_topic && event.partition_key.empty()}};
    for (const auto& [name, missing] : demanded) {
      if (missing) {
        return refuse(ErrorCode::missing_attribute,
                      fmt::format("expected the attribute `{}`, found none or an empty one", name),
                      fmt::format("/{}", name));
      }
    }
    const std::pair<std::string_view, bool> ours[] = {
        {"municipality", !event.municipality.empty()},
        {"partitionkey", !event.partition_key.empty()}};
    for (const auto& [name, present] : ours) {
      if (!on_topic && present) {
        return refuse(ErrorCode::bad_attribute,
                      fmt::format("expected no `{}`: it follows from the sender's credentials; "
                                  "leave it out",
                                  name),
                      fmt::format("/{}", name));
      }
    }
    if (!is_json_type(event.data_content_type)) {
      return refuse(ErrorCode::bad_attribute,
                    "expected JSON data (`datacontenttype` application/json), found another type",
                    "/datacontenttype");
    }
    return {};
  }

  CloudEvent event;

 private:
  std::string* member_named(std::string_view name) {
    if (name == "id") return &event.id;
    if (name == "source") return &event.source;
    if (name == "type") return &event.type;
    if (name == "subject") return &event.subject;
    if (name == "datacontenttype") return &event.data_content_type;
    if (name == "dataschema") return &event.data_schema;
    if (name == "partitionkey") return &event.partition_key;
    if (name == "correlationid") return &event.correlation_id;
    if (name == "causationid") return &event.causation_id;
    if (name == "traceparent") return &event.trace_parent;
    return nullptr;
  }

  Outcome set_time(std::string_view value) {
    const auto time = parse_rfc3339(value);
    if (!time || *time < Timestamp{earliest_time} || *time >= Timestamp{latest_time}) {
      return refuse(ErrorCode::bad_time,
                    "expected `time` as in 2026-05-04T06:00:00Z, between 1900 and 2199", "/time");
    }
    event.time = *time;
    has_time_ = true;
    return {};
  }

  std::string spec_version_;
  bool has_time_ = false;
};

Result<std::string, DecodeError> attribute_text(const std::string& name, const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_boolean() || value.is_number_integer()) return value.dump();
  return refuse(ErrorCode::bad_attribute,
                "expected an attribute to be a text, a whole number, true or false; found a "
                "fraction, an array or an object",
                is_attribute_name(name) ? "/" + name : "");
}

Result<CloudEvent, DecodeError> from_structured(Json json, Door door) {
  if (!json.is_object()) {
    return refuse(ErrorCode::not_a_cloudevent, "expected one JSON object, found another value");
  }
  Attributes attributes;
  for (auto& [name, value] : json.items()) {
    if (name == "data" || name == "data_base64" || value.is_null()) continue;
    auto text = attribute_text(name, value);
    if (!text) return failure(std::move(text.error()));
    if (auto done = attributes.set(name, std::move(*text)); !done) return failure(done.error());
  }
  if (auto done = attributes.complete(door); !done) return failure(done.error());
  const auto data = json.find("data");
  const auto encoded = json.find("data_base64");
  if (data != json.end() && encoded != json.end()) {
    return refuse(ErrorCode::not_a_cloudevent, "expected `data` or `data_base64`, found both");
  }
  if (data != json.end()) attributes.event.data = std::move(*data);
  if (encoded != json.end()) {
    const auto bytes = encoded->is_string()
                           ? from_base64(encoded->get_ref<const std::string&>())
                           : std::nullopt;
    if (!bytes) {
      return refuse(ErrorCode::not_a_cloudevent, "expected base64, found something else",
                    "/data_base64");
    }
    auto inner = parse(*bytes, max_depth - 1);
    if (!inner) return failure(std::move(inner.error()));
    attributes.event.data = std::move(*inner);
  }
  return std::move(attributes.event);
}

Result<CloudEvent, DecodeError> from_binary(const Record& record, std::string_view content_type) {
  constexpr std::string_view prefix = "ce_";
  Attributes attributes;
  bool any = false;
  for (const auto& [name, value] : record.headers) {
    if (!starts_with_ignoring_case(name, prefix)) continue;
    any = true;
    if (!is_utf8(value)) {
      return refuse(ErrorCode::invalid_utf8, "expected headers in UTF-8, found other bytes");
    }
    if (value.find('\0') != std::string_view::npos) {
      return refuse(ErrorCode::nul_character, "expected headers without the character U+0000");
    }
    std::string attribute{name.substr(prefix.size())};
    std::transform(attribute.begin(), attribute.end(), attribute.begin(), lower);
    if (auto done = attributes.set(attribute, std::string{value}); !done) {
      return failure(done.error());
    }
  }
  if (!any) {
    return refuse(ErrorCode::not_a_cloudevent,
                  "expected the header `content-type: application/cloudevents+json`, or headers "
                  "`ce_id`, `ce_source` and so on; found neither");
  }
  if (!content_type.empty()) {
    if (auto done = attributes.set("datacontenttype", std::string{content_type}); !done) {
      return failure(done.error());
    }
  }
  if (auto done = attributes.complete(Door::topic); !done) return failure(done.error());
  if (record.value->empty()) return std::move(attributes.event);
  auto data = parse(*record.value, max_depth - 1);
  if (!data) return failure(std::move(data.error()));
  attributes.event.data = std::move(*data);
  return std::move(attributes.event);
}

DecodeError too_large(std::size_t found) {
  return {ErrorCode::too_large,
          fmt::format("expected an event of at most {} bytes, found {}", max_event_bytes, found),
          ""};
}

}  // namespace

std::string_view to_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::too_large: return "too-large";
    case ErrorCode::not_json: return "not-json";
    case ErrorCode::invalid_utf8: return "invalid-utf8";
    case ErrorCode::nul_character: return "nul-character";
    case ErrorCode::too_deep: return "too-deep";
    case ErrorCode::tombstone: return "tombstone";
    case ErrorCode::not_a_cloudevent: return "not-a-cloudevent";
    case ErrorCode::missing_attribute: return "missing-attribute";
    case ErrorCode::bad_attribute: return "bad-attribute";
    case ErrorCode::bad_time: return "bad-time";
    case ErrorCode::unknown_type: return "unknown-type";
    case ErrorCode::schema_violation: return "schema-violation";
  }
  return "not-json";
}

std::string DecodeError::text() const {
  return where.empty() ? fmt::format("{}: {}", to_text(code), sentence)
                       : fmt::format("{} at {}: {}", to_text(code), where, sentence);
}

Result<CloudEvent, DecodeError> decode(const Record& record) {
  if (!record.value) {
    return refuse(ErrorCode::tombstone, "expected an event, found a record without a value");
  }
  std::size_t size = record.key.size() + record.value->size();
  std::string_view content_type;
  for (const auto& [name, value] : record.headers) {
    size += name.size() + value.size();
    if (equal_ignoring_case(name, "content-type")) content_type = value;
  }
  if (size > max_event_bytes) return failure(too_large(size));
  if (!starts_with_ignoring_case(content_type, "application/cloudevents")) {
    if (!is_utf8(content_type)) {
      return refuse(ErrorCode::invalid_utf8, "expected headers in UTF-8, found other bytes");
    }
    return from_binary(record, content_type);
  }
  if (!equal_ignoring_case(media_type(content_type), "application/cloudevents+json")) {
    return refuse(ErrorCode::not_a_cloudevent,
                  "expected one event as application/cloudevents+json, found a batch or another "
                  "format");
  }
  return decode_json(*record.value, Door::topic);
}

Result<CloudEvent, DecodeError> decode_json(std::string_view bytes, Door door) {
  if (bytes.size() > max_event_bytes) return failure(too_large(bytes.size()));
  auto json = parse(bytes, max_depth);
  if (!json) return failure(std::move(json.error()));
  return from_structured(std::move(*json), door);
}

}  // namespace elukaar::cloudevents
