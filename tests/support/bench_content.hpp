#pragma once

#include <filesystem>

#include "cloudevents/schema_catalogue.hpp"
#include "support/temporary_folder.hpp"
#include "workflow/load/load.hpp"

// The tree's content with the bench's laid over it (tests/bench/content): the smallest service, events
// that anything can be made of. Put together once for each test binary, as tests/bench/run does it.
namespace elukaar::test {

inline const std::filesystem::path& bench_content() {
  static const TemporaryFolder folder;
  static const bool filled = [] {
    namespace fs = std::filesystem;
    const fs::path tree{ELUKAAR_SOURCE_DIR};
    for (const char* each : {"events", "workflows"}) {
      fs::copy(tree / each, folder.path() / each, fs::copy_options::recursive);
      fs::copy(tree / "tests/bench/content" / each, folder.path() / each, fs::copy_options::recursive);
    }
    fs::create_directory_symlink(tree / "connectors", folder.path() / "connectors");
    return true;
  }();
  static_cast<void>(filled);
  return folder.path();
}

inline const workflow::SchemaTable& bench_schemas() {
  static const auto loaded = workflow::read_schemas(bench_content()).value();
  return loaded;
}

inline const cloudevents::SchemaCatalogue& bench_events() {
  static const auto loaded =
      cloudevents::SchemaCatalogue::load_events(bench_content() / "events").value();
  return loaded;
}

}  // namespace elukaar::test
