#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/forecasting.hpp"
#include "app/commands/problems.hpp"
#include "simulate/compare/migration.hpp"
#include "simulate/compare/report.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;

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
