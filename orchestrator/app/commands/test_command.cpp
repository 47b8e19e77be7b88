#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/forecasting.hpp"
#include "app/commands/problems.hpp"
#include "simulate/compare/report.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;

int test_workflows(const TestOptions& options, std::ostream& out, std::ostream& err) {
  std::vector<fs::path> files;
  for (const fs::path& path : options.paths) {
    const auto found = simulate::find_scenarios(path);
    if (found.empty()) {
      err << fmt::format("{}: expected a scenario file, or a folder with `scenarios/*.yaml` below, "
                         "found none\n",
                         path.string());
      return bad_usage;
    }
    files.insert(files.end(), found.begin(), found.end());
  }
  auto library = simulate::Library::open(options.content_dir);
  if (!library) {
    tell_problems(library.error(), err);
    return bad_usage;
  }
  Problems unreadable;
  std::vector<simulate::Outcome> outcomes;
  simulate::Coverage coverage;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (options.progress) show_progress(i, files.size(), files[i].string(), err);
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
  if (options.progress) end_progress(err);
  tell_problems(unreadable, err);
  if (!options.junit.empty()) {
    std::ofstream junit(options.junit);
    junit << simulate::outcomes_junit(outcomes);
    if (!junit.flush()) {
      err << fmt::format("{}: the JUnit file cannot be written\n", options.junit.string());
      return bad_usage;
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
  if (!unreadable.empty()) return bad_usage;
  return failed > 0 ? found_problems : ok;
}

}  // namespace elukaar::app
