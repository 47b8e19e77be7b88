#include "texts/status.hpp"

#include <gtest/gtest.h>

namespace elukaar::texts {
namespace {

Status queued() {
  Status status;
  status.text = "queued";
  status.turn = "municipality";
  status.push = "N";
  status.by = parse_iso_date("2027-04-01");
  status.clock = {{"name", "place-offer"}, {"state", "running"}, {"startedOn", "2026-04-23"},
                  {"due", "2026-06-25"}};
  status.legal_basis = {"place-right"};
  status.actions = {"withdraw"};
  status.visible_to = {"applicant", "guardians", "official"};
  status.args = {{"ahead", 11}};
  status.delayed = Delayed{"population-register", *parse_rfc3339("2026-05-04T06:00:00Z")};
  return status;
}

TEST(Status, is_published_in_the_shape_that_readers_know) {
  EXPECT_EQ(published(queued()), Json::parse(R"({
    "text":"queued","turn":"municipality","push":"N","by":"2027-04-01",
    "clock":{"name":"place-offer","state":"running","startedOn":"2026-04-23","due":"2026-06-25"},
    "legalBasis":["place-right"],"actions":["withdraw"],
    "visibleTo":["applicant","guardians","official"],"args":{"ahead":11},"final":false,
    "delayed":{"system":"population-register","since":"2026-05-04T06:00:00Z"}})"));
  Status bare = queued();
  bare.by.reset();
  bare.clock = nullptr;
  bare.delayed.reset();
  for (const char* name : {"by", "clock", "delayed"}) EXPECT_TRUE(published(bare)[name].is_null());
  EXPECT_TRUE(published(std::optional<Status>{}).is_null());
}

TEST(Status, comes_back_as_it_was_published) {
  Json json = published(queued());
  json["newer"] = 1;
  const auto again = from_published(json);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(*again, queued());
}

TEST(Status, names_the_member_that_does_not_fit) {
  const std::pair<const char*, Json> wrong[] = {
      {"text", ""}, {"turn", nullptr}, {"by", "soon"}, {"by", 1}, {"clock", 1}, {"clock", {{"name", "x"}}},
      {"args", 1},
      {"actions", "x"}, {"visibleTo", {1}}, {"final", 0}, {"delayed", {{"system", "x"}}}};
  for (const auto& [name, value] : wrong) {
    Json json = published(queued());
    json[name] = value;
    const auto again = from_published(json);
    ASSERT_FALSE(again) << name;
    EXPECT_NE(again.error().find(name), std::string::npos) << again.error();
  }
  EXPECT_FALSE(from_published(nullptr));
}

}  // namespace
}  // namespace elukaar::texts
