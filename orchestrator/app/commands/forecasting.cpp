#include "app/commands/forecasting.hpp"

#include <ostream>

#include <fmt/format.h>

namespace elukaar::app {
namespace fs = std::filesystem;

void show_progress(std::size_t done, std::size_t all, const std::string& name, std::ostream& err) {
  err << fmt::format("\r\x1b[K{} of {}  {}", done, all, name) << std::flush;
}

void end_progress(std::ostream& err) { err << "\r\x1b[K" << std::flush; }

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

Result<simulate::Behaviour, Problems> behaviour_of(const workflow::Workflow& workflow,
                                                   const fs::path& content_dir, std::ostream& err) {
  const fs::path file =
      (content_dir / "workflows" / workflow.service / "behaviour.yaml").lexically_normal();
  auto behaviour = simulate::read_behaviour(file);
  if (!behaviour) return behaviour;
  Problems problems = simulate::unmatched(*behaviour, workflow, file);
  if (has_errors(problems)) return failure(std::move(problems));
  tell_problems(problems, err);
  return behaviour;
}

}  // namespace elukaar::app
