#include "documents/yaml.hpp"

#include <gtest/gtest.h>

namespace elukaar::documents {
namespace {

Node read(const std::string& text) {
  auto node = read_yaml(text, "f.yaml");
  EXPECT_TRUE(node) << (node ? "" : to_text(node.error().at(0)));
  return node ? *node : Node{};
}

std::string problem(const std::string& text) {
  const auto node = read_yaml(text, "f.yaml");
  return node ? "none" : to_text(node.error().at(0));
}

TEST(Yaml, reads_scalars_as_yaml_1_2_means_them) {
  const Node node = read(
      "on: no\nyes: y\ntime: 12:30\noctal: 0o17\nold: 017\nhex: 0x1F\nfloat: 1e3\nnull: ~\n"
      "flag: True\nquoted: \"12\"\nempty:\n");
  EXPECT_EQ(to_ordered_json(node).dump(),
            R"({"on":"no","yes":"y","time":"12:30","octal":15,"old":17,"hex":31,"float":1000.0,)"
            R"("null":null,"flag":true,"quoted":"12","empty":null})");
}

TEST(Yaml, keeps_the_order_and_the_place_of_every_key_and_value) {
  const Node node = read("b: 1\na:\n  - x\n  - \"{{ y }}\"\n");
  EXPECT_EQ(node.entries[0].key, "b");
  EXPECT_EQ(node.entries[1].where, (SourcePosition{"f.yaml", 2, 1}));
  const Node& item = node.entries[1].value.items[1];
  EXPECT_EQ(item.where, (SourcePosition{"f.yaml", 4, 5}));
  EXPECT_EQ(item.position_of(3), (SourcePosition{"f.yaml", 4, 9}));
}

TEST(Yaml, tells_every_duplicate_key_with_the_line_of_the_first) {
  const auto node = read_yaml("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", "f.yaml");
  ASSERT_FALSE(node);
  ASSERT_EQ(node.error().size(), 2U);
  EXPECT_EQ(to_text(node.error()[0]),
            "f.yaml:4:3: error: the key `c` stands here twice; the first one is in line 3; keep one "
            "[duplicate-key]");
  EXPECT_EQ(node.error()[1].where.line, 5);
}

TEST(Yaml, unfolds_aliases_with_the_place_of_what_they_stand_for) {
  const Node node = read("a: &x { k: 1 }\nb: *x\n");
  EXPECT_EQ(node.find("b")->find("k")->integer, 1);
  EXPECT_EQ(node.find("b")->where.line, 1);
}

TEST(Yaml, stops_an_alias_bomb_before_it_unfolds) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_NE(problem(text).find("[yaml-limit]"), std::string::npos) << problem(text);
}

TEST(Yaml, stops_a_bomb_of_one_long_text) {
  std::string text = "a: &a \"" + std::string(400'000, 'x') + "\"\nb: [*a";
  for (int i = 0; i < 100; ++i) text += ", *a";
  EXPECT_NE(problem(text + "]\n").find("[yaml-limit]"), std::string::npos);
}

TEST(Yaml, refuses_an_alias_within_what_it_stands_for) {
  EXPECT_NE(problem("a: &a [ *a ]\n").find("[yaml-syntax]"), std::string::npos)
      << problem("a: &a [ *a ]\n");
}

TEST(Yaml, refuses_nesting_that_is_too_deep) {
  EXPECT_NE(problem(std::string(100, '[') + std::string(100, ']')).find("[yaml-limit]"),
            std::string::npos);
}

TEST(Yaml, refuses_a_file_that_is_too_large) {
  EXPECT_NE(problem(std::string(max_yaml_bytes + 1, ' ')).find("[yaml-limit]"), std::string::npos);
}

TEST(Yaml, refuses_what_is_no_utf_8_with_its_place) {
  EXPECT_EQ(problem("a: b\nc: \xC3\x28\n"),
            "f.yaml:2:4: error: expected text in UTF-8, found other bytes; save the file as UTF-8 "
            "[yaml-encoding]");
  EXPECT_NE(problem("a: \xED\xA0\x80\n"), "none");           // a surrogate
  EXPECT_NE(problem(std::string("a: \0b\n", 6)), "none");    // NUL
  EXPECT_EQ(problem("\xEF\xBB\xBF" "a: õ\n"), "none");
}

TEST(Yaml, refuses_tags_second_documents_infinities_and_composite_keys) {
  EXPECT_NE(problem("a: !!python/object x\n").find("[yaml-tag]"), std::string::npos);
  EXPECT_NE(problem("a: 1\n---\nb: 2\n").find("one document"), std::string::npos);
  EXPECT_NE(problem("a: .inf\n").find("finite"), std::string::npos);
  EXPECT_NE(problem("[a, b]: 1\n").find("expected a key"), std::string::npos);
  EXPECT_NE(problem("a: 99999999999999999999\n").find("64 bits"), std::string::npos);
}

TEST(Yaml, tells_where_the_syntax_breaks) {
  EXPECT_EQ(problem("a: [1, 2\n").substr(0, 9), "f.yaml:2:") << problem("a: [1, 2\n");
}

TEST(Yaml, comes_back_from_json_as_it_was) {
  const Node node = read("a: [1, 2.5, text, true, null]\nb: { z: 1, y: 2 }\n");
  const std::string json = to_ordered_json(node).dump();
  EXPECT_EQ(to_ordered_json(from_json(OrderedJson::parse(json), "j")).dump(), json);
}

}  // namespace
}  // namespace elukaar::documents
