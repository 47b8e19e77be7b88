#include "workflow/load/schemas.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "privacy/separator.hpp"

namespace elukaar::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_schema_bytes = 256 * 1024;

// The files of a folder in order of their names; none where the folder does not exist.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<Json> read_json(const fs::path& path, Problems& problems) {
  const std::string name = path.string();
  std::ifstream stream(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream || content.size() > max_schema_bytes) {
    problems.push_back({{name, 0, 0},
                        fmt::format("expected a readable file of at most {} bytes",
                                    max_schema_bytes),
                        "", "unreadable", Severity::error});
    return std::nullopt;
  }
  Json json = Json::parse(content, nullptr, false);
  if (!json.is_object()) {
    problems.push_back(
        {{name, 0, 0}, "expected a JSON object", "", "bad-schema", Severity::error});
    return std::nullopt;
  }
  return json;
}

// What is left of a schema once the dispatcher has put its classed fields into the vault.
Json safe(const Json& schema, const fs::path& path, Problems& problems) {
  auto separator = privacy::Separator::build(schema);
  if (separator) return separator->safe_schema();
  for (const std::string& sentence : separator.error()) {
    problems.push_back({{path.string(), 0, 0}, sentence, "", "bad-schema", Severity::error});
  }
  return Json::object();
}

std::string beyond_a_task(const Json& schema, const std::string& path) {
  if (!schema.is_object()) return {};
  const Json members = schema.value("properties", Json::object());
  for (const Json& name : schema.value("required", Json::array())) {
    if (!name.is_string() || !members.contains(name.get<std::string>())) continue;
    const Json& member = members.at(name.get<std::string>());
    const std::string here = path + "/" + name.get<std::string>();
    const bool is_list = member.is_object() && member.value("type", Json()) == "array";
    if (is_list || member.contains("x-personal")) return here;
    if (std::string below = beyond_a_task(member, here); !below.empty()) return below;
  }
  return {};
}

}  // namespace

void SchemaTable::add_event(std::string type, Json schema) {
  events_.insert_or_assign(std::move(type), std::move(schema));
}

void SchemaTable::add_operation(const std::string& role, const std::string& name,
                                Operation operation) {
  operations_.insert_or_assign(role + "." + name, std::move(operation));
}

const Json* SchemaTable::event(std::string_view type) const {
  const auto found = events_.find(type);
  return found == events_.end() ? nullptr : &found->second;
}

const Schemas::Operation* SchemaTable::operation(std::string_view role,
                                                 std::string_view name) const {
  const auto found = operations_.find(fmt::format("{}.{}", role, name));
  return found == operations_.end() ? nullptr : &found->second;
}

std::vector<std::string> SchemaTable::event_types() const {
  std::vector<std::string> names;
  for (const auto& [name, schema] : events_) names.push_back(name);
  return names;
}

std::vector<std::string> SchemaTable::operations() const {
  std::vector<std::string> names;
  for (const auto& [name, operation] : operations_) names.push_back(name);
  return names;
}

Result<SchemaTable, Problems> read_schemas(const fs::path& content_dir) {
  SchemaTable table;
  Problems problems;
  static constexpr std::string_view suffix = ".schema.json";
  for (const char* folder : {"registers", "services"}) {
    for (const fs::path& path : entries_of(content_dir / "events" / folder)) {
      const std::string name = path.filename().string();
      if (!name.ends_with(suffix)) continue;
      if (auto json = read_json(path, problems)) {
        table.add_event(name.substr(0, name.size() - suffix.size()), std::move(*json));
      }
    }
  }
  for (const fs::path& connector : entries_of(content_dir / "connectors" / "systems")) {
    std::string role = connector.filename().string();
    std::replace(role.begin(), role.end(), '_', '-');
    for (const fs::path& path : entries_of(connector / "operations")) {
      if (path.extension() != ".json") continue;
      auto json = read_json(path, problems);
      if (!json) continue;
      if (!json->contains("input") || !json->contains("output")) {
        problems.push_back({{path.string(), 0, 0},
                            "expected an object with both `input` and `output`",
                            "", "bad-schema", Severity::error});
        continue;
      }
      table.add_operation(role, path.stem().string(),
                          {safe((*json)["input"], path, problems),
                           safe((*json)["output"], path, problems),
                           beyond_a_task((*json)["output"], "")});
    }
  }
  if (!problems.empty()) return failure(std::move(problems));
  return table;
}

}  // namespace elukaar::workflow
