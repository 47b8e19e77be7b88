#include <sstream>

#include "base/json.hpp"
#include "app/commands/workflow_commands.hpp"
#include "unit/workflow/temporary_folder.hpp"

namespace elukaar::app {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::replaced;

class Lint : public testing::Test {
 protected:
  Lint() { folder_.fill(); }

  int lint(std::vector<fs::path> paths, const std::string& format = "text") {
    out_.str("");
    err_.str("");
    return lint_workflows({std::move(paths), folder_.path(), format}, out_, err_);
  }
  // Two errors and a warning in the base, an error in the municipality's file.
  void break_content() {
    std::string text = read_file(base_);
    text = replaced(text, "turn: resident", "turn: resindent");
    text = replaced(text, "text: closed", "text: closd");
    text = replaced(text, ", position: \"{{", ", positon: 1, position: \"{{");
    std::ofstream(base_) << text;
    edit(north_, "silence: declined", "silence: 100%");
  }
  static void edit(const fs::path& file, const std::string& from, const std::string& to) {
    const std::string text = replaced(read_file(file), from, to);  // before the file is emptied
    std::ofstream(file) << text;
  }
  std::string out() const {
    std::string text = out_.str();
    const std::string prefix = folder_.path().string() + "/";
    for (std::size_t at = 0; (at = text.find(prefix)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  test::TemporaryFolder folder_{"lint"};
  fs::path workflows_ = folder_.path() / "workflows";
  fs::path base_ = workflows_ / "place/1/workflow.yaml";
  fs::path north_ = workflows_ / "municipalities/north/place.yaml";
  std::ostringstream out_, err_;
};

TEST_F(Lint, says_how_many_files_are_well) {
  EXPECT_EQ(lint({workflows_}), 0);
  EXPECT_EQ(out(), "2 files, 0 errors, 0 warnings\n");
  EXPECT_EQ(lint({north_}), 0);
  EXPECT_EQ(out(), "1 file, 0 errors, 0 warnings\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Lint, tells_all_problems_of_all_files_at_once_and_each_of_them_once) {
  break_content();
  EXPECT_EQ(lint({workflows_, north_, base_}), 1);
  EXPECT_EQ(
      out(),
      "workflows/municipalities/north/place.yaml:7:10: error: parameter `silence`: expected one of "
      "`declined` or `waits`, found `100%` [bad-parameter]\n"
      "workflows/place/1/workflow.yaml:84:15: error: `turn`: expected `none`, `resident`, "
      "`municipality` or `register`, found `resindent`; did you mean `resident`? "
      "[unknown-word]\n"
      "workflows/place/1/workflow.yaml:89:61: warning: text `offered` does not use `positon`; did you "
      "mean `position`? [unused-argument]\n"
      "workflows/place/1/workflow.yaml:98:15: error: there is no text `closd`; did you mean "
      "`closed`? [unknown-text]\n"
      "2 files, 3 errors, 1 warning\n");
}

TEST_F(Lint, lets_a_file_with_warnings_alone_pass) {
  edit(base_, "form: reply, ", "");
  EXPECT_EQ(lint({base_}), 0);
  EXPECT_NE(out().find("1 file, 0 errors, 1 warning\n"), std::string::npos) << out();
}

TEST_F(Lint, gives_problems_to_programs_as_json) {
  break_content();
  EXPECT_EQ(lint({north_}, "json"), 1);
  const Json answer = Json::parse(out());
  EXPECT_EQ(answer["files"], 1);
  ASSERT_EQ(answer["problems"].size(), 4U);
  EXPECT_EQ(answer["problems"][0],
            Json::parse(R"({"file": "workflows/municipalities/north/place.yaml", "line": 7,
                            "column": 10, "severity": "error", "rule": "bad-parameter",
                            "what": "parameter `silence`: expected one of `declined` or `waits`, found `100%`",
                            "hint": ""})"));
  EXPECT_EQ(answer["problems"][2]["severity"], "warning");

  folder_.fill();
  EXPECT_EQ(lint({north_}, "json"), 0);
  EXPECT_EQ(Json::parse(out()), Json::parse(R"({"files": 1, "problems": []})"));
}

TEST_F(Lint, annotates_a_pull_request_and_escapes_what_github_would_read) {
  break_content();
  EXPECT_EQ(lint({north_}, "github"), 1);
  const std::string first = out().substr(0, out().find('\n') + 1);
  EXPECT_EQ(first,
            "::error file=workflows/municipalities/north/place.yaml,line=7,col=10,"
            "title=bad-parameter::parameter `silence`: expected one of `declined` or `waits`, found "
            "`100%25`\n");
  EXPECT_NE(out().find("\n::warning file="), std::string::npos);

  folder_.fill();
  EXPECT_EQ(lint({workflows_}, "github"), 0);
  EXPECT_EQ(out(), "");
}

TEST_F(Lint, reads_a_text_file_as_texts) {
  const fs::path english = workflows_ / "place/texts/en.yaml";
  EXPECT_EQ(lint({english}), 0) << out();
  edit(english, "{position, number}", "{position, nmber}");
  EXPECT_EQ(lint({english}), 1);
  EXPECT_NE(out().find("workflows/place/texts/en.yaml:2:"), std::string::npos) << out();
}

TEST_F(Lint, checks_a_municipality_s_own_words) {
  edit(north_, "{until, date, long}", "{untl, date, long}");
  EXPECT_EQ(lint({north_}), 1);
  EXPECT_NE(out().find("place.yaml:12:"), std::string::npos) << out();
  EXPECT_NE(out().find("untl"), std::string::npos) << out();
}

TEST_F(Lint, finds_municipalities_files_from_within_their_folder) {
  const fs::path before = fs::current_path();
  fs::current_path(workflows_);
  EXPECT_EQ(lint({"municipalities"}), 0) << err_.str();
  fs::current_path(before);
  EXPECT_EQ(out(), "1 file, 0 errors, 0 warnings\n");
}

TEST_F(Lint, tells_a_base_once_however_its_files_are_named) {
  break_content();
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  out_.str("");
  EXPECT_EQ(lint_workflows({{"workflows", base_}, ".", "text"}, out_, err_), 1);
  fs::current_path(before);
  EXPECT_NE(out().find("errors, 1 warning\n"), std::string::npos) << out();
  EXPECT_NE(out().find(" 3 errors"), std::string::npos) << out();
  EXPECT_EQ(out().find("./workflows"), std::string::npos) << out();
}

TEST_F(Lint, refuses_a_command_that_makes_no_sense) {
  EXPECT_EQ(lint({}), 2);
  EXPECT_EQ(err_.str(),
            "expected a workflow file or a folder to check, found none; name one: `workflows`\n");
  EXPECT_EQ(lint({"nowhere"}), 2);
  EXPECT_EQ(err_.str(), "nowhere: expected a file or a folder, found nothing there\n");
  EXPECT_EQ(lint({folder_.path() / "events"}), 2);
  EXPECT_NE(err_.str().find("expected a workflow file or a municipality's file below"),
            std::string::npos);
  EXPECT_EQ(lint({workflows_}, "xml"), 2);
  EXPECT_EQ(err_.str(), "--format: expected text, json or github, found xml\n");
  EXPECT_EQ(out(), "");
}

TEST_F(Lint, tells_schemas_that_cannot_be_read_before_anything_else) {
  folder_.write("events/services/ee.example.bad.v1.schema.json", "[]");
  EXPECT_EQ(lint({workflows_}), 1);
  EXPECT_EQ(out(),
            "events/services/ee.example.bad.v1.schema.json: error: expected a JSON object [bad-schema]\n"
            "2 files, 1 error, 0 warnings\n");
}

}  // namespace
}  // namespace elukaar::app
