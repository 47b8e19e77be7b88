#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "workflow/model/workflow.hpp"

// What an official may enter in a case. Internal to office.
namespace elukaar::office {

// Limits of an entry.
inline constexpr std::size_t max_fields = 40;

struct Field {
  std::string path;  // JSON pointer into the event's data: "/offer/start"
  std::string type;  // text | number | yes-no | date | moment | choice
  bool required = false;
  std::string about;                  // the schema's own description
  std::vector<std::string> options;   // of a choice
  Json proposed;                      // what the case has there; null: nothing
};

struct Entry {
  std::string event;  // short name in the workflow file
  std::string type;   // CloudEvents type
  std::string title;  // the schema's own
  std::vector<Field> fields;
  Json::json_pointer own;  // where the data has what the event finds its case by …
  Json own_value;          // … and what the case has there
};

// The leaves of an object's schema but the one at `given`, at most max_fields; `proposed` from the same
// place of `context`.
std::vector<Field> fields_of(const Json& schema, const Json& context, std::string_view given = {});

// The events about this one case that both the workflow reacts to and the intake takes, in the order of
// their names: those whose form has the event's partition key where the case has one. That is no
// field, it is the case's own.
std::vector<Entry> entries_of(const workflow::Workflow& rules,
                              const cloudevents::SchemaCatalogue& forms,
                              const cloudevents::SchemaCatalogue& events, const Json& context);

}  // namespace elukaar::office
