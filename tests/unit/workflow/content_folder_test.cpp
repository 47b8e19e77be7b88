#include "unit/workflow/temporary_folder.hpp"
#include "workflow/load/load.hpp"

// What can be wrong with the content folder as a whole.
namespace elukaar::workflow {
namespace {

using test::read_file;
using test::replaced;

class ContentFolder : public testing::Test {
 protected:
  ContentFolder() { folder_.fill(); }

  std::string without_folder(const Problems& problems) const {
    std::string text;
    for (const Problem& problem : problems) text += to_text(problem) + "\n";
    const std::string prefix = folder_.path().string() + "/";
    for (std::size_t at = 0; (at = text.find(prefix)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }
  std::string problems_of_schemas() const {
    const auto schemas = read_schemas(folder_.path());
    return schemas ? "none" : without_folder(schemas.error());
  }
  std::string problems_of_all() const {
    const auto schemas = read_schemas(folder_.path());
    EXPECT_TRUE(schemas);
    if (!schemas) return {};
    const auto services = load_all(folder_.path(), *schemas);
    return services ? "none" : without_folder(services.error());
  }

  test::TemporaryFolder folder_{"content-folder"};
};

TEST_F(ContentFolder, is_read_whole) {
  EXPECT_EQ(problems_of_schemas(), "none");
  EXPECT_EQ(problems_of_all(), "none");
}

TEST_F(ContentFolder, needs_a_municipality) {
  std::filesystem::remove_all(folder_.path() / "workflows/municipalities");
  EXPECT_EQ(problems_of_all(),
            "workflows/municipalities: error: there is no municipality's file; add "
            "<municipality>/<service>.yaml [no-services]\n");
}

TEST_F(ContentFolder, has_a_service_of_a_municipality_once) {
  const std::string north = "workflows/municipalities/north/place.yaml";
  folder_.write("workflows/municipalities/south/place.yaml", read_file(folder_.path() / north));
  EXPECT_EQ(problems_of_all(),
            "workflows/municipalities/south/place.yaml:1:1: error: the municipality 0001 has this "
            "service already, in workflows/municipalities/north/place.yaml; change `ehak`, or "
            "remove one of the files [duplicate-service]\n");
  folder_.write("workflows/municipalities/south/place.yaml",
                replaced(read_file(folder_.path() / north), "\"0001\"", "\"0002\""));
  EXPECT_EQ(problems_of_all(), "none");
}

TEST_F(ContentFolder, tells_the_problems_of_all_services_at_once) {
  const std::string north = read_file(folder_.path() / "workflows/municipalities/north/place.yaml");
  folder_.write("workflows/municipalities/a/place.yaml", replaced(north, "declined", "delined"));
  folder_.write("workflows/municipalities/b/place.yaml", replaced(north, "place@1", "plaace@1"));
  EXPECT_EQ(problems_of_all(),
            "workflows/municipalities/a/place.yaml:7:10: error: parameter `silence`: expected one "
            "of `declined` or `waits`, found `delined`; did you mean `declined`? [bad-parameter]\n"
            "workflows/municipalities/b/place.yaml:1:10: error: `extends`: there is no base "
            "`plaace@1`; did you mean `place@1`? [unknown-base]\n");
}

TEST_F(ContentFolder, tells_all_schemas_that_cannot_be_used) {
  folder_.write("events/services/ee.example.a.v1.schema.json", "{");
  folder_.write("events/services/ee.example.b.v1.schema.json", std::string(300 * 1024, ' '));
  folder_.write("connectors/systems/register/operations/give.json", R"({"input": {}})");
  folder_.write("connectors/systems/register/operations/take.json",
                R"({"input": {}, "output": {"properties": {"a": {"x-personal": "secret"}}}})");
  const std::string told = problems_of_schemas();
  EXPECT_NE(told.find("events/services/ee.example.a.v1.schema.json: error: expected a JSON object "
                      "[bad-schema]\n"),
            std::string::npos) << told;
  EXPECT_NE(told.find("events/services/ee.example.b.v1.schema.json: error: expected a readable file of at "
                      "most 262144 bytes [unreadable]\n"),
            std::string::npos) << told;
  EXPECT_NE(told.find("connectors/systems/register/operations/give.json: error: expected an object "
                      "with both `input` and `output` [bad-schema]\n"),
            std::string::npos) << told;
  EXPECT_NE(told.find("connectors/systems/register/operations/take.json: error: "), std::string::npos)
      << told;
}

TEST_F(ContentFolder, has_no_role_for_a_schema_that_stands_elsewhere) {
  folder_.write("events/note.json", "not a schema");
  folder_.write("connectors/systems/register/notes.json", "neither");
  EXPECT_EQ(problems_of_schemas(), "none");
}

}  // namespace
}  // namespace elukaar::workflow
