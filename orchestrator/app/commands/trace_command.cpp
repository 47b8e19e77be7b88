#include <fstream>
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "app/commands/problems.hpp"
#include "app/commands/simulation_commands.hpp"
#include "simulate/trace/trace.hpp"
#include "workflow/load/calendar_file.hpp"
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

// When the case begins: with the first event that says when it happened.
Timestamp beginning_of(const std::vector<Json>& events) {
  for (const Json& event : events) {
    const auto time = event.find("time");
    if (time == event.end() || !time->is_string()) continue;
    if (const auto parsed = parse_rfc3339(time->get_ref<const std::string&>())) return *parsed;
  }
  return {};
}

// A file that says neither which language it is in nor what it extends is an ordinary statechart.
Result<std::unique_ptr<simulate::Trace>, Problems> read_file(const TraceOptions& options,
                                                             Timestamp beginning) {
  auto source = documents::read_yaml_file(options.file, options.file.string());
  if (!source) return failure(std::move(source.error()));
  if (source->find("language") == nullptr && source->find("extends") == nullptr) {
    return simulate::make_trace(*source);
  }
  auto schemas = workflow::read_schemas(options.content_dir);
  if (!schemas) return failure(std::move(schemas.error()));
  auto calendar = workflow::read_calendar(options.content_dir);
  if (!calendar) return failure(std::move(calendar.error()));
  auto loaded = workflow::load(options.file, {options.content_dir / "workflows", *schemas, {}});
  if (!loaded) return failure(std::move(loaded.error()));
  return simulate::make_trace(std::move(loaded->workflow), std::move(*calendar), beginning);
}

}  // namespace

int trace_workflow(const TraceOptions& options, std::ostream& out, std::ostream& err) {
  if (options.format != "json") {
    err << fmt::format("--format: expected json, found {}\n", options.format);
    return bad_usage;
  }
  const auto events = read_events(options.events);
  if (!events) {
    err << events.error() << '\n';
    return bad_usage;
  }
  const auto trace = read_file(options, beginning_of(*events));
  if (!trace) {
    tell_problems(trace.error(), err);
    return found_problems;
  }
  auto line = (*trace)->start();
  for (auto event = events->begin();; ++event) {
    if (!line) {
      err << line.error() << '\n';
      return found_problems;
    }
    out << line->dump() << '\n';
    if (event == events->end()) return ok;
    line = (*trace)->step(*event);
  }
}

}  // namespace elukaar::app
