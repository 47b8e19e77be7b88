#include "unit/workflow/workflow_schema.hpp"

// The schema for editors; rules_test holds it against the loader, file by file.
namespace elukaar::test {
namespace {

namespace fs = std::filesystem;

TEST(WorkflowSchema, accepts_every_file_that_we_ship) {
  const WorkflowSchema schema;
  const fs::path workflows = fs::path{ELUKAAR_SOURCE_DIR} / "workflows";
  const fs::path bench = fs::path{ELUKAAR_SOURCE_DIR} / "tests/bench/content/workflows";
  int files = 0;
  for (const fs::path& folder : {workflows, bench}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const fs::path& path = entry.path();
      const fs::path within = path.parent_path().filename();
      if (path.extension() != ".yaml" || within == "texts" || within == "scenarios") continue;
      if (path.filename() == "behaviour.yaml") continue;  // has a schema of its own
      ++files;
      EXPECT_EQ(schema.violations(path), "") << path;
      // The first line tells an editor where the schema is.
      const std::string text = read_file(path);
      const std::string mark = "# yaml-language-server: $schema=";
      ASSERT_TRUE(text.starts_with(mark)) << path;
      const std::string named = text.substr(mark.size(), text.find('\n') - mark.size());
      EXPECT_TRUE(fs::equivalent(path.parent_path() / named,
                                 workflows / "schema/workflow.schema.json")) << path;
    }
  }
  EXPECT_GE(files, 5);
}

TEST(WorkflowSchema, describes_what_it_names) {
  const WorkflowSchema schema;
  for (const char* part : {"base", "municipality", "parameter", "event", "action", "status"}) {
    const Json& definition = schema.json()["definitions"][part];
    ASSERT_TRUE(definition.contains("properties")) << part;
    for (const auto& [key, member] : definition["properties"].items()) {
      if (key == "about") continue;
      const Json* told = &member;
      if (member.contains("$ref")) {
        const std::string name = member["$ref"].get<std::string>().substr(14);
        if (name.starts_with("states") || name == "actions") continue;
        told = &schema.json()["definitions"][name];
      }
      EXPECT_TRUE(told->contains("description")) << part << "." << key;
    }
  }
}

}  // namespace
}  // namespace elukaar::test
