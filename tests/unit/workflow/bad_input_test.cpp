#include <sstream>

#include <gmock/gmock.h>

#include "app/commands/workflow_commands.hpp"
#include "unit/workflow/temporary_folder.hpp"

// Files that nobody would write by mistake alone: each is told in one line, and nothing hangs or
// grows. Limits of one file by itself are in yaml_test.
namespace elukaar::app {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::replaced;
using testing::HasSubstr;

class BadInput : public testing::Test {
 protected:
  BadInput() { folder_.fill(); }

  // What lint says of the whole content; never without an error.
  std::string told() {
    std::ostringstream out, err;
    EXPECT_EQ(lint_workflows({{folder_.path() / "workflows"}, folder_.path(), "text"}, out, err), 1)
        << out.str();
    return out.str();
  }
  void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

  test::TemporaryFolder folder_{"bad-input"};
  fs::path base_ = folder_.path() / "workflows/place/1/workflow.yaml";
  fs::path north_ = folder_.path() / "workflows/municipalities/north/place.yaml";
  fs::path english_ = folder_.path() / "workflows/place/texts/en.yaml";
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

constexpr const char* bomb =
    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
    "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
    "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g]\n";

TEST_F(BadInput, alias_bombs_are_stopped_in_workflows_and_in_texts) {
  write(north_, bomb);
  EXPECT_THAT(told(), HasSubstr("[yaml-limit]"));
  folder_.fill();
  write(english_, bomb);
  EXPECT_THAT(told(), HasSubstr("place/texts/en.yaml"));
}

TEST_F(BadInput, nesting_without_end_is_stopped_in_workflows_and_in_texts) {
  write(north_, repeated("[", 100'000));
  EXPECT_THAT(told(), HasSubstr("north/place.yaml"));
  folder_.fill();
  write(english_, repeated("{a: ", 100'000));
  EXPECT_THAT(told(), HasSubstr("place/texts/en.yaml"));
}

TEST_F(BadInput, a_hundred_thousand_states_are_too_many) {
  std::string states;
  for (int i = 0; i < 100'000; ++i) states += "  s" + std::to_string(i) + ":\n";
  const std::string text = read_file(base_);
  write(base_, replaced(text, "states:\n", "states:\n" + states));
  const std::string all = told();
  EXPECT_THAT(all, testing::AnyOf(HasSubstr("[yaml-limit]"), HasSubstr("[too-many-states]")));
  EXPECT_LT(all.size(), 4000U) << "one problem, not a hundred thousand";

  folder_.fill();
  states.clear();
  for (int i = 0; i < 1'000; ++i) states += "  s" + std::to_string(i) + ": { type: final }\n";
  write(base_, replaced(text, "states:\n", "states:\n" + states));
  EXPECT_THAT(told(), HasSubstr("[too-many-states]"));
}

TEST_F(BadInput, what_is_no_utf_8_is_told_with_its_place) {
  write(north_, read_file(north_) + "about: \xC3\x28\n");
  EXPECT_THAT(told(), HasSubstr("north/place.yaml:13:8: error: "));
  folder_.fill();
  write(english_, replaced(read_file(english_), "Not sent.", "Not \xFF sent."));
  EXPECT_THAT(told(), HasSubstr("place/texts/en.yaml:1:"));
}

TEST_F(BadInput, extends_leads_to_a_base_and_nowhere_else) {
  const std::string text = read_file(north_);
  for (const char* name : {"../../../etc@passwd", "/etc@1", "place@../1", "place@..", "north@place", "place",
                           "municipalities/north@place"}) {
    write(north_, replaced(text, "extends: place@1", std::string{"extends: "} + name));
    EXPECT_THAT(told(), HasSubstr(std::string{"`extends`: there is no base `"} + name + "`")) << name;
  }
  write(north_, text);
  write(base_, replaced(read_file(base_), "key: place\n", "key: place\nextends: place@1\n"));
  EXPECT_THAT(told(), HasSubstr("a base extends nothing, but this one extends `place@1`"));
}

TEST_F(BadInput, a_base_that_is_a_link_out_of_the_tree_is_not_followed) {
  test::TemporaryFolder elsewhere("elsewhere");
  const fs::path file = elsewhere.write("workflow.yaml", read_file(base_));
  fs::remove(base_);
  fs::create_symlink(file, base_);
  EXPECT_THAT(told(), HasSubstr("leads out of"));
}

}  // namespace
}  // namespace elukaar::app
