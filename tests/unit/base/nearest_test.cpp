#include "base/nearest.hpp"

#include <gtest/gtest.h>

namespace elukaar {
namespace {

TEST(Nearest, finds_the_word_that_was_meant) {
  EXPECT_EQ(nearest("posision", {"position", "rule", "offer"}), "position");
  EXPECT_EQ(nearest("gaurd", {"target", "guard"}), "guard");
}

TEST(Nearest, says_nothing_where_nothing_is_close) {
  EXPECT_EQ(nearest("kindergarten", {"rule", "offer"}), "");
}

}  // namespace
}  // namespace elukaar
