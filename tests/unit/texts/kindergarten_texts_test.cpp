#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "texts/catalogue.hpp"

// The texts that residents really read, each in every language and every branch.
namespace elukaar::texts {
namespace {

const std::filesystem::path folder =
    std::filesystem::path{ELUKAAR_SOURCE_DIR} / "workflows/kindergarten-place/texts";

class KindergartenTexts : public testing::Test {
 protected:
  void SetUp() override {
    auto made = Catalogue::load(folder);
    if (!made) {
      for (const Problem& problem : made.error()) ADD_FAILURE() << to_text(problem);
    } else {
      catalogue.emplace(*made);
    }
    ASSERT_TRUE(catalogue);
  }

  // Any value that fits how the text uses it.
  Json sample(const std::string& name, const Argument& argument, const std::string& reasons) const {
    if (argument.uses.contains(Use::date) || argument.uses.contains(Use::time)) {
      return "2026-05-04T06:00:00Z";
    }
    if (argument.uses.contains(Use::plural) || argument.uses.contains(Use::number)) return 3;
    const std::string group = name == "reason" && !reasons.empty() ? "reason." + reasons : name;
    for (const auto& [message, arguments] : catalogue->facts().messages) {
      if (message.starts_with(group + ".")) return message.substr(group.size() + 1);
    }
    return argument.choices.empty() ? "Näide" : *argument.choices.begin();
  }

  // Sample arguments, one set for each branch that an argument can choose.
  std::vector<Json> branches(const std::map<std::string, Argument>& arguments,
                             const std::string& reasons) const {
    Json base = Json::object();
    for (const auto& [name, argument] : arguments) base[name] = sample(name, argument, reasons);
    std::vector<Json> all = {base};
    for (const auto& [name, argument] : arguments) {
      Json changed = base;
      for (const std::string& choice : argument.choices) {
        changed[name] = choice;
        all.push_back(changed);
      }
      if (!argument.choices.empty() && !argument.uses.contains(Use::value)) {
        changed[name] = "something else";
        all.push_back(changed);
      }
      if (argument.uses.contains(Use::plural)) {
        for (const int count : {0, 1, 2, 5, 11, 21, 1000}) {
          changed[name] = count;
          all.push_back(changed);
        }
      }
    }
    return all;
  }

  std::optional<Catalogue> catalogue;
};

TEST_F(KindergartenTexts, read_whole_in_every_language_and_branch) {
  int formatted = 0;
  for (const auto& [key, text] : catalogue->facts().texts) {
    for (const auto& [field, positions] : text.fields) {
      for (const Json& args : branches(text.field_arguments.at(field), text.reasons)) {
        for (const Language language : all_languages) {
          for (const auto role : {Viewer::Role::applicant, Viewer::Role::other}) {
            const auto made = catalogue->text(key, field, {role, language, {}}, args);
            ASSERT_TRUE(made) << made.error().what << " " << args.dump();
            EXPECT_FALSE(made->empty()) << key << " " << field;
            EXPECT_EQ(made->find_first_of("{}#"), std::string::npos) << *made;
            ++formatted;
          }
        }
      }
    }
  }
  std::cout << catalogue->facts().texts.size() << " texts, " << formatted << " formatted\n";
  EXPECT_GT(formatted, 1000);
}

TEST_F(KindergartenTexts, have_every_label_and_reason_in_every_language) {
  for (const auto& [name, arguments] : catalogue->facts().messages) {
    for (const Json& args : branches(arguments, "")) {
      for (const Language language : all_languages) {
        const auto made = catalogue->message(language, name, args);
        ASSERT_TRUE(made) << made.error().what;
        EXPECT_FALSE(made->empty()) << name;
      }
    }
  }
  for (const char* turn : {"resident", "other_parent", "municipality", "kindergarten", "register",
                           "none"}) {
    EXPECT_TRUE(catalogue->has_message(std::string{"ui.turn_"} + turn));
  }
}

}  // namespace
}  // namespace elukaar::texts
