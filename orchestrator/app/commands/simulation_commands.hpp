#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

// `elukaar workflow trace | test | simulate | diff | migrate`: what files would do, on virtual time,
// offline. Each returns the exit code: 0 all well, 1 not as the files say (a scenario fails, a case
// cannot be moved), 2 the command makes no sense or its files cannot be read.
namespace elukaar::app {

struct TraceOptions {
  std::filesystem::path file;
  // One event a line: {"type": short name or CloudEvents type, "data": …, "time": …}; also
  // "after.<delay>.<path>", "clock.<name>.<what>", "done.invoke.<path>.<id>" with "output" and
  // "error.invoke.…" with "error".
  std::filesystem::path events;
  std::filesystem::path content_dir = ".";
  std::string format = "json";
};

// Walks one case through a file in memory; also through a bare statechart (JSON or YAML, without our
// additions), whose guards and actions are then names: see simulate::make_trace. Prints a line after the
// start and after each event, as simulate::Trace describes it.
// Effects of a workflow: {"clear": event}, {"abandon": id, "state"}; {"assign": key, "value"} for what
// has changed of the context, {"emit"|"notify": name, "value"}; {"arm": event, "until": moment}, {"call":
// "role.operation", "answer": event}. Of a bare chart: its actions as they are written, and `arm`, `clear`,
// `call`, `abandon` alike.
int trace_workflow(const TraceOptions& options, std::ostream& out, std::ostream& err);

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

struct SimulateOptions {
  std::filesystem::path file;  // a municipality's
  std::filesystem::path content_dir = ".";
  int families = 1'000;
  std::uint64_t seed = 1;
  int years = 3;
  std::string from = "2026-01-01";  // first day
  std::string format = "text";
  std::filesystem::path cases;  // the cases at the end are written here, one a line; empty: not
  bool progress = false;        // show how far it is on `err` (a terminal)
};

// Sends synthetic families through a municipality's service.
int simulate_workflow(const SimulateOptions& options, std::ostream& out, std::ostream& err);

struct DiffOptions {
  std::filesystem::path before;  // municipalities' files of the same municipality
  std::filesystem::path after;
  std::filesystem::path events;  // recorded events; empty: synthetic families
  std::size_t most = 20;         // cases shown one by one
  SimulateOptions families;      // its content_dir, families, seed, years, from, format
};

// What an edit changes. 0 also where there are differences: they are the answer.
int diff_workflows(const DiffOptions& options, std::ostream& out, std::ostream& err);

struct MigrateOptions {
  std::filesystem::path before;  // municipalities' files, of two releases
  std::filesystem::path after;
  std::filesystem::path cases;   // JSON lines
  std::filesystem::path map;     // empty: workflows/<service>/migrations/<old>--<new>.yaml, if there is one
  bool dry_run = false;          // must be asked for: nothing else can be done here
  std::size_t most = 20;
  std::filesystem::path content_dir = ".";
  std::string format = "text";
};

// Whether the cases of a file could be moved to another release. 1: some could not, or the state map is
// not right.
int migrate_cases(const MigrateOptions& options, std::ostream& out, std::ostream& err);

}  // namespace elukaar::app
