#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "cloudevents/schema_catalogue.hpp"
#include "unit/workflow/temporary_folder.hpp"
#include "documents/yaml.hpp"

namespace elukaar::test {

// workflows/schema/workflow.schema.json as an editor applies it. Our validator knows neither
// `if`/`then` nor schemas that hold themselves, so the choice of the two parts is made here and states
// are unrolled to as many levels as a test needs.
class WorkflowSchema {
 public:
  WorkflowSchema() {
    const std::filesystem::path path =
        std::filesystem::path{ELUKAAR_SOURCE_DIR} / "workflows/schema/workflow.schema.json";
    schema_ = Json::parse(read_file(path), nullptr, false);
    EXPECT_TRUE(schema_.is_object());
    Json& definitions = schema_["definitions"];
    for (int level = 0; level < levels; ++level) {
      const std::string here = std::to_string(level), next = std::to_string(level + 1);
      definitions["states" + here] =
          renamed(definitions["states"], "/state\"", "/state" + here + "\"");
      definitions["state" + here] =
          renamed(definitions["state"], "/states\"", "/states" + next + "\"");
    }
    definitions["states" + std::to_string(levels)] = {{"type", "object"}, {"maxProperties", 0U}};
    definitions["base"] = renamed(definitions["base"], "/states\"", "/states0\"");
    definitions.erase("states");
    definitions.erase("state");
    for (const char* part : {"base", "municipality"}) {
      auto compiled = documents::Schema::compile(
          {{"definitions", definitions}, {"$ref", std::string{"#/definitions/"} + part}});
      EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error());
      if (compiled) parts_.emplace(part, std::move(*compiled));
    }
  }

  // What an editor underlines, a line each; empty for a file that it finds well, or cannot read.
  std::string violations(const std::filesystem::path& file) const {
    const auto node = documents::read_yaml_file(file, file.string());
    if (!node) return {};
    const Json json = documents::to_json(*node);
    const bool municipality = json.contains("extends") || json.contains("municipality");
    std::string text;
    for (const auto& violation :
         parts_.at(municipality ? "municipality" : "base").violations(json)) {
      text += violation.where + ": " + violation.what + "\n";
    }
    return text;
  }

  const Json& json() const { return schema_; }

 private:
  static constexpr int levels = 4;

  static Json renamed(const Json& definition, const std::string& from, const std::string& to) {
    std::string text = definition.dump();
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
    return Json::parse(text);
  }

  Json schema_;
  std::map<std::string, documents::Schema> parts_;
};

}  // namespace elukaar::test
