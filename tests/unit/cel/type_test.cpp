#include "cel/type.hpp"

#include <gtest/gtest.h>

namespace elukaar::cel {
namespace {

Type read(const char* schema) { return type_from_schema(Json::parse(schema), "thing"); }

TEST(Schema, becomes_types) {
  EXPECT_EQ(read(R"({"type":"string","format":"date-time"})").str(), "timestamp");
  EXPECT_EQ(read(R"({"type":"string","format":"date"})").str(), "date");
  EXPECT_EQ(read(R"({"type":"array","items":{"type":"integer"}})").str(), "list(int)");
  EXPECT_EQ(read(R"({"type":"object"})").str(), "map(string, dyn)");
  EXPECT_EQ(read(R"({"type":"object","additionalProperties":{"type":"number"}})").str(),
            "map(string, double)");
  EXPECT_EQ(read(R"({"type":["string","null"]})").str(), "string");
  EXPECT_TRUE(read(R"({"type":["string","null"]})").nullable());
  EXPECT_EQ(read(R"({"enum":["a","b"]})").values(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read("true").str(), "dyn");
}

TEST(Schema, finds_personal_fields_behind_alternatives_and_references) {
  std::string path;
  EXPECT_TRUE(read(R"({"oneOf":[{"type":"object","properties":{"a":{"type":"integer"}}},
      {"type":"object","properties":{"b":{"$ref":"#/x"}}}],
      "x":{"type":"string","x-personal":"contact"}})").contains_personal(&path));
  EXPECT_EQ(path, ".b");
  EXPECT_TRUE(read(R"({"type":"array","items":{"type":"string","x-personal":"special"}})")
                  .contains_personal());
  EXPECT_TRUE(read(R"({"anyOf":[{"type":"string","x-personal":"identity"},{"type":"integer"}]})")
                  .contains_personal());
  EXPECT_TRUE(read(R"({"type":"string","x-personal":"some-new-class"})").contains_personal());
  EXPECT_FALSE(read(R"({"type":"string"})").contains_personal());
}

TEST(Schema, ends_where_it_refers_to_itself) {
  const Type type = read(R"({"type":"object","properties":{"next":{"$ref":"#"}}})");
  EXPECT_NE(type.field("next"), nullptr);
}

}  // namespace
}  // namespace elukaar::cel
