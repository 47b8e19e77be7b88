#include "base/ids.hpp"

#include <gtest/gtest.h>

namespace elukaar {
namespace {

const Timestamp noon = *parse_rfc3339("2026-05-04T12:00:00Z");

TEST(Uuid, writes_what_it_reads) {
  const auto id = Uuid::parse("019DF2A1-7c3b-7d00-8a01-0123456789ab");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->str(), "019df2a1-7c3b-7d00-8a01-0123456789ab");
}

TEST(Uuid, refuses_what_is_not_a_uuid) {
  for (const char* text : {"", "019df2a1", "019df2a17c3b-7d00-8a01-0123456789ab0",
                           "019df2a1-7c3b-7d00-8a01-0123456789ag"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, derived_is_the_same_for_the_same_input_and_differs_for_any_other) {
  const Uuid id = Uuid::derived(noon, "/register", "7", 0);
  EXPECT_EQ(id, Uuid::derived(noon, "/register", "7", 0));
  EXPECT_NE(id, Uuid::derived(noon, "/register", "7", 1));
  EXPECT_NE(id, Uuid::derived(noon, "/register", "8", 0));
  EXPECT_NE(id, Uuid::derived(noon, "/registe", "r7", 0));
}

TEST(Uuid, derived_has_the_version_7_layout_and_sorts_by_time) {
  const Uuid earlier = Uuid::derived(noon, "/register", "7", 0);
  const Uuid later = Uuid::derived(noon + std::chrono::milliseconds{1}, "/register", "6", 0);
  EXPECT_LT(earlier, later);
  EXPECT_EQ(earlier.str()[14], '7');
  EXPECT_EQ(earlier.bytes()[8] >> 6, 2);
}

}  // namespace
}  // namespace elukaar
