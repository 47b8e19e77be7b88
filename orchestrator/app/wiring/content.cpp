#include "app/wiring/content.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "workflow/load/calendar_file.hpp"

namespace elukaar::app {

std::string in_lines(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_text(problem);
  }
  return text;
}

Content read_content(const Settings& settings) {
  auto events = value_or_throw(cloudevents::SchemaCatalogue::load_events(settings.content_dir / "events"));
  auto forms = value_or_throw(engine::IntakeForms::build(
      value_or_throw(cloudevents::SchemaCatalogue::load(settings.content_dir / "events" / "intake")), events));
  auto schemas = value_or_throw(workflow::read_schemas(settings.content_dir));
  std::vector<std::filesystem::path> files;
  for (const auto& served : settings.municipalities) files.push_back(served.workflow);
  auto services = value_or_throw(workflow::load_files(files, settings.content_dir, schemas));
  for (std::size_t i = 0; i < services.size(); ++i) {
    if (services[i].workflow->municipality.ehak != settings.municipalities[i].ehak) {
      throw CannotStart(fmt::format(
          "{}: municipality {} is to be served by {}, which is the file of municipality {}",
          settings.file.string(), settings.municipalities[i].ehak.str(), files[i].string(),
          services[i].workflow->municipality.ehak.str()));
    }
  }
  auto keyring = value_or_throw(privacy::Keyring::load(settings.keys_dir));
  auto calendar = value_or_throw(workflow::read_calendar(settings.content_dir));
  return {std::move(events), std::move(schemas), std::move(calendar), std::move(services),
          std::move(forms), std::move(keyring)};
}

}  // namespace elukaar::app
