#include "cloudevents/schema_catalogue.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "cloudevents/scan.hpp"

namespace elukaar::cloudevents {
namespace {

constexpr std::string_view file_suffix = ".schema.json";

Problem problem(const std::string& file, std::string what, std::string rule) {
  return {{file, 0, 0}, std::move(what), "", std::move(rule), Severity::error};
}

// A schema, and what its own keywords say of the type's events.
struct Described {
  documents::Schema schema;
  std::string partition_key;  // JSON pointer; empty for a form of the intake
  bool from_register = false;
  bool proactive = false;
};

using DescribedTypes = std::map<std::string, Described, std::less<>>;

std::vector<std::filesystem::path> schema_files(const std::filesystem::path& folder,
                                                Problems& problems) {
  std::error_code failed;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry{folder, failed}, end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().filename().string().ends_with(file_suffix)) files.push_back(entry->path());
  }
  if (failed) {
    problems.push_back(problem(folder.string(), "expected a folder of schemas; cannot read it",
                               "schema-folder"));
  }
  if (files.size() > max_schemas) {
    problems.push_back(problem(folder.string(),
                               fmt::format("expected at most {} schemas, found {}", max_schemas,
                                           files.size()),
                               "schema-folder"));
    files.clear();
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<Json> read_json(const std::filesystem::path& file, Problems& problems) {
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream content;
  content << stream.rdbuf();
  const std::string text = content.str();
  if (!stream || text.size() > max_schema_bytes || scan_json(text, max_depth)) {
    problems.push_back(problem(
        file.string(),
        fmt::format("expected a readable file of UTF-8 JSON of at most {} bytes", max_schema_bytes),
        "schema-file"));
    return std::nullopt;
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    problems.push_back(
        problem(file.string(), "expected JSON, found something else", "schema-file"));
    return std::nullopt;
  }
  return json;
}

// Whether data that conforms always has a text at `pointer`.
bool always_has_text(const Json& schema, const std::string& pointer) {
  const Json* at = &schema;
  std::istringstream names{pointer.substr(1)};
  for (std::string name; std::getline(names, name, '/');) {
    const Json required = at->value("required", Json::array());
    const auto members = at->find("properties");
    if (std::find(required.begin(), required.end(), name) == required.end() ||
        members == at->end() || !members->contains(name)) {
      return false;
    }
    at = &members->at(name);
  }
  return at->value("type", Json()) == "string";
}

void check_partition_key(const std::filesystem::path& file, const Json& schema,
                         Problems& problems) {
  const auto declared = schema.find("x-partition-key");
  if (declared == schema.end()) {
    problems.push_back(problem(file.string(),
                               "expected `x-partition-key`: which member of the data orders these "
                               "events, as in \"/application/id\"",
                               "partition-key"));
    return;
  }
  const std::string pointer = declared->is_string() ? declared->get<std::string>() : "";
  if (!pointer.starts_with('/') || pointer.find('~') != std::string::npos ||
      !always_has_text(schema, pointer)) {
    problems.push_back(problem(file.string(),
                               fmt::format("expected `x-partition-key` to lead to a text that the data "
                                           "must have, found {}",
                                           declared->dump()),
                               "partition-key"));
  }
}

enum class Folder { of_forms, of_registers, of_services };

void read_folder(const std::filesystem::path& path, Folder folder, DescribedTypes& types,
                 Problems& problems) {
  for (const auto& file : schema_files(path, problems)) {
    auto json = read_json(file, problems);
    if (!json) continue;
    auto schema = documents::Schema::compile(std::move(*json));
    if (!schema) {
      problems.push_back(problem(file.string(), schema.error(), "schema"));
      continue;
    }
    Described described{std::move(*schema), "", folder == Folder::of_registers, false};
    const Json& own = described.schema.json();
    if (folder != Folder::of_forms) {
      check_partition_key(file, own, problems);
      const Json key = own.value("x-partition-key", Json());
      if (key.is_string()) described.partition_key = key;
      described.proactive = own.value("x-proactive", Json()) == true;
    }
    std::string type = file.filename().string();
    type.resize(type.size() - file_suffix.size());
    if (!types.emplace(type, std::move(described)).second) {
      problems.push_back(problem(file.string(),
                                 fmt::format("expected one schema for {}, found another in "
                                             "`registers`; remove one of the two",
                                             type),
                                 "schema-folder"));
    }
  }
}

}  // namespace

struct SchemaCatalogue::Compiled {
  DescribedTypes types;

  const Described* find(std::string_view type) const {
    const auto found = types.find(type);
    return found == types.end() ? nullptr : &found->second;
  }
};

Result<SchemaCatalogue, Problems> SchemaCatalogue::load_events(
    const std::filesystem::path& events_folder) {
  Problems problems;
  auto compiled = std::make_shared<Compiled>();
  bool found = false;
  for (const auto& [name, folder] : {std::pair{"registers", Folder::of_registers},
                                     std::pair{"services", Folder::of_services}}) {
    if (!std::filesystem::exists(events_folder / name)) continue;
    found = true;
    read_folder(events_folder / name, folder, compiled->types, problems);
  }
  if (!found) {
    problems.push_back(problem(events_folder.string(),
                               "expected the folders `registers` and `services`, or one of them",
                               "schema-folder"));
  }
  if (!problems.empty()) return failure(std::move(problems));
  SchemaCatalogue catalogue;
  catalogue.compiled_ = std::move(compiled);
  return catalogue;
}

Result<SchemaCatalogue, Problems> SchemaCatalogue::load(const std::filesystem::path& folder) {
  Problems problems;
  auto compiled = std::make_shared<Compiled>();
  read_folder(folder, Folder::of_forms, compiled->types, problems);
  if (!problems.empty()) return failure(std::move(problems));
  SchemaCatalogue catalogue;
  catalogue.compiled_ = std::move(compiled);
  return catalogue;
}

const Json* SchemaCatalogue::schema(std::string_view type) const {
  const Described* found = compiled_->find(type);
  return found == nullptr ? nullptr : &found->schema.json();
}

std::vector<std::string> SchemaCatalogue::types() const {
  std::vector<std::string> names;
  for (const auto& [type, described] : compiled_->types) names.push_back(type);
  return names;
}

std::string SchemaCatalogue::partition_key(std::string_view type, const Json& data) const {
  const Described* found = compiled_->find(type);
  if (found == nullptr || found->partition_key.empty()) return {};
  const Json::json_pointer pointer(found->partition_key);
  if (!data.contains(pointer) || !data.at(pointer).is_string()) return {};
  return data.at(pointer).get<std::string>();
}

std::string SchemaCatalogue::partition_key_place(std::string_view type) const {
  const Described* found = compiled_->find(type);
  return found == nullptr ? std::string{} : found->partition_key;
}

bool SchemaCatalogue::from_register(std::string_view type) const {
  const Described* found = compiled_->find(type);
  return found != nullptr && found->from_register;
}

bool SchemaCatalogue::proactive(std::string_view type) const {
  const Described* found = compiled_->find(type);
  return found != nullptr && found->proactive;
}

std::vector<documents::Violation> SchemaCatalogue::violations(std::string_view type,
                                                              const Json& data) const {
  const Described* found = compiled_->find(type);
  if (found == nullptr) return {};
  return found->schema.violations(data);
}

Result<void, DecodeError> SchemaCatalogue::check(const CloudEvent& event) const {
  return check(event.type, event.data);
}

Result<void, DecodeError> SchemaCatalogue::check(std::string_view type, const Json& data) const {
  const Described* found = compiled_->find(type);
  if (found == nullptr) {
    return failure(DecodeError{ErrorCode::unknown_type,
                               "expected a type with a schema in events/, found another", "/type"});
  }
  const auto violations = found->schema.violations(data);
  if (violations.empty()) return {};
  std::string sentence = violations.front().what;
  for (std::size_t i = 1; i < violations.size(); ++i) {
    sentence += fmt::format("; at /data{}: {}", violations[i].where, violations[i].what);
  }
  return failure(DecodeError{ErrorCode::schema_violation, std::move(sentence),
                             "/data" + violations.front().where});
}

}  // namespace elukaar::cloudevents
