#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulate/scenario/coverage.hpp"
#include "simulate/scenario/scenario.hpp"
#include "texts/catalogue.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::simulate {

// One thing that is not as the scenario says.
struct Mismatch {
  SourcePosition where;
  std::string what;      // "status", "told", "the action was refused"
  std::string expected;  // one line or several
  std::string found;
};

// What became of one scenario in one municipality.
struct Outcome {
  std::filesystem::path file;
  std::string title;
  std::string municipality;        // name of its folder
  std::vector<Mismatch> mismatches;  // of the first step that went wrong
  Problems problems;               // the scenario could not be played to its end
  int step = 0;                    // the last one played, from 1
  Timestamp at{};                  // virtual time of it
  std::vector<std::string> path;   // what the case went through: "2026-05-16 informed"
  std::chrono::microseconds took{0};

  bool passed() const { return mismatches.empty() && problems.empty(); }
};

// A municipality's service as scenarios need it: rules and words.
struct Stage {
  workflow::WorkflowPtr workflow;
  texts::Catalogue texts;
};

// What files say, read once for many scenarios. Not thread-safe.
class Library {
 public:
  // Problems: the schemas of events and connectors cannot be read.
  static Result<std::unique_ptr<Library>, Problems> open(std::filesystem::path content_dir);

  // The service of a municipality's file, with these settings laid over it (null node: none).
  Result<Stage, Problems> stage(const std::filesystem::path& file, const documents::Node& settings);
  // The municipality's files that a scenario is for: beside its folder, or those it names.
  Result<std::vector<std::filesystem::path>, Problems> files_of(const Scenario& scenario) const;

  const workflow::SchemaTable& schemas() const { return schemas_; }
  const cloudevents::SchemaCatalogue& events() const { return events_; }
  World::Parts parts(const workflow::WorkflowPtr& workflow) const;

 private:
  Library(std::filesystem::path content_dir, workflow::SchemaTable schemas,
          cloudevents::SchemaCatalogue events);

  std::filesystem::path content_dir_;
  workflow::SchemaTable schemas_;
  cloudevents::SchemaCatalogue events_;
  workflow::TextShelf shelf_;
  std::map<std::pair<std::filesystem::path, std::string>, Stage> stages_;  // by file and settings
};

// Plays a scenario in one municipality. Never throws for what a file may hold.
Outcome play(const Scenario& scenario, const std::filesystem::path& municipality_file,
             Library& library, Coverage& coverage);

}  // namespace elukaar::simulate
