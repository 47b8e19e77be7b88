#include "texts/sms.hpp"

#include <gtest/gtest.h>

#include "texts/catalogue.hpp"

namespace elukaar::texts {
namespace {

TEST(Sms, counts_the_alphabet_s_units) {
  EXPECT_EQ(measure_sms("").units, 0U);
  EXPECT_EQ(measure_sms(std::string(160, 'a')).messages, 1U);
  EXPECT_EQ(measure_sms(std::string(161, 'a')).messages, 2U);
  EXPECT_EQ(measure_sms(std::string(306, 'a')).messages, 2U);
  EXPECT_EQ(measure_sms(std::string(307, 'a')).messages, 3U);
  const SmsSize estonian = measure_sms("Lapse öökull äsja üles");
  EXPECT_TRUE(estonian.gsm7);
  EXPECT_EQ(estonian.units, 22U);
  EXPECT_EQ(measure_sms("€[]").units, 6U);  // each behind an escape
}

TEST(Sms, changes_the_alphabet_at_the_first_foreign_character) {
  const SmsSize size = measure_sms("Vastus jõudis kohale žürii");
  EXPECT_FALSE(size.gsm7);
  EXPECT_EQ(size.foreign, "õ");
  EXPECT_EQ(size.units, 26U);
  std::string russian;
  for (int i = 0; i < 70; ++i) russian += "я";
  EXPECT_EQ(measure_sms(russian).messages, 1U);
  EXPECT_EQ(measure_sms(russian + "я").messages, 2U);
  EXPECT_EQ(measure_sms("🙂").units, 2U);
}

// The rule that one service with this short form breaks; empty for none.
std::string rule_of(const std::string& et, const std::string& en = "A", const std::string& ru = "Б") {
  const auto file = [](const std::string& headline, const std::string& sms) {
    return "t:\n  headline: " + headline + "\n  body: b\n  next: n\n  sms: \"" + sms + "\"\n" +
           "rule:\n  short: s\n  longest: \"" + std::string(40, 'r') + "\"\n";
  };
  const auto made = Catalogue::read({{"et", Language::et, file("E", et)},
                                     {"en", Language::en, file("I", en)},
                                     {"ru", Language::ru, file("R", ru)}});
  if (made) return {};
  EXPECT_EQ(made.error().size(), 1U);
  return made.error().front().rule;
}

TEST(Sms, is_measured_with_the_longest_that_it_may_be) {
  const std::string room(142, 'a');  // and "28. september 2026" is 18 more
  EXPECT_EQ(rule_of(room + "{d, date, long}", "{d, date, long}", "{d, date, long}"), "");
  EXPECT_EQ(rule_of("a" + room + "{d, date, long}", "{d, date, long}", "{d, date, long}"),
            "sms-too-long");
  // Whoever reads: the longer variant counts; a code counts as its longest clause.
  const std::string both = "{viewer, select, applicant {a} other {" + std::string(161, 'b') + "}}";
  EXPECT_EQ(rule_of(both, "{viewer, select, applicant {a} other {b}}",
                    "{viewer, select, applicant {a} other {b}}"), "sms-too-long");
  EXPECT_EQ(rule_of(std::string(120, 'a') + "{rule}", "{rule}", "{rule}"), "");
  EXPECT_EQ(rule_of(std::string(121, 'a') + "{rule}", "{rule}", "{rule}"), "sms-too-long");
}

TEST(Sms, keeps_to_its_alphabet_but_in_russian) {
  EXPECT_EQ(rule_of("Õige"), "sms-characters");
  EXPECT_EQ(rule_of("A", "Write – today"), "sms-characters");
  std::string russian;
  for (int i = 0; i < 71; ++i) russian += "я";
  EXPECT_EQ(rule_of("A", "B", russian), "sms-too-long");
}

TEST(Sms, tells_others_nothing) {
  EXPECT_EQ(rule_of("See www.rae.ee"), "push-with-link");
  // What the service's own texts name as private, and what is private in every service.
  const auto read = [](const std::string& argument, const std::string& more) {
    const std::string text = "t: { headline: h, body: b, next: n, sms: \"{" + argument + "}\" }\n" + more;
    return Catalogue::read({{"et", Language::et, text}, {"en", Language::en, text}, {"ru", Language::ru, text}});
  };
  for (const auto& [argument, more] : {std::pair{"child", "private: { child: who it is }"},
                                       std::pair{"contact", ""}}) {
    const auto made = read(argument, more);
    ASSERT_FALSE(made) << argument;
    EXPECT_EQ(made.error().size(), 3U);
    EXPECT_EQ(made.error().front().rule, "push-tells-too-much");
  }
  EXPECT_TRUE(read("child", ""));
}

}  // namespace
}  // namespace elukaar::texts
