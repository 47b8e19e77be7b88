#include "kit/operation.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

namespace elukaar::kit {
namespace {

// An operation's schemas are a few kilobytes; more is a wrong file.
constexpr std::size_t max_operation_bytes = 256 * 1024;

Result<std::string, std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(max_operation_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) return failure(std::string("cannot be read"));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > max_operation_bytes) {
    return failure("is larger than " + std::to_string(max_operation_bytes) + " bytes");
  }
  return text;
}

Result<documents::Schema, std::string> compile_member(const Json& operation, const char* member) {
  const auto schema = operation.find(member);
  if (schema == operation.end()) {
    return failure(std::string("expected a JSON Schema under \"") + member + "\", found nothing");
  }
  return documents::Schema::compile(*schema).map_error(
      [&](const std::string& reason) { return std::string(member) + ": " + reason; });
}

}  // namespace

Result<Operation, std::string> parse_operation(std::string name, std::string_view text) {
  const Json operation = Json::parse(text, nullptr, false);
  if (!operation.is_object()) {
    return failure(std::string("expected a JSON object with \"input\" and \"output\""));
  }
  auto input = compile_member(operation, "input");
  if (!input) return failure(input.error());
  auto output = compile_member(operation, "output");
  if (!output) return failure(output.error());
  return Operation{.name = std::move(name),
                   .input_schema = operation.at("input"),
                   .output_schema = operation.at("output"),
                   .input = std::move(*input),
                   .output = std::move(*output)};
}

Result<std::vector<Operation>, std::string> load_operations(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) return failure(folder.string() + ": " + error.message());
  if (files.empty()) {
    return failure(folder.string() + ": expected a file <operation>.json, found none");
  }
  std::sort(files.begin(), files.end());
  std::vector<Operation> operations;
  for (const auto& file : files) {
    auto operation = read_file(file).and_then(
        [&](const std::string& text) { return parse_operation(file.stem().string(), text); });
    if (!operation) return failure(file.string() + ": " + operation.error());
    operations.push_back(std::move(*operation));
  }
  return operations;
}

Result<void, std::string> check(const documents::Schema& schema, const Json& value) {
  const auto violations = schema.violations(value);
  if (violations.empty()) return {};
  std::string text;
  for (const auto& violation : violations) {
    if (!text.empty()) text += "; ";
    text += (violation.where.empty() ? "/" : violation.where) + ": " + violation.what;
  }
  return failure(text);
}

const Operation* find_operation(const std::vector<Operation>& operations, std::string_view name) {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& each) { return each.name == name; });
  return found == operations.end() ? nullptr : &*found;
}

}  // namespace elukaar::kit
