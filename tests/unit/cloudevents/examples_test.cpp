// What the folder of events says of itself: every example conforms, and the intake takes no less than
// the topic knows.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "cloudevents/schema_catalogue.hpp"

namespace elukaar::cloudevents {
namespace {

const std::filesystem::path events{ELUKAAR_EVENTS};

SchemaCatalogue read(Result<SchemaCatalogue, Problems> loaded) {
  if (!loaded) throw std::runtime_error(to_text(loaded.error().front()));
  return *loaded;
}

std::vector<CloudEvent> examples() {
  std::ifstream file(events / "examples/place.jsonl");
  std::vector<CloudEvent> found;
  for (std::string line; std::getline(file, line);) {
    auto event = decode_json(line, Door::topic);
    if (!event) throw std::runtime_error(line + ": " + event.error().text());
    found.push_back(std::move(*event));
  }
  return found;
}

TEST(Examples, of_the_place_conform_to_their_schemas) {
  const SchemaCatalogue catalogue = read(SchemaCatalogue::load_events(events));
  const auto found = examples();
  ASSERT_GT(found.size(), 20u);
  for (const CloudEvent& event : found) {
    const auto checked = catalogue.check(event);
    EXPECT_TRUE(checked) << event.type << ": " << checked.error().text();
    Json broken = event.data;
    broken.erase(broken.begin());
    EXPECT_FALSE(catalogue.check(event.type, broken)) << event.type;
  }
}

TEST(Examples, of_the_place_cover_every_event_of_the_service) {
  std::set<std::string> shown{"ee.elukaar.status.changed.v1", "ee.elukaar.proactive.opted-out.v1",
                              "ee.elukaar.notification.requested.v1"};
  for (const CloudEvent& event : examples()) shown.insert(event.type);
  const SchemaCatalogue catalogue = read(SchemaCatalogue::load_events(events));
  for (const std::string& type : catalogue.types()) {
    // What the population register sends has its form at the intake.
    EXPECT_TRUE(catalogue.from_register(type) || shown.contains(type)) << type << " has no example";
  }
}

TEST(Examples, pass_the_intake_where_it_knows_their_type) {
  const SchemaCatalogue intake = read(SchemaCatalogue::load(events / "intake"));
  int known = 0;
  for (const CloudEvent& event : examples()) {
    if (intake.schema(event.type) == nullptr) continue;
    ++known;
    const auto checked = intake.check(event);
    EXPECT_TRUE(checked) << event.type << ": " << checked.error().text();
    Json undeclared = event.data;
    undeclared["childName"] = "Unmistakable";
    EXPECT_FALSE(intake.check(event.type, undeclared)) << event.type;
  }
  EXPECT_GE(known, 10);
}

}  // namespace
}  // namespace elukaar::cloudevents
