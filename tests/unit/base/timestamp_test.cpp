#include "base/timestamp.hpp"

#include <gtest/gtest.h>

namespace elukaar {
namespace {

TEST(Timestamp, is_written_in_utc_with_a_fraction_only_where_there_is_one) {
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-05-04T09:00:00+03:00")), "2026-05-04T06:00:00Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-05-04T06:00:00.120000Z")), "2026-05-04T06:00:00.12Z");
}

TEST(Timestamp, refuses_texts_that_are_no_moment) {
  for (const char* text : {"", "2026-05-04", "2026-05-04T06:00:00", "2026-02-30T06:00:00Z",
                           "2026-05-04T24:00:00Z", "2026-05-04T06:00:00.Z", "2026-05-04T06:00:00+3"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Date, knows_leap_years) {
  EXPECT_TRUE(parse_iso_date("2028-02-29"));
  EXPECT_FALSE(parse_iso_date("2026-02-29"));
  EXPECT_EQ(to_iso_date(*parse_iso_date("2026-04-20") + std::chrono::days{11}), "2026-05-01");
}

}  // namespace
}  // namespace elukaar
