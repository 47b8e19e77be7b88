#include "app/commands/simulation_commands.hpp"

#include <fstream>
#include <optional>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "simulate/compare/comparison.hpp"
#include "simulate/population/forecast.hpp"
#include "simulate/compare/migration.hpp"
#include "simulate/compare/report.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;
namespace {

void tell_problems(const Problems& problems, std::ostream& to) {
  for (const Problem& problem : problems) to << to_text(problem) << '\n';
}

// The line that says what is running is overwritten by the next one.
void show_progress(std::size_t done, std::size_t all, const std::string& name, std::ostream& err) {
  err << fmt::format("\r\x1b[K{} of {}  {}", done, all, name) << std::flush;
}

void end_progress(std::ostream& err) { err << "\r\x1b[K" << std::flush; }

}  // namespace

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

namespace {

// The families that the options ask for; nothing (and a sentence on `err`) where they make no sense.
std::optional<simulate::FamilyOptions> families_of(const SimulateOptions& options,
                                                   std::ostream& err) {
  const auto from = parse_iso_date(options.from);
  if (!from) {
    err << fmt::format("--from: expected a day such as 2026-01-01, found {}\n", options.from);
    return std::nullopt;
  }
  if (options.families < 1 || options.families > simulate::max_families) {
    err << fmt::format("--families: expected 1 to {}, found {}\n", simulate::max_families,
                       options.families);
    return std::nullopt;
  }
  if (options.years < 1 || options.years > simulate::max_years) {
    err << fmt::format("--years: expected 1 to {}, found {}\n", simulate::max_years, options.years);
    return std::nullopt;
  }
  simulate::FamilyOptions families;
  families.families = options.families;
  families.seed = options.seed;
  families.from = *from;
  families.years = options.years;
  families.keep_cases = !options.cases.empty();
  if (options.progress) {
    families.progress = [all = static_cast<std::size_t>(options.families), &err](int done) {
      show_progress(static_cast<std::size_t>(done), all, "families", err);
    };
  }
  return families;
}

Result<workflow::WorkflowPtr, Problems> municipality_of(const fs::path& file,
                                                        simulate::Library& library) {
  auto stage = library.stage(file, {});
  if (!stage) return failure(std::move(stage.error()));
  if (stage->workflow->municipality.ehak.empty()) {
    return failure(Problems{{{file.string(), 0, 0},
                             "a base by itself has no settings to run with",
                             "name a municipality's file", "no-municipality", Severity::error}});
  }
  return stage->workflow;
}

}  // namespace

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
  const auto run = simulate::run_families(**library, *workflow, *families);
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
    if (options.events.empty()) {
      runs.push_back(simulate::run_families(**library, *workflow, *families));
      continue;
    }
    auto run = simulate::run_events(**library, *workflow, options.events, families->seed);
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

int migrate_cases(const MigrateOptions& options, std::ostream& out, std::ostream& err) {
  if (!options.dry_run) {
    err << "expected --dry-run: cases are moved by the orchestrator, not by this command\n";
    return bad_usage;
  }
  auto library = simulate::Library::open(options.content_dir);
  if (!library) {
    tell_problems(library.error(), err);
    return bad_usage;
  }
  std::vector<workflow::WorkflowPtr> releases;
  for (const fs::path& file : {options.before, options.after}) {
    auto workflow = municipality_of(file, **library);
    if (!workflow) {
      tell_problems(workflow.error(), err);
      return bad_usage;
    }
    releases.push_back(std::move(*workflow));
  }
  const workflow::Workflow& before = *releases[0];
  const workflow::Workflow& after = *releases[1];
  fs::path file = options.map;
  if (file.empty()) {
    file = (options.content_dir / "workflows" / before.service / "migrations" /
            fmt::format("{}--{}.yaml", before.release, after.release))
               .lexically_normal();
  }
  simulate::StateMap map;
  map.where.file = file.string();
  std::error_code error;
  if (!options.map.empty() || fs::exists(file, error)) {
    auto read = simulate::read_state_map(file);
    if (!read) {
      tell_problems(read.error(), err);
      return bad_usage;
    }
    map = std::move(*read);
  }
  const Problems wrong = simulate::check_state_map(map, before, after);
  if (has_errors(wrong)) {
    tell_problems(wrong, err);
    return found_problems;
  }
  const auto report = simulate::dry_run(options.cases, map, before, after);
  if (!report) {
    tell_problems(report.error(), err);
    return bad_usage;
  }
  if (options.format == "json") {
    out << simulate::migration_json(*report, options.most).dump(2) << '\n';
  } else {
    simulate::print_migration(*report, options.most, out);
  }
  return report->stuck.empty() ? ok : found_problems;
}

}  // namespace elukaar::app
