#include "privacy/envelope.hpp"

#include <gtest/gtest.h>

#include "support/keys.hpp"

namespace elukaar::privacy {
namespace {

const Holder mari{Municipality("0653"), "", Pseudonym("p1_mari")};
const Holder jaan{Municipality("0653"), "", Pseudonym("p1_jaan")};
const Holder mari_in_case{Municipality("0653"), "case", Pseudonym("p1_mari")};
const Sensitive<std::string> phone(std::string("+372 5555\0 1234", 15));

class Envelope : public testing::Test {
 protected:
  Keyring ring = test::keyring_for({"0653", "0890"});
  NewDataKey made = *new_data_key(ring, mari);
  std::string sealed = seal(made.key, mari, "phone", phone);
};

TEST_F(Envelope, opens_what_it_sealed) {
  const auto key = unwrap(ring, mari, made.wrapped);
  ASSERT_TRUE(key);
  EXPECT_EQ(open(*key, mari, "phone", sealed)->reveal(), phone.reveal());
  const auto empty = seal(*key, mari, "phone", Sensitive<std::string>(""));
  EXPECT_EQ(open(*key, mari, "phone", empty)->reveal(), "");
}

TEST_F(Envelope, seals_the_same_text_differently_each_time) {
  EXPECT_NE(sealed, seal(made.key, mari, "phone", phone));
  EXPECT_EQ(sealed.find("5555"), std::string::npos);
}

TEST_F(Envelope, does_not_open_in_another_place) {
  EXPECT_EQ(open(made.key, jaan, "phone", sealed).error(), SealFlaw::not_authentic);
  EXPECT_EQ(open(made.key, mari_in_case, "phone", sealed).error(), SealFlaw::not_authentic);
  EXPECT_EQ(open(made.key, mari, "email", sealed).error(), SealFlaw::not_authentic);
  EXPECT_EQ(unwrap(ring, jaan, made.wrapped).error(), SealFlaw::not_authentic);
  EXPECT_EQ(unwrap(ring, mari_in_case, made.wrapped).error(), SealFlaw::not_authentic);
}

TEST_F(Envelope, does_not_open_under_another_key) {
  EXPECT_EQ(open(new_data_key(ring, mari)->key, mari, "phone", sealed).error(),
            SealFlaw::not_authentic);
  const Keyring other = test::keyring_for({"0653"});
  EXPECT_EQ(unwrap(other, mari, made.wrapped).error(), SealFlaw::not_authentic);
  WrappedKey numbered = made.wrapped;
  numbered.key_number = 7;
  EXPECT_EQ(unwrap(ring, mari, numbered).error(), SealFlaw::no_key);
}

TEST_F(Envelope, notices_each_changed_byte_and_each_cut) {
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open(made.key, mari, "phone", changed)) << i;
    EXPECT_FALSE(open(made.key, mari, "phone", sealed.substr(0, i))) << i;
  }
}

TEST_F(Envelope, makes_no_key_for_a_municipality_that_is_not_served) {
  EXPECT_EQ(new_data_key(ring, {Municipality("0000"), "", mari.person}).error(), SealFlaw::no_key);
  EXPECT_EQ(new_data_key(ring, {Keyring::system(), "", mari.person}).error(), SealFlaw::no_key);
}

TEST_F(Envelope, binds_parked_bytes_to_their_record) {
  const std::string parked = seal_bytes(ring, "record-1", "38206084915");
  EXPECT_EQ(parked.find("38206084915"), std::string::npos);
  EXPECT_EQ(open_bytes(ring, "record-1", parked), "38206084915");
  EXPECT_EQ(open_bytes(ring, "record-2", parked).error(), SealFlaw::not_authentic);
  EXPECT_EQ(open_bytes(ring, "record-1", "short").error(), SealFlaw::malformed);
}

}  // namespace
}  // namespace elukaar::privacy
