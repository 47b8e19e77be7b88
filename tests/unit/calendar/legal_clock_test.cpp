#include "calendar/legal_clock.hpp"

#include <gtest/gtest.h>

namespace elukaar::calendar {
namespace {

Date day(const std::string& text) { return parse_iso_date(text).value(); }
Term term(const std::string& text) { return Term::parse(text).value(); }

LegalClock clock_of(const std::string& from, const std::string& length) {
  return {day(from), term(length)};
}

std::string due_of(const LegalClock& clock, const Calendar& calendar = {}) {
  return to_iso_date(due(clock, calendar));
}

// domain.md, section 6.
TEST(LegalClock, ends_where_the_law_and_its_holidays_say) {
  const struct {
    const char* from;
    const char* length;
    const char* due;
  } rows[] = {
      {"2025-12-30", "2 months", "2026-03-02"},  // 28 February is a Saturday
      {"2026-04-23", "2 months", "2026-06-25"},  // 23 and 24 June are holidays
      {"2026-06-10", "14 days", "2026-06-25"},
      {"2026-06-18", "5 working days", "2026-06-29"},
      {"2026-10-24", "2 months", "2026-12-28"},
  };
  for (const auto& row : rows) EXPECT_EQ(due_of(clock_of(row.from, row.length)), row.due);
}

TEST(LegalClock, moves_by_the_days_of_its_pauses_and_shifts_once) {
  LegalClock clock = clock_of("2026-03-02", "2 months");  // Saturday, 2 May: Monday
  EXPECT_EQ(due_of(clock), "2026-05-04");
  pause(clock, day("2026-03-10"), "documents");
  EXPECT_EQ(due_of(clock), "2026-05-04");  // where it ends is not known yet
  resume(clock, day("2026-03-15"));
  EXPECT_EQ(due_of(clock), "2026-05-07");  // 2 May and five days, not 4 May and five days
}

TEST(LegalClock, in_working_days_moves_by_working_days) {
  LegalClock clock = clock_of("2026-06-01", "5 working days");
  EXPECT_EQ(due_of(clock), "2026-06-08");
  pause(clock, day("2026-06-05"), "documents");  // Friday
  resume(clock, day("2026-06-09"));              // Tuesday: Friday and Monday are lost
  EXPECT_EQ(due_of(clock), "2026-06-10");
}

TEST(LegalClock, goes_on_from_the_unshifted_end_when_extended) {
  LegalClock clock = clock_of("2025-12-30", "2 months");  // 28 February, shifted to 2 March
  clock.extensions.push_back(term("10 days"));
  EXPECT_EQ(due_of(clock), "2026-03-10");
}

TEST(LegalClock, counts_used_days_without_the_event_s_day_and_without_pauses) {
  LegalClock clock = clock_of("2026-03-02", "2 months");
  EXPECT_EQ(used_days(clock, day("2026-03-01")), 0);
  EXPECT_EQ(used_days(clock, day("2026-03-02")), 0);
  EXPECT_EQ(used_days(clock, day("2026-03-03")), 1);
  pause(clock, day("2026-03-05"), "documents");
  EXPECT_EQ(used_days(clock, day("2026-03-04")), 2);
  EXPECT_EQ(used_days(clock, day("2026-03-20")), 2);
  resume(clock, day("2026-03-20"));
  EXPECT_EQ(used_days(clock, day("2026-03-20")), 3);
  EXPECT_EQ(used_days(clock, day("2026-03-21")), 4);
}

TEST(LegalClock, does_not_count_a_day_twice_that_two_pauses_share) {
  LegalClock clock = clock_of("2026-03-02", "2 months");
  pause(clock, day("2026-03-05"), "a");
  resume(clock, day("2026-03-10"));
  pause(clock, day("2026-03-08"), "b");
  EXPECT_EQ(clock.pauses.back().from, day("2026-03-10"));
  resume(clock, day("2026-03-11"));
  EXPECT_EQ(due_of(clock), "2026-05-08");
}

TEST(LegalClock, warns_so_many_days_before_its_end) {
  const Calendar calendar;
  EXPECT_EQ(warning_day(day("2026-06-25"), term("14 days"), calendar), day("2026-06-11"));
  EXPECT_EQ(warning_day(day("2026-06-25"), term("3 working days"), calendar), day("2026-06-18"));
  EXPECT_EQ(warning_day(day("2026-03-31"), term("1 month"), calendar), day("2026-02-28"));
}

}  // namespace
}  // namespace elukaar::calendar
