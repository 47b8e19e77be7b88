#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "app/commands/workflow_commands.hpp"
#include "unit/workflow/temporary_folder.hpp"
#include "unit/workflow/workflow_schema.hpp"

// Each rule with a file that breaks it, the whole message, and its nearest neighbour that is good:
// fixtures/rules/<rule>.txt change fixtures/content, and lint tells what it thinks. In such a file
//   == names a case,     @ says which file is changed (the workflow unless said otherwise),
//   - are its lines,     + what stands there instead: bad,
//   ~ is good instead (without it, what stood there before is),     ! what lint tells, in order,
//   % says that the schema for editors refuses the bad file, too.
namespace elukaar::app {
namespace {

namespace fs = std::filesystem;

const fs::path fixtures = fs::path{ELUKAAR_SOURCE_DIR} / "tests/unit/workflow/fixtures";

using test::read_file;
using Lines = std::vector<std::string>;

struct Change {
  std::string file = "workflows/place/1/workflow.yaml";
  Lines from, bad, good;
};

struct Case {
  std::string rule;
  std::string name;
  std::vector<Change> changes;
  Lines expected;
  bool editor_sees_it = false;
};

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void PrintTo(const Case& one, std::ostream* out) { *out << one.rule << ": " << one.name; }

std::vector<Case> cases_of(const fs::path& path) {
  std::vector<Case> cases;
  char before = ' ';
  for (const std::string& line : lines_of(read_file(path))) {
    const char mark = line.empty() ? ' ' : line[0];
    const std::string rest = line.size() > 2 ? line.substr(2) : std::string{};
    if (mark == '=') {
      cases.push_back({path.stem().string(), line.substr(3), {}, {}, false});
    } else if (mark == '%') {
      cases.back().editor_sees_it = true;
    } else if (mark == '!') {
      cases.back().expected.push_back(rest);
    } else if (mark == '@') {
      cases.back().changes.push_back({rest, {}, {}, {}});
    } else if (mark == '-' || mark == '+' || mark == '~') {
      auto& changes = cases.back().changes;
      if (mark == '-' && before != '-' && before != '@') changes.emplace_back();
      auto& change = changes.back();
      (mark == '-' ? change.from : mark == '+' ? change.bad : change.good).push_back(rest);
    }
    before = mark;
  }
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fixtures / "rules")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Case> all;
  for (const fs::path& file : files) {
    for (Case& one : cases_of(file)) all.push_back(std::move(one));
  }
  return all;
}

// Replaces lines of the text, which must stand in it once.
std::string changed(const std::string& text, const Lines& from, const Lines& to) {
  Lines lines = lines_of(text);
  const auto at = std::search(lines.begin(), lines.end(), from.begin(), from.end());
  if (at == lines.end()) {
    ADD_FAILURE() << "the content has no lines\n" << testing::PrintToString(from);
    return text;
  }
  EXPECT_EQ(std::search(at + 1, lines.end(), from.begin(), from.end()), lines.end())
      << "the content has these lines twice\n" << testing::PrintToString(from);
  const auto place = lines.erase(at, at + static_cast<std::ptrdiff_t>(from.size()));
  lines.insert(place, to.begin(), to.end());
  std::string joined;
  for (const std::string& line : lines) joined += line + "\n";
  return joined;
}

class Rules : public testing::TestWithParam<Case> {
 protected:
  // What lint tells of the content with these changes, the folder's name left out.
  Lines told(const std::vector<Change>& changes, bool good) {
    folder_.fill();
    for (const Change& change : changes) {
      const Lines& to = !good ? change.bad : change.good.empty() ? change.from : change.good;
      const fs::path file = folder_.path() / change.file;
      const std::string text = changed(read_file(file), change.from, to);
      std::ofstream(file) << text;
    }
    std::ostringstream out, err;
    lint_workflows({{folder_.path() / "workflows"}, folder_.path(), "text"}, out, err);
    EXPECT_EQ(err.str(), "");
    Lines lines = lines_of(out.str());
    lines.pop_back();  // how many there are
    const std::string prefix = folder_.path().string() + "/";
    for (std::string& line : lines) {
      for (std::size_t at = 0; (at = line.find(prefix)) != std::string::npos;) {
        line.erase(at, prefix.size());
      }
    }
    return lines;
  }
  std::string editor_tells() const {
    static const test::WorkflowSchema schema;
    const fs::path workflows = folder_.path() / "workflows";
    return schema.violations(workflows / "place/1/workflow.yaml") +
           schema.violations(workflows / "municipalities/north/place.yaml");
  }

  test::TemporaryFolder folder_{"rules"};
};

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += "! " + line + "\n";
  return text;
}

TEST_P(Rules, tell_the_bad_file_and_pass_its_good_neighbour) {
  const Case& one = GetParam();
  EXPECT_EQ(joined(told(one.changes, false)), joined(one.expected)) << one.rule << ": " << one.name;
  EXPECT_EQ(!editor_tells().empty(), one.editor_sees_it)
      << one.rule << ": " << one.name << "\n" << editor_tells();
  EXPECT_EQ(joined(told(one.changes, true)), "") << one.rule << ": " << one.name;
  EXPECT_EQ(editor_tells(), "") << one.rule << ": " << one.name;
}

TEST_P(Rules, are_told_by_their_own_name) {
  const std::string mine = "[" + GetParam().rule + "]";
  EXPECT_TRUE(std::any_of(GetParam().expected.begin(), GetParam().expected.end(),
                          [&](const std::string& line) { return line.ends_with(mine); }));
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.rule + "__" + info.param.name;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Workflow, Rules, testing::ValuesIn(all_cases()), name_of);

// Rules that need more than a changed line are tested beside what they are about; a top level that is
// final is told as an unknown word before.
const std::set<std::string> elsewhere = {
    "yaml-limit", "yaml-encoding", "yaml-syntax", "yaml-tag",        // yaml_test
    "too-many-states", "too-deep", "invalid-descriptor", "unexpected-type",  // chart/compile_test
    "no-services", "duplicate-service", "unreadable", "bad-schema",  // content_folder_test
    "bad-date",                                                      // calendar_file_test
    "cel-limit",    // cel/check_test
    "text-length",  // status/catalogue_test
};

TEST(RuleFixtures, there_is_one_for_every_rule_that_the_code_can_raise) {
  static const std::regex raised(
      R"re((?:error|warning|problem|fail|complain|refuse|report)\((?:[^;]*?)"([a-z]+(?:-[a-z]+)+)",|"([a-z]+(?:-[a-z]+)+)",\s*Severity)re");
  std::set<std::string> rules;
  for (const char* folder :
       {"orchestrator/documents", "orchestrator/workflow", "orchestrator/chart", "orchestrator/cel", "orchestrator/texts"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path{ELUKAAR_SOURCE_DIR} / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      const std::string text = read_file(entry.path());
      for (std::sregex_iterator at(text.begin(), text.end(), raised), end; at != end; ++at) {
        rules.insert((*at)[1].matched ? (*at)[1].str() : (*at)[2].str());
      }
    }
  }
  EXPECT_GT(rules.size(), 100U);
  const std::string cures = read_file(fs::path{ELUKAAR_SOURCE_DIR} / "workflows/checks.md");
  for (const std::string& rule : rules) {
    EXPECT_NE(cures.find("`" + rule + "`"), std::string::npos) << "no cure is told for " << rule;
    if (elsewhere.count(rule) > 0) continue;
    EXPECT_TRUE(fs::exists(fixtures / "rules" / (rule + ".txt"))) << rule;
  }
}

}  // namespace
}  // namespace elukaar::app
