#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "unit/chart/random_chart.hpp"

namespace elukaar::chart::test {
namespace {

constexpr int charts = 200;
constexpr int steps_per_chart = 20;

// Replays what it is told and complains where that is no walk from one configuration to another.
class Replay final : public Host {
 public:
  Replay(const Chart& chart, const Configuration& from, unsigned guards)
      : chart_(chart), guards_(guards) {
    for (StateIndex s : from.states()) active.insert(s);
  }

  void select_event(const CurrentEvent&) override {}
  Result<bool, std::string> guard(int index, const Configuration& now) override {
    EXPECT_TRUE(chart_.is_legal(now)) << "a guard saw an illegal configuration";
    return (guards_ >> index & 1U) != 0;
  }
  Result<void, std::string> action(int index, const Configuration& now, Raiser& raiser) override {
    std::vector<StateIndex> replayed(active.begin(), active.end());
    EXPECT_EQ(now.states(), replayed) << "an action saw something else than was told";
    if (index >= RandomChart::first_raise) {
      raiser.raise(
          RandomChart::events()[static_cast<std::size_t>(index - RandomChart::first_raise)], 0);
    }
    return {};
  }
  void taken(const Transition& transition) override {
    EXPECT_TRUE(active.contains(transition.source)) << "taken from a state that is not active";
    last_ = Told::nothing;
  }
  void exited(StateIndex state) override {
    EXPECT_TRUE(active.erase(state)) << "left, but not active: " << chart_.state(state).path;
    EXPECT_TRUE(last_ != Told::exit || state < last_state_) << "not in reverse document order";
    last_ = Told::exit;
    last_state_ = state;
  }
  void entered(StateIndex state) override {
    EXPECT_TRUE(active.insert(state).second) << "entered twice: " << chart_.state(state).path;
    EXPECT_TRUE(last_ != Told::entry || last_state_ < state) << "not in document order";
    last_ = Told::entry;
    last_state_ = state;
  }

  std::set<StateIndex> active;

 private:
  enum class Told { nothing, exit, entry };
  const Chart& chart_;
  unsigned guards_;
  Told last_ = Told::nothing;
  StateIndex last_state_{};
};

std::uint64_t seed() {
  const char* set = std::getenv("ELUKAAR_SEED");
  return set != nullptr ? std::strtoull(set, nullptr, 10) : std::random_device{}();
}

void check(const Chart& chart, const StepResult& result, const Replay& host) {
  ASSERT_TRUE(chart.is_legal(result.next));
  EXPECT_EQ(result.done, chart.is_done(result.next));
  Result<Configuration, std::string> restored = chart.restore(chart.active_paths(result.next));
  ASSERT_TRUE(restored) << restored.error();
  EXPECT_EQ(*restored, result.next);
  std::vector<StateIndex> replayed(host.active.begin(), host.active.end());
  if (result.done && result.handled) {
    EXPECT_TRUE(replayed.empty()) << "a chart that is done leaves all its states";
  } else {
    EXPECT_EQ(replayed, result.next.states());
  }
}

TEST(ChartLegality, every_reachable_configuration_of_a_random_chart_is_legal) {
  const std::uint64_t first = seed();
  RecordProperty("seed", std::to_string(first));
  std::printf("seed %llu; set ELUKAAR_SEED to repeat\n", static_cast<unsigned long long>(first));
  int handled = 0;
  int done = 0;
  int faults = 0;
  for (int i = 0; i < charts && !HasFailure(); ++i) {
    SCOPED_TRACE("chart seed " + std::to_string(first + static_cast<std::uint64_t>(i)));
    RandomChart random(first + static_cast<std::uint64_t>(i));
    Result<Chart, Problems> chart = compile(random.make());
    if (!chart) FAIL() << to_text(chart.error().front());
    auto guards = [&] { return static_cast<unsigned>(random.number(0, 63)); };
    Replay at_start(*chart, {}, guards());
    Result<StepResult, Fault> result = start(*chart, at_start);
    for (int n = 0; result; ++n) {
      if (n == 0) check(*chart, *result, at_start);
      if (n == steps_per_chart || result->done || HasFailure()) break;
      std::string event = random.event();
      Configuration from = result->next;
      bool candidate = chart->handles(from, event);
      Replay host(*chart, from, guards());
      result = step(*chart, from, event, host);
      if (!result) break;
      check(*chart, *result, host);
      EXPECT_TRUE(candidate || !result->handled);
      EXPECT_TRUE(result->handled || result->next == from);
      handled += result->handled;
      done += result->done;
    }
    if (!result) {
      ++faults;
      EXPECT_EQ(result.error().kind == FaultKind::guard_failed ||
                    result.error().kind == FaultKind::action_failed,
                false);
    }
  }
  // The generator must reach what the test is about.
  EXPECT_GT(handled, charts);
  EXPECT_GT(done, 0);
  EXPECT_LT(faults, charts / 2);
}

}  // namespace
}  // namespace elukaar::chart::test
