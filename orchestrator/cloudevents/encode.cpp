#include "cloudevents/encode.hpp"

#include <algorithm>

namespace elukaar::cloudevents {
namespace {

void write_text(std::string& out, std::string_view text) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F &&
           c != '"' && c != '\\';
  };
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    out += Json(text).dump();
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void write_attribute(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  write_text(out, value);
}

}  // namespace

std::string encode(const CloudEvent& event) {
  return encode(event, event.data.is_null() ? std::string{} : event.data.dump());
}

std::string encode(const CloudEvent& event, std::string_view data) {
  std::string out;
  out.reserve(512 + data.size());
  out += R"({"specversion":"1.0")";
  write_attribute(out, "id", event.id);
  write_attribute(out, "source", event.source);
  write_attribute(out, "type", event.type);
  write_attribute(out, "time", to_rfc3339(event.time));
  write_attribute(out, "subject", event.subject);
  write_attribute(out, "municipality", event.municipality.str());
  write_attribute(out, "partitionkey", event.partition_key);
  write_attribute(out, "correlationid", event.correlation_id);
  write_attribute(out, "causationid", event.causation_id);
  write_attribute(out, "traceparent", event.trace_parent);
  for (const auto& [name, value] : event.extensions) write_attribute(out, name, value);
  write_attribute(out, "dataschema", event.data_schema);
  write_attribute(out, "datacontenttype", event.data_content_type);
  if (!data.empty()) {
    out += ",\"data\":";
    out += data;
  }
  out += '}';
  return out;
}

}  // namespace elukaar::cloudevents
