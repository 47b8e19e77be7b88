#pragma once

#include <map>
#include <string>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

namespace elukaar::cloudevents {

// One CloudEvent 1.0 as Elukaar uses it: JSON data, attribute values as text. A plain value.
// Attributes that we give a meaning have members; every other extension is in `extensions`.
// Optional attributes that are absent are empty.
struct CloudEvent {
  std::string id;
  std::string source;
  std::string type;
  std::string subject;
  Timestamp time{};  // ours demands it: legal time counts from it
  std::string data_content_type = "application/json";
  std::string data_schema;
  Municipality municipality;   // EHAK; set by intake and connectors, never by a foreign party
  std::string partition_key;   // also the Kafka record's key
  std::string correlation_id;  // the case
  std::string causation_id;    // id of the event that caused this one
  std::string trace_parent;    // W3C trace context, passed on
  std::map<std::string, std::string, std::less<>> extensions;
  Json data;

  // What recognises a repeat.
  EventKey key() const { return {source, id}; }

  bool operator==(const CloudEvent&) const = default;
};

}  // namespace elukaar::cloudevents
