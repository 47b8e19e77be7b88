#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "texts/catalogue.hpp"
#include "workflow/load/schemas.hpp"
#include "workflow/model/workflow.hpp"
#include "documents/yaml.hpp"

namespace elukaar::workflow {

// Where a workflow file's surroundings come from. Borrowed for the length of a call.
struct Sources {
  std::filesystem::path workflows_dir;  // bases: <key>/<release>/workflow.yaml
  const Schemas& schemas;
  // The texts of a service by its key; null: nothing is said about texts.
  std::function<const texts::Facts*(const std::string& service)> texts{};
  // Laid over the file as a merge patch before anything is read: settings to try out. Null: none.
  const documents::Node* tried = nullptr;
};

// One municipality's service as its file says, or a base by itself (which can be looked at, not run:
// it has no municipality and no settings).
struct Loaded {
  WorkflowPtr workflow;
  std::vector<texts::Override> texts;  // the municipality's own words
  Problems warnings;
};

// Reads, merges, checks and compiles one file. All problems at once, at least one of them an error.
Result<Loaded, Problems> load(const std::filesystem::path& file, const Sources& sources);

// Compiles `Workflow::canonical` again, to the same digest: a running case keeps its version. Texts are
// not asked: they float. Places in messages say where in the case's source, not in a file.
Result<WorkflowPtr, Problems> compile_canonical(const std::string& canonical,
                                                const Schemas& schemas);

// One municipality's service with its texts, ready to run.
struct Service {
  std::filesystem::path file;
  WorkflowPtr workflow;
  texts::Catalogue texts;
  Problems warnings;
};

// The services of these municipality files, with the texts of `workflows/<service>/texts` below
// `content_dir`. Blocking; for the start of the program.
Result<std::vector<Service>, Problems> load_files(const std::vector<std::filesystem::path>& files,
                                                  const std::filesystem::path& content_dir,
                                                  const Schemas& schemas);

// Every municipality's services: all `workflows/municipalities/*/*.yaml` below `content_dir`, with the
// texts of `workflows/<service>/texts`. Blocking; for the start of the program and for lint.
Result<std::vector<Service>, Problems> load_all(const std::filesystem::path& content_dir,
                                                const Schemas& schemas);

// Reads text files once for many municipalities.
class TextShelf {
 public:
  explicit TextShelf(std::filesystem::path workflows_dir) : folder_(std::move(workflows_dir)) {}

  // The texts of a service, read at the first call; null where they cannot be read or are wrong, which
  // is added to the problems once.
  const texts::Catalogue* find(const std::string& service, Problems& problems);

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::optional<texts::Catalogue>> read_;
};

}  // namespace elukaar::workflow
