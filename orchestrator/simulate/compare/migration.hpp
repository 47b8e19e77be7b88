#pragma once

#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/source_position.hpp"
#include "core/case.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::simulate {

// Limits of one file of cases.
inline constexpr std::size_t max_cases = 5'000'000;
inline constexpr std::size_t max_case_bytes = 1024 * 1024;

// Where the cases of a release go on in the next one: for every state that has been removed or renamed.
struct StateMap {
  std::string from;  // release
  std::string to;
  std::map<std::string, std::string> states;
  std::map<std::string, SourcePosition> places;  // of the entries, by state
  SourcePosition where;
};

// Reads `workflows/<service>/migrations/<from>--<to>.yaml`: {from, to, states: {old: new}}.
// Rules: unknown-key, missing-key, wrong-type.
Result<StateMap, Problems> read_state_map(const std::filesystem::path& file);

// A state map that is right for these releases: every state of the old one that the new one does not
// have is in it, and it names states that exist. Rules: unmapped-state, unknown-state, wrong-release.
Problems check_state_map(const StateMap& map, const workflow::Workflow& before,
                         const workflow::Workflow& after);

// What a case would lose by the move, one sentence each; empty: it can be moved. Its awaited events,
// timers (their time keeps running: entries are kept), open calls and legal clocks must survive, and
// what it shows must be computable.
std::vector<std::string> losses(const core::Case& value, const Json& state_document,
                                const StateMap& map, const workflow::Workflow& before,
                                const workflow::Workflow& after);

// One case of a file, with what it would lose.
struct MigrationFinding {
  std::string id;
  std::vector<std::string> losses;
};

struct MigrationReport {
  std::size_t cases = 0;
  std::size_t skipped = 0;  // of other services, releases or municipalities, or closed
  std::vector<MigrationFinding> stuck;
};

// Asks each open case of a file (JSON lines, as `workflow simulate --cases` writes them) whether it can
// be moved. Nothing is changed.
Result<MigrationReport, Problems> dry_run(const std::filesystem::path& cases, const StateMap& map,
                                          const workflow::Workflow& before,
                                          const workflow::Workflow& after);

void print_migration(const MigrationReport& report, std::size_t most, std::ostream& out);
Json migration_json(const MigrationReport& report, std::size_t most);

}  // namespace elukaar::simulate
