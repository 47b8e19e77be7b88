#include "privacy/personal_code.hpp"

#include <gtest/gtest.h>

#include "support/generated_persons.hpp"

namespace elukaar::privacy {
namespace {

TEST(PersonalCode, takes_the_vectors_of_all_three_stages) {
  for (const char* code : {"38206084915", "60001019906", "39901012239", "60001017869",
                           "52503150198", "52503150440"}) {
    EXPECT_TRUE(PersonalCode::parse(code)) << code;
  }
  EXPECT_EQ(to_iso_date(PersonalCode::parse("38206084915")->born_on()), "1982-06-08");
  EXPECT_EQ(to_iso_date(PersonalCode::parse("60001019906")->born_on()), "2000-01-01");
}

TEST(PersonalCode, names_what_is_wrong) {
  EXPECT_EQ(PersonalCode::parse("3820608491").error(), PersonalCodeFlaw::length);
  EXPECT_EQ(PersonalCode::parse("3820608491x").error(), PersonalCodeFlaw::digits);
  EXPECT_EQ(PersonalCode::parse("38213084915").error(), PersonalCodeFlaw::date);
  EXPECT_EQ(PersonalCode::parse("38202304915").error(), PersonalCodeFlaw::date);
  EXPECT_EQ(PersonalCode::parse("98206084915").error(), PersonalCodeFlaw::date);
  EXPECT_EQ(PersonalCode::parse("38206084916").error(), PersonalCodeFlaw::checksum);
}

TEST(PersonalCode, changes_with_any_digit_of_a_generated_code) {
  std::mt19937 random(20260504);
  for (int i = 0; i < 500; ++i) {
    const std::string code = test::generated_code(random);
    ASSERT_TRUE(PersonalCode::parse(code)) << code;
    std::string wrong = code;
    wrong[10] = wrong[10] == '9' ? '0' : char(wrong[10] + 1);
    EXPECT_FALSE(PersonalCode::parse(wrong)) << wrong;
  }
}

TEST(PersonalCode, is_found_in_a_text_but_not_within_a_longer_number) {
  EXPECT_TRUE(holds_personal_code("rr-38206084915-1"));
  EXPECT_TRUE(holds_personal_code("1 38206084915"));
  EXPECT_FALSE(holds_personal_code("138206084915"));
  EXPECT_FALSE(holds_personal_code("38206084916"));
  EXPECT_FALSE(holds_personal_code(""));
}

}  // namespace
}  // namespace elukaar::privacy
