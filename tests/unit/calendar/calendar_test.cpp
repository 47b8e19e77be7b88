#include "calendar/calendar.hpp"

#include <gtest/gtest.h>

namespace elukaar::calendar {
namespace {

Date day(const char* text) { return parse_iso_date(text).value(); }

std::string end_of(const char* event, const char* term, const Calendar& calendar = {}) {
  return to_iso_date(calendar.term_end(day(event), Term::parse(term).value()));
}

std::string moved(const char* from, const char* period) {
  return to_iso_date(add_period(day(from), Period::parse(period).value()));
}

TEST(Easter, falls_where_almanacs_say) {
  const std::pair<int, const char*> almanac[] = {
      {1961, "1961-04-02"}, {1981, "1981-04-19"}, {2000, "2000-04-23"}, {2008, "2008-03-23"},
      {2011, "2011-04-24"}, {2024, "2024-03-31"}, {2025, "2025-04-20"}, {2026, "2026-04-05"},
      {2027, "2027-03-28"}, {2028, "2028-04-16"}, {2038, "2038-04-25"}, {2049, "2049-04-18"},
      {2076, "2076-04-19"}, {2285, "2285-03-22"}};
  for (const auto& [year, expected] : almanac) {
    EXPECT_EQ(to_iso_date(easter_sunday(std::chrono::year{year})), expected);
  }
}

TEST(Calendar, knows_every_day_off_of_several_years) {
  const std::pair<int, std::vector<const char*>> movable[] = {
      {2025, {"2025-04-18", "2025-04-20", "2025-06-08"}},
      {2026, {"2026-04-03", "2026-04-05", "2026-05-24"}},
      {2027, {"2027-03-26", "2027-03-28", "2027-05-16"}},
      {2028, {"2028-04-14", "2028-04-16", "2028-06-04"}}};
  for (const auto& [year, days] : movable) {
    std::set<Date> expected;
    for (const char* fixed : {"01-01", "02-24", "05-01", "06-23", "06-24", "08-20", "12-24",
                              "12-25", "12-26"}) {
      expected.insert(day((std::to_string(year) + "-" + fixed).c_str()));
    }
    for (const char* text : days) expected.insert(day(text));
    std::set<Date> found;
    const std::chrono::year y{year};
    for (Date d{y / 1 / 1}; d <= Date{y / 12 / 31}; d += std::chrono::days{1}) {
      if (Calendar{}.is_holiday(d)) found.insert(d);
    }
    EXPECT_EQ(found, expected) << year;
  }
}

TEST(Calendar, counts_monday_to_friday_and_shortened_days_as_working_days) {
  const Calendar calendar;
  EXPECT_TRUE(calendar.is_working_day(day("2026-04-20")));   // Monday
  EXPECT_FALSE(calendar.is_working_day(day("2026-04-18")));  // Saturday
  EXPECT_FALSE(calendar.is_working_day(day("2026-04-19")));  // Sunday
  EXPECT_FALSE(calendar.is_working_day(day("2026-04-03")));  // Good Friday
  EXPECT_TRUE(calendar.is_working_day(day("2026-06-22")));   // three hours shorter
  EXPECT_TRUE(calendar.is_working_day(day("2026-12-23")));
}

TEST(Calendar, lets_rules_add_days_off_and_working_days) {
  const Calendar calendar{{.extra_days_off = {day("2026-04-20")},
                           .extra_working_days = {day("2026-04-18"), day("2026-06-24")}}};
  EXPECT_FALSE(calendar.is_working_day(day("2026-04-20")));
  EXPECT_TRUE(calendar.is_working_day(day("2026-04-18")));
  EXPECT_TRUE(calendar.is_working_day(day("2026-06-24")));
  EXPECT_FALSE(calendar.is_holiday(day("2026-06-24")));
  EXPECT_EQ(end_of("2026-04-06", "14 days", calendar), "2026-04-21");
}

TEST(Calendar, counts_working_days_in_both_directions) {
  const Calendar calendar;
  EXPECT_EQ(calendar.working_days_after(day("2026-06-18"), 5), day("2026-06-29"));
  EXPECT_EQ(calendar.working_days_after(day("2026-06-29"), -5), day("2026-06-18"));
  EXPECT_EQ(calendar.working_days_after(day("2026-06-20"), 0), day("2026-06-20"));
  EXPECT_EQ(calendar.working_days_after(day("2026-06-20"), 1), day("2026-06-22"));
}

// domain.md section 6, each of its vectors.
TEST(TermEnd, moves_from_the_last_day_of_february_to_the_next_working_day) {
  EXPECT_EQ(end_of("2025-12-30", "2 months"), "2026-03-02");
}
TEST(TermEnd, moves_over_midsummer) {
  EXPECT_EQ(end_of("2026-04-23", "2 months"), "2026-06-25");
  EXPECT_EQ(end_of("2026-06-10", "14 days"), "2026-06-25");
}
TEST(TermEnd, counts_working_days_over_midsummer) {
  EXPECT_EQ(end_of("2026-06-18", "5 working days"), "2026-06-29");
}
TEST(TermEnd, moves_over_christmas) { EXPECT_EQ(end_of("2026-10-24", "2 months"), "2026-12-28"); }

TEST(TermEnd, corresponds_to_the_day_of_the_event_not_to_the_day_after) {
  EXPECT_EQ(end_of("2026-05-04", "2 months"), "2026-07-06");  // 4 July is a Saturday
  EXPECT_EQ(end_of("2026-05-05", "2 months"), "2026-07-06");
  EXPECT_EQ(end_of("2026-05-06", "P2M"), "2026-07-06");
  EXPECT_EQ(end_of("2026-05-06", "1 year"), "2027-05-06");
}

TEST(TermEnd, counts_days_from_the_day_after_the_event) {
  EXPECT_EQ(end_of("2026-05-04", "14 days"), "2026-05-18");
  EXPECT_EQ(end_of("2026-05-04", "P14D"), "2026-05-18");
  EXPECT_EQ(end_of("2026-05-04", "1 day"), "2026-05-05");
}

TEST(TermEnd, until_a_fixed_day_is_the_next_such_day) {
  EXPECT_EQ(end_of("2026-03-01", "until 15 May"), "2026-05-15");
  EXPECT_EQ(end_of("2026-05-15", "until 15 May"), "2027-05-17");  // the event's day never counts
  EXPECT_EQ(end_of("2026-06-01", "until 29 February"), "2027-03-01");  // 28 February is a Sunday
}

TEST(TermEnd, leaves_a_fixed_day_where_the_rules_say_so) {
  const Calendar calendar{{.shift_if_day_off = false}};
  EXPECT_EQ(end_of("2026-06-01", "until 15 May", calendar), "2027-05-15");  // a Saturday
  EXPECT_EQ(end_of("2026-04-23", "2 months", calendar), "2026-06-25");
}

TEST(AddPeriod, clips_to_the_month_and_never_shifts_to_a_working_day) {
  EXPECT_EQ(moved("2024-08-31", "P18M"), "2026-02-28");
  EXPECT_EQ(moved("2024-08-31", "P1Y6M"), "2026-02-28");
  EXPECT_EQ(moved("2024-12-24", "P18M"), "2026-06-24");
  EXPECT_EQ(moved("2026-01-31", "P1M"), "2026-02-28");
  EXPECT_EQ(moved("2026-03-31", "-P1M"), "2026-02-28");
  EXPECT_EQ(moved("2026-01-31", "P1M1D"), "2026-03-01");
  EXPECT_EQ(moved("2028-02-29", "P1Y"), "2029-02-28");
  EXPECT_EQ(moved("2026-04-20", "P2W"), "2026-05-04");
}

TEST(AgeInMonths, follows_the_same_rule_as_the_period) {
  EXPECT_EQ(age_in_months(day("2024-08-31"), day("2026-02-27")), 17);
  EXPECT_EQ(age_in_months(day("2024-08-31"), day("2026-02-28")), 18);
  EXPECT_EQ(age_in_months(day("2024-10-20"), day("2026-04-19")), 17);
  EXPECT_EQ(age_in_months(day("2024-10-20"), day("2026-04-20")), 18);
  EXPECT_EQ(age_in_months(day("2024-10-20"), day("2024-10-20")), 0);
  EXPECT_EQ(age_in_months(day("2024-10-20"), day("2024-10-19")), -1);
}

TEST(AgeInMonths, agrees_with_the_period_on_every_day_of_two_years) {
  for (Date born = day("2023-01-01"); born < day("2025-01-01"); born += std::chrono::days{1}) {
    const Date due = add_period(born, Period{.months = 18});
    ASSERT_EQ(age_in_months(born, due), 18) << to_iso_date(born);
    ASSERT_EQ(age_in_months(born, due - std::chrono::days{1}), 17) << to_iso_date(born);
  }
}

}  // namespace
}  // namespace elukaar::calendar
