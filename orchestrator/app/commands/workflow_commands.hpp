#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

// `elukaar workflow …`: what a service owner runs on a laptop, without a database or a broker.
// Each returns the exit code: 0 all well, 1 something is wrong with the files, 2 the command makes no
// sense. What was asked for goes to `out`, what kept it from being done to `err`.
namespace elukaar::app {

struct LintOptions {
  // Workflow files, municipalities' files, text files, or folders: every workflow file and every
  // municipality's file below, with the texts that they show.
  std::vector<std::filesystem::path> paths;
  std::filesystem::path content_dir = ".";  // where events/, connectors/ and workflows/ are
  // text: a line each, as compilers do; json: {"problems":[…],"files":n}; github: annotations.
  std::string format = "text";
};

// Checks files (workflows/checks.md). Warnings alone exit with 0.
int lint_workflows(const LintOptions& options, std::ostream& out, std::ostream& err);

struct TraceOptions {
  std::filesystem::path file;
  // One event a line: {"type": short name or CloudEvents type, "data": …, "time": …}; also
  // "after.<delay>.<path>", "done.invoke.<path>.<id>" with "output" and "error.invoke.…" with "error".
  std::filesystem::path events;
  std::filesystem::path content_dir = ".";
  std::string format = "json";
};

// Runs any statechart file in memory; also a bare one (JSON or YAML, without our additions), whose
// guards and actions are then names: see make_bare_machine.
// Prints a line after the start and after each event:
// {"event", "handled", "states": […], "effects": […in order…], "context", "done"}.
// Effects of a workflow: {"assign"|"raise"|"emit"|"notify"|"log": name, "value"}, {"arm": event,
// "until": when its delay says}, {"clear": event}, {"call": "role.operation", "answer": event},
// {"abandon": id, "state"}; of a bare chart: its actions as they are written, and `arm`, `clear`,
// `call`, `abandon` alike.
int trace_workflow(const TraceOptions& options, std::ostream& out, std::ostream& err);

}  // namespace elukaar::app
