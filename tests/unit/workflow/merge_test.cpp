#include "workflow/load/merge.hpp"

#include <gtest/gtest.h>

namespace elukaar::workflow {
namespace {

documents::Node yaml(const std::string& text) {
  auto node = documents::read_yaml(text, "f.yaml");
  EXPECT_TRUE(node);
  return node ? *node : documents::Node{};
}

std::string patched(const std::string& target, const std::string& patch) {
  documents::Node node = yaml(target);
  merge_patch(node, yaml(patch));
  return to_ordered_json(node).dump();
}

// RFC 7396, appendix A.
TEST(MergePatch, does_what_the_rfc_shows) {
  EXPECT_EQ(patched("{a: b}", "{a: c}"), R"({"a":"c"})");
  EXPECT_EQ(patched("{a: b}", "{b: c}"), R"({"a":"b","b":"c"})");
  EXPECT_EQ(patched("{a: b}", "{a: null}"), "{}");
  EXPECT_EQ(patched("{a: b, b: c}", "{a: null}"), R"({"b":"c"})");
  EXPECT_EQ(patched("{a: [b]}", "{a: c}"), R"({"a":"c"})");
  EXPECT_EQ(patched("{a: c}", "{a: [b]}"), R"({"a":["b"]})");
  EXPECT_EQ(patched("{a: {b: c}}", "{a: {b: d, c: null}}"), R"({"a":{"b":"d"}})");
  EXPECT_EQ(patched("{a: [{b: c}]}", "{a: [1]}"), R"({"a":[1]})");
  EXPECT_EQ(patched("[a, b]", "[c, d]"), R"(["c","d"])");
  EXPECT_EQ(patched("{a: b}", "[c]"), R"(["c"])");
  EXPECT_EQ(patched("{e: null}", "{a: 1}"), R"({"e":null,"a":1})");
  EXPECT_EQ(patched("[1, 2]", "{a: b, c: null}"), R"({"a":"b"})");
  EXPECT_EQ(patched("{}", "{a: {bb: {ccc: null}}}"), R"({"a":{"bb":{}}})");
}

TEST(MergePatch, merges_lists_of_objects_with_ids_by_their_id) {
  EXPECT_EQ(patched("{a: [{id: x, v: 1}, {id: y, v: 2}]}", "{a: [{id: y, v: 3}, {id: z}]}"),
            R"({"a":[{"id":"x","v":1},{"id":"y","v":3},{"id":"z"}]})");
}

TEST(Merge, sets_terms_by_their_parts_and_takes_own_words_apart) {
  Problems problems;
  documents::Reader reader(problems);
  const auto parts = merge(
      yaml("key: k"),
      yaml("extends: k@1\nmunicipality: { name: X, ehak: \"0001\", contact: { unit: u } }\n"
           "terms: { answer: { length: 14 days, outsideRound: 7 days, from: delivered, appliesTo: new-offers }, contract: 7 days }\n"
           "silence: declined\ntexts: { et: { offered: { sms: Tere } } }\n"),
      reader);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(to_ordered_json(*parts.merged.find("values")).dump(),
            R"({"answer":"14 days","answerOutsideRound":"7 days","answerFrom":"delivered",)"
            R"("answerAppliesTo":"new-offers","contract":"7 days",)"
            R"("silence":"declined"})");
  ASSERT_EQ(parts.texts.size(), 1U);
  EXPECT_EQ(parts.texts[0].field, "sms");
}

TEST(Merge, refuses_an_overlay_that_takes_protection_away) {
  Problems problems;
  documents::Reader reader(problems);
  merge(yaml("key: k\nevents: { death: { type: t, protective: true } }\n"),
        yaml("municipality: { name: X, ehak: \"0001\", contact: {} }\n"
             "overlay: { events: { death: null, deth: null } }\n"),
        reader);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_NE(problems[0].what.find("is protective"), std::string::npos);
  EXPECT_EQ(problems[1].hint, "did you mean `death`?");
}

}  // namespace
}  // namespace elukaar::workflow
