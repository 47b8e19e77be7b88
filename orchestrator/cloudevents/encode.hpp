#pragma once

#include <string>
#include <string_view>

#include "cloudevents/cloud_event.hpp"

namespace elukaar::cloudevents {

// Media type of what `encode` writes; goes into the record's header `content-type`.
inline constexpr std::string_view structured_content_type =
    "application/cloudevents+json; charset=UTF-8";

// Structured JSON: the same event gives the same bytes (attributes in a fixed order, then
// extensions and the members of `data` by name). decode_json of it gives the event back. Absent
// attributes are left out. The strings of the event must be UTF-8; a fault (exception) otherwise.
std::string encode(const CloudEvent& event);

// The same with `data` already written, as JSON text; the event's own is not looked at.
std::string encode(const CloudEvent& event, std::string_view data);

}  // namespace elukaar::cloudevents
