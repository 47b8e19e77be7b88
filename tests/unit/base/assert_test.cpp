#include "base/assert.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace elukaar {
namespace {

TEST(Assert, GoesOnWhereTheConditionHolds) {
  int asked = 0;
  const auto sentence = [&] {
    ++asked;
    return std::string{"expected two"};
  };
  ELUKAAR_ASSERT(1 + 1 == 2, sentence());
  EXPECT_EQ(asked, 0) << "the sentence is made only when it is needed";
}

TEST(AssertDeathTest, AbortsInEveryBuildAndSaysWhereAndWhat) {
  const std::string name = "lane 7";
  EXPECT_EXIT(ELUKAAR_ASSERT(name.empty(), "expected no lane, found " + name),
              testing::KilledBySignal(SIGABRT),
              "assert_test.cpp:[0-9]+: expected no lane, found lane 7");
}

// What a function without a value at its end needs.
int number_of(bool known) {
  if (known) return 1;
  ELUKAAR_ASSERT(false, "expected what is known");
}

TEST(AssertDeathTest, EndsAFunctionThatHasNothingToAnswer) {
  EXPECT_EQ(number_of(true), 1);
  EXPECT_EXIT(number_of(false), testing::KilledBySignal(SIGABRT), "expected what is known");
}

}  // namespace
}  // namespace elukaar
