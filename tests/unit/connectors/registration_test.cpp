// A system tells of itself; the settings file, the registry and the example are held to it.
#include "kit/registration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "documents/yaml.hpp"
#include "kit/template/my_register.hpp"
#include "support/roles.hpp"
#include "systems/all.hpp"

namespace elukaar::kit {
namespace {

const std::filesystem::path source{ELUKAAR_SOURCE_DIR};

struct Entry {
  std::optional<Configured> configured;
  Problems problems;
  std::string told() const {
    std::string text;
    for (const Problem& each : problems) text += to_text(each) + "\n";
    return text;
  }
};

Entry read(const std::string& yaml,
           std::vector<Registration> known = systems::all_connectors()) {
  const auto root = documents::read_yaml(yaml, "settings.yaml").value();
  Entry entry;
  documents::Reader reader(entry.problems);
  entry.configured = read_entry(root.entries.front(), known, reader);
  return entry;
}

const std::string arno = R"(place-register:
  security_server: https://server.example:8443
  client: EE/GOV/70000001/elukaar
  provider: EE/COM/10000001/kohad
  service: elukaar-koht
)";

TEST(Registrations, are_listed_once_each_with_operations_settings_and_a_way_to_make_them) {
  std::set<std::pair<std::string, std::string>> profiles;
  for (const Registration& each : systems::all_connectors()) {
    EXPECT_TRUE(load_operations(operations_of(source, each.role))) << each.role;
    EXPECT_FALSE(each.transport.empty()) << each.role;
    EXPECT_NE(each.make, nullptr) << each.role;
    ASSERT_FALSE(each.profiles.empty()) << each.role;
    for (const std::string& profile : each.profiles) {
      EXPECT_TRUE(profiles.emplace(each.role, profile).second) << each.role << " " << profile;
      EXPECT_NE(profile, "manual") << "that one is the officials'";
    }
    for (const Setting& setting : each.settings) {
      EXPECT_FALSE(setting.about.empty()) << each.role << " " << setting.key;
      for (const Setting& common : common_settings()) EXPECT_NE(setting.key, common.key);
    }
  }
  EXPECT_TRUE(profiles.contains({"place-register", "tallinn"}));
  EXPECT_TRUE(profiles.contains({"population-register", "xroad-rr"}));
}

TEST(Registrations, make_the_connector_that_an_entry_of_the_settings_describes) {
  const Entry entry = read(arno + "  profile: tallinn\n  total_timeout_ms: 1500\n");
  ASSERT_TRUE(entry.configured) << entry.told();
  EXPECT_TRUE(entry.problems.empty()) << entry.told();
  EXPECT_EQ(entry.configured->profile, "tallinn");
  const auto made = make_connector(*entry.configured, source);
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ((*made)->role(), "place-register");
  const auto nowhere = make_connector(*entry.configured, "/nowhere");
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().find("/nowhere/connectors/systems/place_register"), std::string::npos);
}

TEST(Registrations, have_defaults_and_take_what_is_written_instead) {
  const Entry entry = read(arno + "  retry_interval_ms: 4000\n");
  ASSERT_TRUE(entry.configured) << entry.told();
  EXPECT_EQ(entry.configured->profile, "arno") << "the role's first";
  const Values& settings = entry.configured->settings;
  EXPECT_EQ(settings.text("client"), "EE/GOV/70000001/elukaar");
  EXPECT_EQ(settings.milliseconds("connect_timeout_ms"), std::chrono::seconds{2});
  EXPECT_EQ(settings.milliseconds("total_timeout_ms"), std::chrono::seconds{30});
  EXPECT_EQ(settings.number("max_in_flight"), 16);
  EXPECT_EQ(settings.milliseconds("retry_interval_ms"), std::chrono::seconds{4});
  EXPECT_EQ(settings.milliseconds("give_up_after_ms"), std::chrono::hours{72});
  EXPECT_THROW(settings.text("colour"), std::out_of_range);
}

TEST(Registrations, serve_a_second_system_of_a_role_under_a_name_of_its_own) {
  std::string second = arno;
  second.replace(0, second.find(':'), "tallinn");
  const Entry entry = read(second + "  role: place-register\n  profile: tallinn\n");
  ASSERT_TRUE(entry.configured) << entry.told();
  EXPECT_EQ(entry.configured->registration.role, "place-register");
}

// A second system of a role, with what is written of it beside.
std::string told_of_two_systems(const std::string& first, const std::string& second) {
  const std::string tallinn = "tallinn:\n  role: place-register\n  profile: tallinn" +
                              arno.substr(arno.find('\n'));
  Problems problems;
  documents::Reader reader(problems);
  const auto root = documents::read_yaml(arno + first + tallinn + second, "settings.yaml").value();
  EXPECT_EQ(read_entries(root, systems::all_connectors(), reader).size(), 2u);
  std::string told;
  for (const Problem& each : problems) told += to_text(each) + "\n";
  return told;
}

TEST(Registrations, take_two_systems_of_a_role_that_say_the_same_of_its_limits) {
  EXPECT_EQ(told_of_two_systems("", ""), "");
  EXPECT_EQ(told_of_two_systems("  max_in_flight: 4\n", "  max_in_flight: 4\n"), "");
  EXPECT_EQ(told_of_two_systems("", "  total_timeout_ms: 9000\n"), "") << "each system's own";
}

TEST(Registrations, refuse_different_limits_for_one_role_instead_of_taking_the_last) {
  for (const char* key : {"max_in_flight", "retry_interval_ms", "retry_interval_max_ms", "give_up_after_ms"}) {
    const std::string told = told_of_two_systems("  " + std::string{key} + ": 7\n", "");
    EXPECT_NE(told.find("`connectors.tallinn`: expected `" + std::string{key} +
                        "` to be 7 as in `connectors.place-register`, found "),
              std::string::npos)
        << told;
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << told;
  }
  const std::string told = told_of_two_systems("", "  max_in_flight: 7\n");
  EXPECT_NE(told.find("settings.yaml:13:18"), std::string::npos) << "where it is written\n" << told;
  EXPECT_NE(told.find("write the same in both"), std::string::npos) << told;
}

struct Wrong {
  std::string yaml;
  std::vector<std::string> told;
};

TEST(Registrations, refuse_what_they_do_not_know_with_the_nearest_that_they_do) {
  const std::vector<Wrong> wrong{
      {arno + "  clint: x\n", {"settings.yaml:6:3", "unknown key `clint`", "`client`"}},
      {arno + "  profile: arnoo\n", {"settings.yaml:6:12", "found `arnoo`", "`arno`"}},
      {"place-registr: { client: x }\n", {"settings.yaml:1:1", "`place-registr`", "`place-register`"}},
      {arno + "  role: plays\n", {"settings.yaml:6:9", "`plays`", "`population-register`"}},
      {"place-register: 5\n", {"`connectors.place-register`", "expected a mapping"}},
  };
  for (const Wrong& each : wrong) {
    const Entry entry = read(each.yaml);
    EXPECT_EQ(entry.problems.size(), 1u) << entry.told();
    for (const std::string& text : each.told) {
      EXPECT_NE(entry.told().find(text), std::string::npos) << text << "\n" << entry.told();
    }
  }
}

TEST(Registrations, tell_all_that_is_missing_or_cannot_be_used_and_what_to_write) {
  const Entry entry = read(R"(place-register:
  security_server: server.example/
  client: EE/GOV
  service: 7
  max_in_flight: 0
  total_timeout_ms: soon
)");
  for (const char* text :
       {"`security_server`: expected https://", "`client`: expected INSTANCE/CLASS/MEMBER/SUBSYSTEM",
        "(X-Road REST) lacks `provider`", "as in EE/GOV/70008440/rr", "`service`: expected a text",
        "`max_in_flight` is 0, expected 1 to 10000", "`total_timeout_ms`: expected a whole number"}) {
    EXPECT_NE(entry.told().find(text), std::string::npos) << text << "\n" << entry.told();
  }
  EXPECT_EQ(entry.problems.size(), 6u) << entry.told();
}

// The recipe's example, registered as a list of its own.
TEST(Template, is_a_registration_that_the_settings_take) {
  const std::vector<Registration> known{my_register::registration()};
  const Entry entry = read(R"(my-register:
  security_server: https://server.example:8443
  client: EE/GOV/70000001/elukaar
  provider: EE/GOV/70000002/mine
  service: my_service
)", known);
  ASSERT_TRUE(entry.configured) << entry.told();
  const Registration& registration = entry.configured->registration;
  const auto connector = registration.make(
      {entry.configured->profile, entry.configured->settings,
       load_operations(source / "connectors/kit/template/operations").value()});
  EXPECT_EQ(connector->role(), registration.role);
  EXPECT_NE(find_operation(connector->operations(), "lookup"), nullptr);
}

// deploy/elukaar.example.yaml promises to explain every key and to write it with its default.
TEST(Example, explains_every_key_of_every_connector_with_its_default) {
  const auto root =
      documents::read_yaml_file(source / "deploy/elukaar.example.yaml", "example").value();
  std::set<std::string> roles;
  for (const auto& entry : root.find("connectors")->entries) {
    Problems problems;
    documents::Reader reader(problems);
    const auto configured = read_entry(entry, systems::all_connectors(), reader);
    ASSERT_TRUE(configured) << entry.key;
    EXPECT_TRUE(problems.empty()) << to_text(problems.front());
    roles.insert(configured->registration.role);
    std::vector<Setting> settings = configured->registration.settings;
    settings.insert(settings.end(), common_settings().begin(), common_settings().end());
    for (const Setting& setting : settings) {
      const auto* written = entry.value.find(setting.key);
      ASSERT_NE(written, nullptr) << entry.key << "." << setting.key;
      if (!setting.otherwise.is_null()) {
        EXPECT_EQ(documents::to_json(*written), setting.otherwise) << setting.key;
      }
    }
  }
  EXPECT_FALSE(roles.empty());
}

}  // namespace
}  // namespace elukaar::kit
