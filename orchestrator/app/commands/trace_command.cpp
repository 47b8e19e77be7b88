#include <fstream>
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/machine.hpp"
#include "app/commands/workflow_commands.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_trace_events = 1'000'000;
constexpr std::size_t max_trace_line = 1024 * 1024;

Result<std::vector<Json>, std::string> read_events(const fs::path& path) {
  std::ifstream stream(path);
  if (!stream) return failure(fmt::format("{}: the file cannot be read", path.string()));
  std::vector<Json> events;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (line.size() > max_trace_line || events.size() >= max_trace_events) {
      return failure(fmt::format("{}:{}: more than {} events, or a line of more than {} bytes",
                                 path.string(), number, max_trace_events, max_trace_line));
    }
    Json body = Json::parse(line, nullptr, false);
    if (body.is_string()) body = {{"type", body}};
    if (!body.is_object() || !body.contains("type") || !body["type"].is_string()) {
      return failure(fmt::format("{}:{}: expected an event such as {{\"type\": \"offer-made\"}}",
                                 path.string(), number));
    }
    events.push_back(std::move(body));
  }
  return events;
}

// A file that says neither which language it is in nor what it extends is an ordinary statechart.
Result<std::unique_ptr<Machine>, Problems> read_machine(const TraceOptions& options) {
  auto source = documents::read_yaml_file(options.file, options.file.string());
  if (!source) return failure(std::move(source.error()));
  if (source->find("language") == nullptr && source->find("extends") == nullptr) {
    return make_bare_machine(*source);
  }
  auto schemas = workflow::read_schemas(options.content_dir);
  if (!schemas) return failure(std::move(schemas.error()));
  auto loaded = workflow::load(options.file, {options.content_dir / "workflows", *schemas, {}});
  if (!loaded) return failure(std::move(loaded.error()));
  return make_machine(std::move(loaded->workflow));
}

int give_up(const Problems& problems, std::ostream& err) {
  for (const Problem& problem : problems) err << to_text(problem) << '\n';
  return found_problems;
}

int give_up(const chart::Fault& fault, std::ostream& err) {
  return give_up({{fault.where, fault.what, "", std::string{chart::to_string(fault.kind)},
                   Severity::error}},
                 err);
}

}  // namespace

int trace_workflow(const TraceOptions& options, std::ostream& out, std::ostream& err) {
  if (options.format != "json") {
    err << fmt::format("--format: expected json, found {}\n", options.format);
    return bad_usage;
  }
  const auto machine = read_machine(options);
  if (!machine) return give_up(machine.error(), err);
  const auto events = read_events(options.events);
  if (!events) {
    err << events.error() << '\n';
    return bad_usage;
  }
  auto step = (*machine)->start();
  if (!step) return give_up(step.error(), err);
  out << to_json(**machine, *step).dump() << '\n';
  for (const Json& event : *events) {
    step = (*machine)->step(event);
    if (!step) return give_up(step.error(), err);
    out << to_json(**machine, *step).dump() << '\n';
  }
  return ok;
}

}  // namespace elukaar::app
