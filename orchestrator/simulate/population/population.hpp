#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulate/population/behaviour.hpp"
#include "simulate/scenario/journey.hpp"
#include "simulate/scenario/play.hpp"

namespace elukaar::simulate {

// Limits of one run.
inline constexpr int max_families = 1'000'000;
inline constexpr int max_years = 20;
inline constexpr std::size_t max_recorded_events = 2'000'000;
inline constexpr int max_acts = 10'000;  // of a family, or about one case

struct FamilyOptions {
  int families = 1'000;
  std::uint64_t seed = 1;
  Date from = Date{std::chrono::year{2026} / 1 / 1};
  int years = 3;
  bool keep_cases = false;  // fills PopulationRun::cases
  unsigned threads = 0;     // 0: as many as the machine has cores; the outcome is the same
  // Told from time to time how many families are through; by any thread, one at a time.
  std::function<void(int done)> progress{};
};

// What a run of many families came to.
struct PopulationRun {
  std::map<engine::CaseRef, Journey> journeys;
  std::map<engine::CaseRef, Timestamp> age_from;  // what an age counts from; absent: it is not known
  Measures measures;                   // as the behaviour declares them
  std::map<std::string, int> parked;   // by reason
  std::map<std::string, int> refused;  // what was tried and could not be done, by reason
  std::vector<Json> cases;             // as they stand at the end, for `workflow migrate`
  Timestamp until{};
  std::uint64_t inputs = 0;            // events, timers, answers, actions carried through
};

// Lets synthetic families go through a municipality's service as its behaviour says. What each family does
// depends on the seed, the family and the occasion alone, so that two versions of a file meet the same
// families, and so that groups of families, each in a world of its own, may run on several threads.
PopulationRun run_families(const Library& library, const workflow::WorkflowPtr& workflow,
                           const Behaviour& behaviour, const FamilyOptions& options);

// Plays recorded events (structured CloudEvents after the intake, one a line) in the order of their
// times; registers answer as in run_families. Problems: lines that cannot be read, with their numbers.
Result<PopulationRun, Problems> run_events(const Library& library,
                                           const workflow::WorkflowPtr& workflow,
                                           const Behaviour& behaviour,
                                           const std::filesystem::path& events, std::uint64_t seed);

}  // namespace elukaar::simulate
