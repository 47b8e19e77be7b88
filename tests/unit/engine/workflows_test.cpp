// The workflows in force, and older ones that running cases keep.
#include <gtest/gtest.h>

#include "unit/engine/town.hpp"

namespace elukaar::engine {
namespace {

using OlderReleases = test::Town;

TEST_F(OlderReleases, keep_their_rules_and_take_the_systems_of_today) {
  std::string source = workflow->canonical;
  const std::string today = R"("place-register":"arno")", then = R"("place-register":"manual")";
  ASSERT_NE(source.find(today), std::string::npos);
  source.replace(source.find(today), today.size(), then);
  const auto older = of_library.compile(source).value();
  EXPECT_TRUE(older->municipality.does_by_hand("place-register"));

  const int number = store.release_number(*older);
  const auto found = workflows.by_number(number, store);
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ((*found)->digest, older->digest);
  EXPECT_EQ((*found)->canonical, source);
  EXPECT_FALSE((*found)->municipality.does_by_hand("place-register"));
  EXPECT_EQ((*found)->municipality.systems, workflow->municipality.systems);
  EXPECT_EQ(workflows.number_of(*found), number);
  EXPECT_EQ(workflows.by_number(number, store).value(), *found) << "compiled once";
  const auto nothing = [](int) -> std::optional<std::string> {
    ADD_FAILURE() << "it is known";
    return std::nullopt;
  };
  EXPECT_EQ(workflows.by_digest(older->digest, number, nothing).value(), *found);
  EXPECT_EQ(workflows.by_digest(workflow->digest, -1, nothing).value(), workflow);
  EXPECT_FALSE(workflows.by_digest("another", -1, [](int) { return std::nullopt; }));
}

}  // namespace
}  // namespace elukaar::engine
