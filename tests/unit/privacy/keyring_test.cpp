#include "privacy/keyring.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/keys.hpp"

namespace elukaar::privacy {
namespace {

namespace fs = std::filesystem;
const Municipality rae("0653");
const std::string hex_a(64, 'a');
const std::string hex_b(64, 'b');

class KeyringFiles : public testing::Test {
 protected:
  KeyringFiles() {
    EXPECT_TRUE(create_development_keys(keys, {rae}));
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(keys / name) << text;
    fs::permissions(keys / name, fs::perms::owner_read | fs::perms::owner_write);
  }
  test::TemporaryFolder folder;
  fs::path keys = folder.path() / "keys";
};

TEST_F(KeyringFiles, serves_only_municipalities_with_a_key) {
  const auto ring = Keyring::load(keys);
  ASSERT_TRUE(ring) << ring.error();
  EXPECT_TRUE(ring->serves(rae));
  EXPECT_FALSE(ring->serves(Municipality("0890")));
  EXPECT_FALSE(ring->serves(Keyring::system()));
  EXPECT_EQ(ring->municipalities(), std::vector{rae});
}

TEST_F(KeyringFiles, keeps_existing_keys_when_made_again) {
  const auto before = Keyring::load(keys);
  ASSERT_TRUE(create_development_keys(keys, {rae, Municipality("0890")}));
  const auto after = Keyring::load(keys);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->newest(rae)->pseudonym.reveal(), after->newest(rae)->pseudonym.reveal());
  EXPECT_TRUE(after->serves(Municipality("0890")));
}

TEST_F(KeyringFiles, uses_the_highest_number_and_keeps_the_others) {
  write("0653.key", "# rotated in May\n2 " + hex_b + "\n\n1 " + hex_a + "\n");
  const auto ring = Keyring::load(keys);
  ASSERT_TRUE(ring) << ring.error();
  EXPECT_EQ(ring->newest(rae)->number, 2u);
  EXPECT_EQ(ring->generation(rae, 1)->number, 1u);
  EXPECT_EQ(ring->generation(rae, 3), nullptr);
  EXPECT_NE(ring->newest(rae)->pseudonym.reveal(), ring->newest(rae)->vault_wrap.reveal());
}

TEST_F(KeyringFiles, refuses_what_others_may_read) {
  fs::permissions(keys / "0653.key", fs::perms::group_read, fs::perm_options::add);
  EXPECT_NE(Keyring::load(keys).error().find("chmod 600"), std::string::npos);
  fs::permissions(keys / "0653.key", fs::perms::group_read, fs::perm_options::remove);
  ASSERT_TRUE(Keyring::load(keys));
  fs::permissions(keys, fs::perms::others_exec, fs::perm_options::add);
  EXPECT_NE(Keyring::load(keys).error().find("chmod 700"), std::string::npos);
}

TEST_F(KeyringFiles, refuses_malformed_files_without_telling_the_key) {
  for (const std::string& bad : {"1 " + hex_a + "0", "0 " + hex_a, "1  " + hex_a, hex_a,
                                "1 " + hex_a.substr(1) + "g", std::string()}) {
    write("0653.key", bad + "\n");
    const auto ring = Keyring::load(keys);
    ASSERT_FALSE(ring) << bad;
    EXPECT_EQ(ring.error().find("aaaa"), std::string::npos);
  }
  write("0653.key", "1 " + hex_a + "\n1 " + hex_b + "\n");
  EXPECT_NE(Keyring::load(keys).error().find("given twice"), std::string::npos);
}

TEST_F(KeyringFiles, needs_the_system_key) {
  fs::remove(keys / "system.key");
  EXPECT_NE(Keyring::load(keys).error().find("system.key"), std::string::npos);
}

}  // namespace
}  // namespace elukaar::privacy
