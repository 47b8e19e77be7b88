#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "calendar/term.hpp"
#include "simulate/world/world.hpp"
#include "documents/reader.hpp"

namespace elukaar::simulate {

// Limits of one scenario file.
inline constexpr std::size_t max_steps = 500;

// How a system answers from now on, as the file says. References in `result` are not yet resolved.
struct SystemRule {
  Reply::Kind kind = Reply::Kind::answer;
  documents::Node result;
  std::chrono::seconds takes{0};
  std::chrono::seconds unavailable{0};
  SourcePosition where;
};

// One thing that happens, and what is expected of it.
struct ScenarioStep {
  enum class Kind { wait, event, action, answer };
  Kind kind = Kind::wait;
  SourcePosition where;
  std::optional<Timestamp> at;
  std::optional<calendar::Period> after;
  std::string name;       // event, action, or "role.operation" of the answer
  SourcePosition name_where;
  std::string by;         // action: the person
  std::string id;         // event: its own id, for a repeat; empty: a new one
  std::optional<std::string> subject;  // action: what it is about; nothing: as the page offers it now
  std::optional<std::int64_t> version;  // … and its version
  std::string reason;     // action: code
  std::string as;         // what later steps call the action's id
  std::optional<Timestamp> happened;      // event: its own time; nothing: now
  documents::Node data;                    // event, action's form
  std::map<std::string, SystemRule> registers;  // change before the step
  documents::Node expect;                  // mapping, keys checked; null: nothing said
};

// One scenario file: written by a service owner, read aloud by anybody. What the words mean stands in
// workflows/README.md.
struct Scenario {
  std::filesystem::path file;
  std::string title;
  std::string service;                      // empty: the one that the folder has
  std::vector<std::string> municipalities;  // of a scenario beside the service; else empty
  std::vector<std::string> persons;
  documents::Node settings;                  // laid over the municipality's file; null: none
  std::map<std::string, SystemRule> registers;
  Timestamp start{};
  std::vector<ScenarioStep> steps;
};

// Reads and checks one file. All problems at once, with their places.
// Rules: unknown-key, missing-key, wrong-type, bad-moment, bad-stretch, bad-step, bad-register, bad-name,
// too-many-steps.
Result<Scenario, Problems> read_scenario(const std::filesystem::path& file);

// The scenario files behind a path: itself, or every `scenarios/*.yaml` below a folder, sorted.
std::vector<std::filesystem::path> find_scenarios(const std::filesystem::path& path);

// Whether a file lies in a folder `scenarios`: no workflow file, wherever that folder is.
bool is_scenario_file(const std::filesystem::path& path);

}  // namespace elukaar::simulate
