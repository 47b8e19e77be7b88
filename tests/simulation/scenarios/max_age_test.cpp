// Events from before duplicates are remembered start no case.
#include <gtest/gtest.h>

#include "simulate/scenario/play.hpp"
#include "simulate/world/world.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::simulate {
namespace {

const std::filesystem::path source{ELUKAAR_SOURCE_DIR};

class NobodyAnswers : public Systems {
 public:
  Reply answer(const StoredCall&, Timestamp) override { return {Reply::Kind::silence}; }
};

cloudevents::CloudEvent birth(Timestamp happened, const std::string& id) {
  cloudevents::CloudEvent event;
  event.id = id;
  event.source = "/rr";
  event.type = "ee.elukaar.birth.registered.v1";
  event.time = happened;
  event.municipality = Municipality{"0653"};
  event.partition_key = "p1_mychildmychildmychild";
  event.data = {{"child", {{"key", "p1_mychildmychildmychild"}, {"bornOn", "2026-05-02"}}},
                {"residenceKov", "0653"}};
  return event;
}

TEST(MaxAge, parks_a_start_event_that_happened_too_long_ago) {
  auto library = Library::open(source);
  ASSERT_TRUE(library);
  const auto loaded = workflow::load(source / "workflows/municipalities/rae/kindergarten-place.yaml",
                                     {source / "workflows", (*library)->schemas()});
  ASSERT_TRUE(loaded);
  OrderedJson canonical = OrderedJson::parse(loaded->workflow->canonical);
  canonical["events"]["birth-registered"]["maxAge"] = "P30D";
  const auto limited = workflow::compile_canonical(canonical.dump(), (*library)->schemas());
  ASSERT_TRUE(limited) << to_text(limited.error().front());

  NobodyAnswers systems;
  const Timestamp now = parse_rfc3339("2026-06-10T08:00:00Z").value();
  World world((*library)->parts(*limited), systems, now);
  std::vector<std::string> parked;
  int decided = 0;
  world.on_parked([&](const engine::BatchNote& note) { parked.push_back(note.reason); });
  world.on_decided([&](const Decided&) { ++decided; });
  world.deliver(birth(now - std::chrono::hours{24 * 30 + 1}, "old"));
  EXPECT_EQ(parked, std::vector<std::string>{"too-old"});
  EXPECT_EQ(decided, 0);
  world.deliver(birth(now - std::chrono::hours{24 * 30 - 1}, "recent"));
  EXPECT_EQ(parked.size(), 1u);
  EXPECT_GT(decided, 0);
}

}  // namespace
}  // namespace elukaar::simulate
