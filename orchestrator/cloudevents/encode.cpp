#include "cloudevents/encode.hpp"

#include "base/json_writing.hpp"

namespace elukaar::cloudevents {
namespace {

void write_attribute(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  write_json_text(value, out);
}

}  // namespace

std::string encode(const CloudEvent& event) {
  return encode(event, event.data.is_null() ? std::string{} : write_json(event.data));
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
