#pragma once

#include <filesystem>
#include <string>

#include "cloudevents/schema_catalogue.hpp"
#include "caseview/services.hpp"
#include "workflow/load/load.hpp"

// The tree's own content (schemas, events, services), read once for each test binary.
namespace elukaar::test {

inline const std::filesystem::path content{ELUKAAR_SOURCE_DIR};

inline const workflow::SchemaTable& operation_schemas() {
  static const auto loaded = workflow::read_schemas(content).value();
  return loaded;
}

inline const cloudevents::SchemaCatalogue& topic_events() {
  static const auto loaded = cloudevents::SchemaCatalogue::load_events(content / "events").value();
  return loaded;
}

inline const caseview::Services& all_services() {
  static const auto loaded = workflow::load_all(content, operation_schemas()).value();
  static engine::Workflows workflows(
      [] {
        std::vector<workflow::WorkflowPtr> newest;
        for (const auto& service : loaded) newest.push_back(service.workflow);
        return newest;
      }(),
      [](const std::string& source) {
        return workflow::compile_canonical(source, operation_schemas());
      });
  static const caseview::Services all(loaded, workflows);
  return all;
}

}  // namespace elukaar::test
