#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"

namespace elukaar::workflow {

// What events and connectors' answers look like inside Elukaar (without classed fields): what
// expressions are checked against.
class Schemas {
 public:
  struct Operation {
    Json input;
    Json output;
    // The first member (a JSON pointer) that an answer must have and an official's task cannot ask for,
    // because it is a list or names a person; empty: there is none.
    std::string beyond_a_task{};
  };

  virtual ~Schemas() = default;
  // JSON Schema of the data of an event type; null: no such event. Lives as long as this object.
  virtual const Json* event(std::string_view type) const = 0;
  // The schemas of a connector role's operation; null: there is none.
  virtual const Operation* operation(std::string_view role, std::string_view name) const = 0;
  // All of them, sorted, for hints: event types; "role.operation".
  virtual std::vector<std::string> event_types() const = 0;
  virtual std::vector<std::string> operations() const = 0;
};

// Schemas held in memory.
class SchemaTable : public Schemas {
 public:
  void add_event(std::string type, Json schema);
  void add_operation(const std::string& role, const std::string& name, Operation operation);

  const Json* event(std::string_view type) const override;
  const Operation* operation(std::string_view role, std::string_view name) const override;
  std::vector<std::string> event_types() const override;
  std::vector<std::string> operations() const override;

 private:
  std::map<std::string, Json, std::less<>> events_;
  std::map<std::string, Operation, std::less<>> operations_;  // by "role.operation"
};

// Reads `events/{registers,services}/<type>.schema.json` and
// `connectors/systems/<folder>/operations/<operation>.json` below
// `content_dir`; the folder `population_register` is the role `population-register`. Classed fields of
// operations are replaced by what the dispatcher leaves of them (privacy::Separator).
// Rules: unreadable, bad-schema.
Result<SchemaTable, Problems> read_schemas(const std::filesystem::path& content_dir);

}  // namespace elukaar::workflow
