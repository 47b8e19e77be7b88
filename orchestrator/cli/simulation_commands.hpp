#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

// `elukaar workflow test | simulate | diff | migrate`: what a change of files would do, on virtual time,
// offline. Each returns the exit code: 0 all well, 1 not as the files say (a scenario fails, a case
// cannot be moved), 2 the command makes no sense or its files cannot be read.
namespace elukaar::cli {

struct TestOptions {
  std::vector<std::filesystem::path> paths;  // scenario files, or folders with `scenarios/` below
  std::filesystem::path content_dir = ".";
  std::string format = "text";  // text | json
  std::filesystem::path junit;  // written besides; empty: not
  bool coverage = false;        // name what is never reached
  bool all = false;             // name the scenarios that pass, too
  bool progress = false;        // show what is running on `err` (a terminal)
};

// Plays scenario files.
int test_workflows(const TestOptions& options, std::ostream& out, std::ostream& err);

}  // namespace elukaar::cli
