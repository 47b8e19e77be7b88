#include <algorithm>

#include <fmt/format.h>

#include "workflow/load/load.hpp"

// The whole of the content folder; apart from load.cpp, which needs no texts.
namespace elukaar::workflow {
namespace fs = std::filesystem;

const texts::Catalogue* TextShelf::find(const std::string& service, Problems& problems) {
  auto known = read_.find(service);
  if (known == read_.end()) {
    auto catalogue = texts::Catalogue::load(folder_ / service / "texts");
    if (catalogue) {
      known = read_.emplace(service, std::move(*catalogue)).first;
    } else {
      problems.insert(problems.end(), catalogue.error().begin(), catalogue.error().end());
      known = read_.emplace(service, std::nullopt).first;
    }
  }
  return known->second ? &*known->second : nullptr;
}

Result<std::vector<Service>, Problems> load_files(const std::vector<fs::path>& files,
                                                  const fs::path& content_dir,
                                                  const Schemas& schemas) {
  const fs::path workflows = content_dir / "workflows";
  Problems problems;
  TextShelf shelf(workflows);
  const Sources sources{workflows, schemas, [&](const std::string& service) {
                          const texts::Catalogue* texts = shelf.find(service, problems);
                          return texts == nullptr ? nullptr : &texts->facts();
                        }};

  std::vector<Service> services;
  for (const fs::path& file : files) {
    auto loaded = load(file, sources);
    if (!loaded) {
      problems.insert(problems.end(), loaded.error().begin(), loaded.error().end());
      continue;
    }
    const texts::Catalogue* base = shelf.find(loaded->workflow->service, problems);
    if (base == nullptr) continue;
    auto texts = base->with(loaded->texts);
    if (!texts) {
      problems.insert(problems.end(), texts.error().begin(), texts.error().end());
      continue;
    }
    const auto& mine = loaded->workflow;
    for (const Service& other : services) {
      if (other.workflow->service != mine->service ||
          other.workflow->municipality.ehak != mine->municipality.ehak) {
        continue;
      }
      problems.push_back({{file.string(), 1, 1},
                          fmt::format("the municipality {} has this service already, in {}",
                                      mine->municipality.ehak.str(), other.file.string()),
                          "change `ehak`, or remove one of the files", "duplicate-service",
                          Severity::error});
    }
    services.push_back({file, mine, std::move(*texts), std::move(loaded->warnings)});
  }
  if (!problems.empty()) return failure(std::move(problems));
  return services;
}

Result<std::vector<Service>, Problems> load_all(const fs::path& content_dir,
                                                const Schemas& schemas) {
  const fs::path folder = content_dir / "workflows" / "municipalities";
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    // Scenarios stand beside the file that they are played with.
    if (entry.path().parent_path().filename() == "scenarios") continue;
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    return failure(Problems{{{folder.string(), 0, 0}, "there is no municipality's file",
                             "add <municipality>/<service>.yaml",
                             "no-services", Severity::error}});
  }
  return load_files(files, content_dir, schemas);
}

}  // namespace elukaar::workflow
