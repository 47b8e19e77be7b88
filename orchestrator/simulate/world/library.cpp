#include <algorithm>

#include <fmt/format.h>

#include "simulate/scenario/play.hpp"

namespace elukaar::simulate {
namespace fs = std::filesystem;

Library::Library(fs::path content_dir, workflow::SchemaTable schemas,
                 cloudevents::SchemaCatalogue events)
    : content_dir_(std::move(content_dir)),
      schemas_(std::move(schemas)),
      events_(std::move(events)),
      shelf_((content_dir_ / "workflows").lexically_normal()) {}

Result<std::unique_ptr<Library>, Problems> Library::open(fs::path content_dir) {
  auto schemas = workflow::read_schemas(content_dir);
  if (!schemas) return failure(schemas.error());
  auto events = cloudevents::SchemaCatalogue::load_events(content_dir / "events");
  if (!events) return failure(events.error());
  return std::unique_ptr<Library>(
      new Library(std::move(content_dir), std::move(*schemas), std::move(*events)));
}

Result<Stage, Problems> Library::stage(const fs::path& file, const documents::Node& settings) {
  const bool plain = settings.is(documents::Node::Kind::null);
  const auto key = std::pair{file, plain ? std::string{} : documents::to_json(settings).dump()};
  if (const auto known = stages_.find(key); known != stages_.end()) return known->second;
  Problems problems;
  workflow::Sources sources{(content_dir_ / "workflows").lexically_normal(), schemas_,
                            [&](const std::string& service) {
                              const texts::Catalogue* texts = shelf_.find(service, problems);
                              return texts == nullptr ? nullptr : &texts->facts();
                            }};
  if (!plain) sources.tried = &settings;
  auto loaded = workflow::load(file, sources);
  if (!loaded) return failure(std::move(loaded.error()));
  const texts::Catalogue* base = shelf_.find(loaded->workflow->service, problems);
  if (base == nullptr) return failure(std::move(problems));
  auto texts = base->with(loaded->texts);
  if (!texts) return failure(std::move(texts.error()));
  Stage stage{loaded->workflow, std::move(*texts)};
  stages_.emplace(key, stage);
  return stage;
}

World::Parts Library::parts(const workflow::WorkflowPtr& workflow) const {
  const workflow::Schemas& schemas = schemas_;
  return {{workflow},
          [&schemas](const std::string& canonical) {
            return workflow::compile_canonical(canonical, schemas);
          },
          events_};
}

Result<std::vector<fs::path>, Problems> Library::files_of(const Scenario& scenario) const {
  const auto wrong = [&](std::string what, std::string hint) {
    return failure(Problems{{{scenario.file.string(), 1, 1}, std::move(what), std::move(hint),
                             "no-municipality", Severity::error}});
  };
  const fs::path home = fs::absolute(scenario.file).lexically_normal().parent_path().parent_path();
  const bool beside_municipality = home.parent_path().filename() == "municipalities";
  if (beside_municipality) {
    if (!scenario.municipalities.empty()) {
      return wrong("a scenario in a municipality's folder is for that municipality",
                   "leave `municipality` out, or move the file beside the service");
    }
    std::vector<fs::path> services;
    std::error_code error;
    const fs::path shown = scenario.file.parent_path().parent_path();
    for (const auto& entry : fs::directory_iterator(home, error)) {
      if (entry.path().extension() != ".yaml") continue;
      if (!scenario.service.empty() && entry.path().stem() != scenario.service) continue;
      services.push_back(shown / entry.path().filename());
    }
    if (services.size() != 1) {
      return wrong(fmt::format("expected one service's file in {}, found {}", shown.string(),
                               services.size()),
                   "say which: `service: kindergarten-place`");
    }
    return services;
  }
  if (scenario.municipalities.empty()) {
    return wrong("the scenario does not say for which municipality it is",
                 "add `municipality: rae`, or a list of several");
  }
  const std::string service =
      scenario.service.empty() ? home.filename().string() : scenario.service;
  std::vector<fs::path> files;
  for (const std::string& name : scenario.municipalities) {
    const fs::path file = (content_dir_ / "workflows" / "municipalities" / name / (service + ".yaml"))
                              .lexically_normal();
    std::error_code error;
    if (!fs::exists(file, error)) {
      return wrong(fmt::format("there is no {}", file.string()), "check the municipality's name");
    }
    files.push_back(file);
  }
  return files;
}

}  // namespace elukaar::simulate
