#include "cloudevents/schema_catalogue.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "cloudevents/scan.hpp"

namespace elukaar::cloudevents {
namespace {

constexpr std::string_view file_suffix = ".schema.json";

Problem problem(const std::string& file, std::string what, std::string rule) {
  return {{file, 0, 0}, std::move(what), "", std::move(rule), Severity::error};
}

}  // namespace

struct SchemaCatalogue::Compiled {
  std::map<std::string, documents::Schema, std::less<>> schemas;
};

Result<SchemaCatalogue, Problems> SchemaCatalogue::load(const std::filesystem::path& folder) {
  Problems problems;
  auto compiled = std::make_shared<Compiled>();
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
  for (const auto& file : files) {
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream content;
    content << stream.rdbuf();
    const std::string text = content.str();
    if (!stream || text.size() > max_schema_bytes || scan_json(text, max_depth)) {
      problems.push_back(problem(file.string(),
                                 fmt::format("expected a readable file of UTF-8 JSON of at most {} "
                                             "bytes",
                                             max_schema_bytes),
                                 "schema-file"));
      continue;
    }
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) {
      problems.push_back(problem(file.string(), "expected JSON, found something else",
                                 "schema-file"));
      continue;
    }
    auto schema = documents::Schema::compile(std::move(json));
    if (!schema) {
      problems.push_back(problem(file.string(), schema.error(), "schema"));
      continue;
    }
    std::string type = file.filename().string();
    type.resize(type.size() - file_suffix.size());
    compiled->schemas.emplace(std::move(type), std::move(*schema));
  }
  if (!problems.empty()) return failure(std::move(problems));
  SchemaCatalogue catalogue;
  catalogue.compiled_ = std::move(compiled);
  return catalogue;
}

const Json* SchemaCatalogue::schema(std::string_view type) const {
  const auto found = compiled_->schemas.find(type);
  return found == compiled_->schemas.end() ? nullptr : &found->second.json();
}

std::vector<std::string> SchemaCatalogue::types() const {
  std::vector<std::string> names;
  for (const auto& [type, schema] : compiled_->schemas) names.push_back(type);
  return names;
}

std::vector<documents::Violation> SchemaCatalogue::violations(std::string_view type, const Json& data) const {
  const auto found = compiled_->schemas.find(type);
  if (found == compiled_->schemas.end()) return {};
  return found->second.violations(data);
}

Result<void, DecodeError> SchemaCatalogue::check(const CloudEvent& event) const {
  return check(event.type, event.data);
}

Result<void, DecodeError> SchemaCatalogue::check(std::string_view type, const Json& data) const {
  const auto found = compiled_->schemas.find(type);
  if (found == compiled_->schemas.end()) {
    return failure(DecodeError{ErrorCode::unknown_type,
                               "expected a type with a schema in events/, found another", "/type"});
  }
  const auto violations = found->second.violations(data);
  if (violations.empty()) return {};
  std::string sentence = violations.front().what;
  for (std::size_t i = 1; i < violations.size(); ++i) {
    sentence += fmt::format("; at /data{}: {}", violations[i].where, violations[i].what);
  }
  return failure(DecodeError{ErrorCode::schema_violation, std::move(sentence),
                             "/data" + violations.front().where});
}

}  // namespace elukaar::cloudevents
