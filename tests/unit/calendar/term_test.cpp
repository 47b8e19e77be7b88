#include "calendar/term.hpp"

#include <gtest/gtest.h>

namespace elukaar::calendar {
namespace {

std::string error_of(const char* text) {
  const auto term = Term::parse(text);
  return term ? "accepted as " + term->str() : term.error().text();
}

TEST(Term, reads_words_and_iso_periods) {
  EXPECT_EQ(Term::parse("14 days"), Term{Term::Days{14}});
  EXPECT_EQ(Term::parse("1 day"), Term{Term::Days{1}});
  EXPECT_EQ(Term::parse("2 weeks"), Term{Term::Days{14}});
  EXPECT_EQ(Term::parse(" 10  Working days "), Term{Term::WorkingDays{10}});
  EXPECT_EQ(Term::parse("2 months"), Term{Term::Months{2}});
  EXPECT_EQ(Term::parse("1 year"), Term{Term::Months{12}});
  EXPECT_EQ(Term::parse("until 15 May"), (Term{Term::Until{15, 5}}));
  EXPECT_EQ(Term::parse("until 29 february"), (Term{Term::Until{29, 2}}));
  EXPECT_EQ(Term::parse("P2M"), Term{Term::Months{2}});
  EXPECT_EQ(Term::parse("P1Y"), Term{Term::Months{12}});
  EXPECT_EQ(Term::parse("P14D"), Term{Term::Days{14}});
  EXPECT_EQ(Term::parse("P2W"), Term{Term::Days{14}});
}

TEST(Term, is_written_in_words_that_it_reads_back) {
  for (const char* text : {"14 days", "1 day", "10 working days", "1 working day", "2 months",
                           "1 month", "until 15 May", "until 31 December"}) {
    EXPECT_EQ(Term::parse(text).value().str(), text);
  }
}

TEST(Term, tells_what_it_expected_found_and_what_to_change) {
  constexpr const char* expected =
      "expected a term such as `14 days`, `10 working days`, `2 months` or `until 15 May`, found ";
  EXPECT_EQ(error_of("14 dais"), std::string(expected) + "`14 dais`; did you mean `14 days`?");
  EXPECT_EQ(error_of("10 workin days"),
            std::string(expected) + "`10 workin days`; did you mean `10 working days`?");
  EXPECT_EQ(error_of("until 15 Mai"), std::string(expected) + "`until 15 Mai`; did you mean `May`?");
  EXPECT_EQ(error_of("until 31 June"), std::string(expected) + "`until 31 June`; June has no such day");
  EXPECT_EQ(error_of("until May"), std::string(expected) + "`until May`; write `until`, a day and a month");
  EXPECT_EQ(error_of("soon"), std::string(expected) + "`soon`; write a number, a space and a unit");
  EXPECT_EQ(error_of(""), std::string(expected) + "``; write a number and a unit");
  EXPECT_EQ(error_of("14 fortnights"),
            std::string(expected) +
                "`14 fortnights`; the units are days, working days, weeks, months and years");
  EXPECT_EQ(error_of("-3 days"), std::string(expected) + "`-3 days`; write a number, a space and a unit");
}

TEST(Term, refuses_counts_outside_a_hundred_years) {
  for (const char* text : {"0 days", "99999 days", "0 months", "2000 months", "26000 working days",
                           "P0D", "-P2M"}) {
    EXPECT_FALSE(Term::parse(text)) << text;
  }
  EXPECT_EQ(error_of("0 days"),
            "expected a term of at least 1 day and at most 100 years, found `0 days`; set a count "
            "within these limits");
}

TEST(Term, refuses_periods_of_hours_or_of_months_and_days) {
  EXPECT_EQ(error_of("PT12H"),
            "expected a term in months or in days, found `PT12H`; write `P2M` or `P14D`; a term "
            "counts neither hours nor a mixture");
  EXPECT_FALSE(Term::parse("P1M1D"));
}

TEST(Term, cuts_a_long_text_in_its_message) {
  EXPECT_LT(error_of(std::string(5000, 'x').c_str()).size(), 400u);
}

TEST(Period, reads_every_part) {
  using std::chrono::seconds;
  EXPECT_EQ(Period::parse("P18M").value(), (Period{18, 0, {}}));
  EXPECT_EQ(Period::parse("P1Y2M1W3D").value(), (Period{14, 10, {}}));
  EXPECT_EQ(Period::parse("PT1H2M3S").value(), (Period{0, 0, seconds{3723}}));
  EXPECT_EQ(Period::parse("P1DT12H").value(), (Period{0, 1, seconds{43200}}));
  EXPECT_EQ(Period::parse("-P2M").value(), (Period{-2, 0, {}}));
}

TEST(Period, refuses_other_texts) {
  for (const char* text : {"", "P", "PT", "P1", "P1DT", "18M", "P1.5D", "P1M1Y", "P1H", "PT1D",
                           "P1M ", "P-1M", "P1000000000D", "P99999Y", "--P1D"}) {
    EXPECT_FALSE(Period::parse(text)) << text;
  }
  EXPECT_EQ(Period::parse("18M").error().text(),
            "expected a period such as `P18M`, `P7D`, `P1Y6M` or `PT30S`, found `18M`; write P, then "
            "numbers with Y, M, W or D; T stands before H, M and S");
}

}  // namespace
}  // namespace elukaar::calendar
