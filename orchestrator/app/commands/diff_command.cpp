#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/forecasting.hpp"
#include "app/commands/problems.hpp"
#include "simulate/compare/comparison.hpp"
#include "simulate/compare/report.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;

int diff_workflows(const DiffOptions& options, std::ostream& out, std::ostream& err) {
  const auto families = families_of(options.families, err);
  if (!families) return bad_usage;
  auto library = simulate::Library::open(options.families.content_dir);
  if (!library) {
    tell_problems(library.error(), err);
    return bad_usage;
  }
  std::vector<simulate::PopulationRun> runs;
  Municipality municipality;
  for (const fs::path& file : {options.before, options.after}) {
    const auto workflow = municipality_of(file, **library);
    if (!workflow) {
      tell_problems(workflow.error(), err);
      return bad_usage;
    }
    if (!municipality.empty() && municipality != (*workflow)->municipality.ehak) {
      err << fmt::format("expected two versions of one municipality, found {} and {}\n",
                         municipality.str(), (*workflow)->municipality.ehak.str());
      return bad_usage;
    }
    municipality = (*workflow)->municipality.ehak;
    const auto behaviour = behaviour_of(**workflow, options.families.content_dir, err);
    if (!behaviour) {
      tell_problems(behaviour.error(), err);
      return bad_usage;
    }
    if (options.events.empty()) {
      runs.push_back(simulate::run_families(**library, *workflow, *behaviour, *families));
      continue;
    }
    auto run = simulate::run_events(**library, *workflow, *behaviour, options.events, families->seed);
    if (!run) {
      tell_problems(run.error(), err);
      return bad_usage;
    }
    runs.push_back(std::move(*run));
  }
  if (options.families.progress) end_progress(err);
  const auto comparison = simulate::compare_runs(runs[0], runs[1]);
  if (options.families.format == "json") {
    out << simulate::comparison_json(comparison, options.most).dump(2) << '\n';
  } else {
    simulate::print_comparison(comparison, options.most, out);
  }
  return ok;
}

}  // namespace elukaar::app
