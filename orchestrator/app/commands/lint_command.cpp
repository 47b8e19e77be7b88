#include "app/commands/workflow_commands.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <ostream>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/problems.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;
namespace {

std::size_t count(const Problems& problems, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(),
                    [&](const Problem& problem) { return problem.severity == severity; }));
}

// ---- lint --------------------------------------------------------------------------------------

// A folder stands for the workflow files below it: bases and municipalities' files, no texts.
bool is_workflow_file(const fs::path& path) {
  if (path.extension() != ".yaml") return false;
  const fs::path whole = fs::absolute(path);
  if (whole.parent_path().filename() == "scenarios") return false;  // `workflow test` reads those
  return path.filename() == "workflow.yaml" ||
         std::find(whole.begin(), whole.end(), "municipalities") != whole.end();
}

// The service whose texts this file holds; empty for any other file.
std::string service_of_text_file(const fs::path& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  return folder.filename() == "texts" ? folder.parent_path().filename().string() : std::string{};
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

Result<std::vector<fs::path>, std::string> files_of(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      files.push_back(path);
      continue;
    }
    if (!fs::is_directory(path, error)) {
      return failure(fmt::format("{}: expected a file or a folder, found nothing there",
                                 path.string()));
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file() && is_workflow_file(entry.path())) files.push_back(entry.path());
    }
    if (files.size() == before) {
      return failure(fmt::format("{}: expected a workflow file or a municipality's file below this "
                                 "folder, found none",
                                 path.string()));
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

Json to_json(const Problem& problem) {
  return {{"file", problem.where.file},
          {"line", problem.where.line},
          {"column", problem.where.column},
          {"severity", problem.severity == Severity::error ? "error" : "warning"},
          {"rule", problem.rule},
          {"what", problem.what},
          {"hint", problem.hint}};
}

// What GitHub wants escaped in an annotation's message, and in its properties besides.
std::string escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    if (c == '%') result += "%25";
    else if (c == '\r') result += "%0D";
    else if (c == '\n') result += "%0A";
    else if (property && c == ':') result += "%3A";
    else if (property && c == ',') result += "%2C";
    else result += c;
  }
  return result;
}

void print_github(const Problem& problem, std::ostream& out) {
  const std::string message =
      problem.hint.empty() ? problem.what : fmt::format("{}; {}", problem.what, problem.hint);
  out << fmt::format("::{} file={},line={},col={},title={}::{}\n",
                     problem.severity == Severity::error ? "error" : "warning",
                     escaped(problem.where.file, true), problem.where.line, problem.where.column,
                     escaped(problem.rule, true), escaped(message, false));
}

void print(const Problems& problems, std::size_t files, const std::string& format,
           std::ostream& out) {
  if (format == "json") {
    Json list = Json::array();
    for (const Problem& problem : problems) list.push_back(to_json(problem));
    out << Json{{"files", files}, {"problems", list}}.dump(2) << '\n';
    return;
  }
  if (format == "github") {
    for (const Problem& problem : problems) print_github(problem, out);
    return;
  }
  tell_problems(problems, out);
  out << fmt::format("{}, {}, {}\n", counted(files, "file"),
                     counted(count(problems, Severity::error), "error"),
                     counted(count(problems, Severity::warning), "warning"));
}

}  // namespace

int lint_workflows(const LintOptions& options, std::ostream& out, std::ostream& err) {
  if (options.format != "text" && options.format != "json" && options.format != "github") {
    err << fmt::format("--format: expected text, json or github, found {}\n", options.format);
    return bad_usage;
  }
  if (options.paths.empty()) {
    err << "expected a workflow file or a folder to check, found none; name one: `workflows`\n";
    return bad_usage;
  }
  const auto files = files_of(options.paths);
  if (!files) {
    err << files.error() << '\n';
    return bad_usage;
  }
  Problems problems;
  auto schemas = workflow::read_schemas(options.content_dir);
  if (!schemas) {
    print(schemas.error(), files->size(), options.format, out);
    return found_problems;
  }
  const fs::path workflows = (options.content_dir / "workflows").lexically_normal();
  workflow::TextShelf shelf(workflows);
  const workflow::Sources sources{
      workflows, *schemas, [&](const std::string& service) {
        const texts::Catalogue* texts = shelf.find(service, problems);
        return texts == nullptr ? nullptr : &texts->facts();
      }};
  std::set<std::tuple<std::string, int, int, std::string>> known;
  for (const fs::path& file : *files) {
    if (const std::string service = service_of_text_file(file); !service.empty()) {
      shelf.find(service, problems);
      continue;
    }
    auto loaded = workflow::load(file, sources);
    const Problems& told = loaded ? loaded->warnings : loaded.error();
    // A base is told once, not again for each municipality that extends it.
    for (const Problem& problem : told) {
      const std::string file_name = fs::weakly_canonical(problem.where.file).string();
      if (!known.insert({file_name, problem.where.line, problem.where.column, problem.what})
               .second) {
        continue;
      }
      problems.push_back(problem);
    }
    if (!loaded || loaded->texts.empty()) continue;
    const texts::Catalogue* texts = shelf.find(loaded->workflow->service, problems);
    if (texts == nullptr) continue;
    if (const auto own = texts->with(loaded->texts); !own) {
      problems.insert(problems.end(), own.error().begin(), own.error().end());
    }
  }
  print(problems, files->size(), options.format, out);
  return count(problems, Severity::error) > 0 ? found_problems : ok;
}

}  // namespace elukaar::app
