#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/forecasting.hpp"
#include "app/commands/problems.hpp"
#include "simulate/compare/report.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;

int simulate_workflow(const SimulateOptions& options, std::ostream& out, std::ostream& err) {
  const auto families = families_of(options, err);
  if (!families) return bad_usage;
  auto library = simulate::Library::open(options.content_dir);
  if (!library) {
    tell_problems(library.error(), err);
    return bad_usage;
  }
  const auto workflow = municipality_of(options.file, **library);
  if (!workflow) {
    tell_problems(workflow.error(), err);
    return bad_usage;
  }
  const auto behaviour = behaviour_of(**workflow, options.content_dir, err);
  if (!behaviour) {
    tell_problems(behaviour.error(), err);
    return bad_usage;
  }
  const auto run = simulate::run_families(**library, *workflow, *behaviour, *families);
  if (options.progress) end_progress(err);
  const auto forecast = simulate::figures_of(run);
  if (!options.cases.empty()) {
    std::ofstream cases(options.cases);
    for (const Json& each : run.cases) cases << each.dump() << '\n';
    if (!cases.flush()) {
      err << fmt::format("{}: the cases cannot be written\n", options.cases.string());
      return bad_usage;
    }
  }
  if (options.format == "json") {
    out << simulate::forecast_json(forecast).dump(2) << '\n';
  } else {
    simulate::print_forecast(
        forecast,
        fmt::format("{}, {}@{}: {} families, {} years from {}, seed {}",
                    (*workflow)->municipality.name, (*workflow)->service, (*workflow)->release,
                    options.families, options.years, options.from, options.seed),
        out);
  }
  return forecast.incidents > 0 ? found_problems : ok;
}

}  // namespace elukaar::app
