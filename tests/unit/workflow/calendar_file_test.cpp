#include "workflow/load/calendar_file.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "unit/workflow/temporary_folder.hpp"

namespace elukaar::workflow {
namespace {

Date on(const std::string& text) { return parse_iso_date(text).value(); }

Result<calendar::Calendar, Problems> read(const std::string& text) {
  test::TemporaryFolder folder("calendar");
  std::filesystem::create_directories(folder.path());
  std::ofstream(folder.path() / "calendar.yaml") << text;
  return read_calendar(folder.path());
}

TEST(CalendarFile, is_not_needed) {
  const auto calendar = read_calendar("/nowhere/at/all");
  ASSERT_TRUE(calendar);
  EXPECT_FALSE(calendar->is_working_day(on("2027-06-24")));
}

TEST(CalendarFile, makes_days_off_and_working_days) {
  const auto calendar =
      read("daysOff: [2027-01-04]\nworkingDays: [2027-01-16]\nshiftIfDayOff: no\n");
  ASSERT_TRUE(calendar);
  EXPECT_FALSE(calendar->is_working_day(on("2027-01-04")));
  EXPECT_TRUE(calendar->is_working_day(on("2027-01-16")));
  const auto until = calendar::Term::parse("until 15 May").value();
  EXPECT_EQ(calendar->term_end(on("2027-03-01"), until), on("2027-05-15"));  // a Saturday
}

TEST(CalendarFile, says_what_is_wrong_with_it) {
  for (const char* text : {"daysOff: [soon]", "dayOff: [2027-01-04]", "[1]", "a: [",
                           "daysOff: [2027-01-04]\nworkingDays: [2027-01-04]"}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

}  // namespace
}  // namespace elukaar::workflow
