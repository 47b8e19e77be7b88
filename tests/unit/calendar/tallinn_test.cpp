#include <gtest/gtest.h>

#include "calendar/calendar.hpp"

namespace elukaar::calendar {
namespace {

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }
Date day(const char* text) { return parse_iso_date(text).value(); }

TEST(Tallinn, day_changes_at_local_midnight) {
  EXPECT_EQ(day_in_tallinn(at("2026-05-04T20:59:59.999999Z")), day("2026-05-04"));  // summer, +3
  EXPECT_EQ(day_in_tallinn(at("2026-05-04T21:00:00Z")), day("2026-05-05"));
  EXPECT_EQ(day_in_tallinn(at("2026-01-04T21:59:59Z")), day("2026-01-04"));  // winter, +2
  EXPECT_EQ(day_in_tallinn(at("2026-01-04T22:00:00Z")), day("2026-01-05"));
}

TEST(Tallinn, day_ends_at_24_00_of_local_time) {
  EXPECT_EQ(to_rfc3339(end_of_day(day("2026-05-18"))), "2026-05-18T21:00:00Z");
  EXPECT_EQ(to_rfc3339(end_of_day(day("2026-12-28"))), "2026-12-28T22:00:00Z");
  EXPECT_EQ(to_rfc3339(start_of_day(day("2026-05-18"))), "2026-05-17T21:00:00Z");
}

TEST(Tallinn, days_of_a_clock_change_last_23_and_25_hours) {
  EXPECT_EQ(end_of_day(day("2026-03-29")) - start_of_day(day("2026-03-29")), std::chrono::hours{23});
  EXPECT_EQ(end_of_day(day("2026-10-25")) - start_of_day(day("2026-10-25")), std::chrono::hours{25});
}

TEST(AddPeriodToTimestamp, keeps_the_wall_clock_over_a_change_of_summer_time) {
  const auto add = [](const char* from, const char* period) {
    return to_rfc3339(add_period(at(from), Period::parse(period).value()));
  };
  EXPECT_EQ(add("2026-03-28T10:00:00Z", "P1D"), "2026-03-29T09:00:00Z");   // 12:00 both days
  EXPECT_EQ(add("2026-03-28T10:00:00Z", "PT24H"), "2026-03-29T10:00:00Z");
  EXPECT_EQ(add("2026-03-28T01:30:00Z", "P1D"), "2026-03-29T01:00:00Z");   // 03:30 is skipped
  EXPECT_EQ(add("2026-05-04T06:00:00.25Z", "P18M"), "2027-11-04T07:00:00.25Z");
  EXPECT_EQ(add("2026-08-30T22:30:00Z", "P6M"), "2027-02-27T23:30:00Z");   // 31 Aug local -> 28 Feb
  EXPECT_EQ(add("2026-05-04T06:00:00Z", "-P1DT1H"), "2026-05-03T05:00:00Z");
}

}  // namespace
}  // namespace elukaar::calendar
