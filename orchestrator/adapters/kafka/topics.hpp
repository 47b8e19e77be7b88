#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace elukaar::adapters::kafka {

struct TopicPlan {
  std::string name;
  int partitions = 8;
  std::chrono::hours retention{24 * 7};
};

// Creates the topics that do not exist yet (`cleanup.policy=delete`); `created` is told their names.
// Throws with the broker's words where it cannot be reached within `patience` or refuses.
void create_topics(const std::string& brokers, const std::vector<TopicPlan>& plans,
                   std::chrono::milliseconds patience,
                   const std::function<void(const std::string&)>& created);

// Throws where no broker answers within `patience`, with what to change.
void expect_broker(const std::string& brokers, std::chrono::milliseconds patience);

}  // namespace elukaar::adapters::kafka
