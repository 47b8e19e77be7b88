#include "cli/simulation_commands.hpp"

#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "simulate/report.hpp"

namespace elukaar::cli {
namespace fs = std::filesystem;
namespace {

constexpr int all_well = 0;
constexpr int not_as_expected = 1;
constexpr int makes_no_sense = 2;

void tell_problems(const Problems& problems, std::ostream& to) {
  for (const Problem& problem : problems) to << to_text(problem) << '\n';
}

// The line that says what is running is overwritten by the next one.
void show_progress(const TestOptions& options, std::size_t done, std::size_t all,
                   const std::string& name, std::ostream& err) {
  if (!options.progress) return;
  err << fmt::format("\r\x1b[K{} of {}  {}", done, all, name) << std::flush;
}

}  // namespace

int test_workflows(const TestOptions& options, std::ostream& out, std::ostream& err) {
  std::vector<fs::path> files;
  for (const fs::path& path : options.paths) {
    const auto found = simulate::find_scenarios(path);
    if (found.empty()) {
      err << fmt::format("{}: expected a scenario file, or a folder with `scenarios/*.yaml` below, "
                         "found none\n",
                         path.string());
      return makes_no_sense;
    }
    files.insert(files.end(), found.begin(), found.end());
  }
  auto library = simulate::Library::open(options.content_dir);
  if (!library) {
    tell_problems(library.error(), err);
    return makes_no_sense;
  }
  Problems unreadable;
  std::vector<simulate::Outcome> outcomes;
  simulate::Coverage coverage;
  for (std::size_t i = 0; i < files.size(); ++i) {
    show_progress(options, i, files.size(), files[i].string(), err);
    const auto scenario = simulate::read_scenario(files[i]);
    if (!scenario) {
      unreadable.insert(unreadable.end(), scenario.error().begin(), scenario.error().end());
      continue;
    }
    const auto municipalities = (*library)->files_of(*scenario);
    if (!municipalities) {
      unreadable.insert(unreadable.end(), municipalities.error().begin(),
                        municipalities.error().end());
      continue;
    }
    for (const fs::path& municipality : *municipalities) {
      outcomes.push_back(simulate::play(*scenario, municipality, **library, coverage));
    }
  }
  if (options.progress) err << "\r\x1b[K" << std::flush;
  tell_problems(unreadable, err);
  if (!options.junit.empty()) {
    std::ofstream junit(options.junit);
    junit << simulate::outcomes_junit(outcomes);
    if (!junit.flush()) {
      err << fmt::format("{}: the JUnit file cannot be written\n", options.junit.string());
      return makes_no_sense;
    }
  }
  std::size_t failed = 0;
  for (const simulate::Outcome& outcome : outcomes) failed += outcome.passed() ? 0 : 1;
  if (options.format == "json") {
    out << simulate::outcomes_json(outcomes, coverage).dump(2) << '\n';
  } else {
    for (const simulate::Outcome& outcome : outcomes) {
      simulate::print_outcome(outcome, options.all, out);
    }
    simulate::print_coverage(coverage, options.coverage, out);
    out << fmt::format("{} scenario{}, {} failed\n", outcomes.size(),
                       outcomes.size() == 1 ? "" : "s", failed);
  }
  if (!unreadable.empty()) return makes_no_sense;
  return failed > 0 ? not_as_expected : all_well;
}

}  // namespace elukaar::cli
