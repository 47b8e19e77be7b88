#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

// `elukaar workflow …`: what a service owner runs on a laptop, without a database or a broker.
// Each returns the exit code: 0 all well, 1 something is wrong with the files, 2 the command makes no
// sense. What was asked for goes to `out`, what kept it from being done to `err`.
namespace elukaar::app {

struct LintOptions {
  // Workflow files, municipalities' files, text files, or folders: every workflow file and every
  // municipality's file below, with the texts that they show.
  std::vector<std::filesystem::path> paths;
  std::filesystem::path content_dir = ".";  // where events/, connectors/ and workflows/ are
  // text: a line each, as compilers do; json: {"problems":[…],"files":n}; github: annotations.
  std::string format = "text";
};

// Checks files (workflows/checks.md). Warnings alone exit with 0.
int lint_workflows(const LintOptions& options, std::ostream& out, std::ostream& err);

}  // namespace elukaar::app
