#include "privacy/pseudonym.hpp"

#include <gtest/gtest.h>

#include "support/keys.hpp"

namespace elukaar::privacy {
namespace {

const Municipality rae("0653");
const Municipality viimsi("0890");

TEST(Pseudonyms, are_the_same_for_the_same_person_and_municipality_only) {
  const Keyring ring = test::keyring_for({"0653", "0890"});
  const auto mari = *PersonalCode::parse("60001019906");
  const auto jaan = *PersonalCode::parse("38206084915");
  const auto name = pseudonym(ring, rae, mari);
  ASSERT_TRUE(name);
  EXPECT_TRUE(is_pseudonym(name->str())) << name->str();
  EXPECT_TRUE(name->str().starts_with("p1_"));
  EXPECT_EQ(name, pseudonym(ring, rae, mari));
  EXPECT_NE(name, pseudonym(ring, rae, jaan));
  EXPECT_NE(name, pseudonym(ring, viimsi, mari));
  EXPECT_FALSE(pseudonym(ring, Municipality("0000"), mari));
  EXPECT_FALSE(pseudonym(ring, Keyring::system(), mari));
}

TEST(Pseudonyms, of_officials_are_the_municipalitys_own_and_nobody_elses) {
  const Keyring ring = test::keyring_for({"0653", "0890"});
  const auto kadri = pseudonym_of_official(ring, rae, "Kadri");
  ASSERT_TRUE(kadri);
  EXPECT_TRUE(is_pseudonym(kadri->str()));
  EXPECT_EQ(kadri, pseudonym_of_official(ring, rae, "Kadri"));
  EXPECT_NE(kadri, pseudonym_of_official(ring, rae, "Kadr"));
  EXPECT_NE(kadri, pseudonym_of_official(ring, viimsi, "Kadri"));
  EXPECT_NE(pseudonym_of_official(ring, rae, "38206084915"),
            pseudonym(ring, rae, *PersonalCode::parse("38206084915")))
      << "a name that looks like a code is not the person with that code";
  EXPECT_FALSE(pseudonym_of_official(ring, Municipality("0000"), "Kadri"));
}

TEST(Pseudonyms, of_nameless_persons_repeat_with_their_event) {
  const Pseudonym name = nameless({"/rr", "1"}, "/child");
  EXPECT_TRUE(is_pseudonym(name.str())) << name.str();
  EXPECT_EQ(name, nameless({"/rr", "1"}, "/child"));
  EXPECT_NE(name, nameless({"/rr", "1"}, "/guardians/0"));
  EXPECT_NE(name, nameless({"/rr1", ""}, "/child"));
  EXPECT_NE(new_nameless(), new_nameless());
}

TEST(Pseudonyms, are_told_from_other_texts) {
  EXPECT_TRUE(is_pseudonym("p12_abcdefghijklmnopqrstuvwxyz"));
  for (const char* text : {"", "p_abcdefghijklmnopqrstuvwxyz", "p0_abcdefghijklmnopqrstuvwxyz",
                           "p1_abcdefghijklmnopqrstuvwxy", "p1_abcdefghijklmnopqrstuvwxy1",
                           "x_", "x_38206084915", "38206084915"}) {
    EXPECT_FALSE(is_pseudonym(text)) << text;
  }
}

}  // namespace
}  // namespace elukaar::privacy
