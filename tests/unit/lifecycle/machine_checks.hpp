#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lifecycle/outcome.hpp"

namespace elukaar::lifecycle::test {

// Every state with every event: the machine moves exactly where `expected` has a row.
template <class State, class Event>
void moves_only_by(const std::vector<TableRow<State, Event>>& expected,
                   const std::vector<State>& states, const std::vector<Event>& events) {
  std::size_t accepted = 0;
  for (State state : states) {
    for (Event event : events) {
      SCOPED_TRACE(std::string(to_string(state)) + " + " + std::string(to_string(event)));
      auto outcome = next(state, event);
      const TableRow<State, Event>* row = nullptr;
      for (const auto& candidate : expected) {
        if (candidate.state == state && candidate.event == event) {
          EXPECT_EQ(row, nullptr) << "two rows for one state and event";
          row = &candidate;
        }
      }
      EXPECT_EQ(outcome.accepted, row != nullptr);
      EXPECT_EQ(outcome.next, row != nullptr ? row->next : state);
      EXPECT_TRUE(row != nullptr || outcome.effects.empty());
      accepted += outcome.accepted;
    }
  }
  EXPECT_EQ(accepted, expected.size());
}

inline std::string readme() {
  std::ifstream file(std::string(ELUKAAR_SOURCE_DIR) + "/orchestrator/lifecycle/README.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string migration(const std::string& name) {
  std::ifstream file(std::string(ELUKAAR_SOURCE_DIR) + "/orchestrator/adapters/postgres/schema/" +
                     name + ".sql");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace elukaar::lifecycle::test
