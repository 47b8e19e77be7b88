#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulate/scenario/journey.hpp"
#include "simulate/scenario/play.hpp"

namespace elukaar::simulate {

// Limits of one run.
inline constexpr int max_families = 1'000'000;
inline constexpr int max_years = 20;
inline constexpr std::size_t max_recorded_events = 2'000'000;

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

// How synthetic families and registers behave; shares of one. Assumptions, not measurements: births are
// spread like Estonia's (domain.md §1 gives the yearly number, registration within a month is law), the
// rest is chosen so that every way through the service is walked.
struct Behaviour {
  double applies = 0.85, opts_out = 0.04;         // of families that may apply
  double accepts = 0.75, declines = 0.15;         // of offers; the rest is silence
  double moves_within_a_year = 0.03, is_protected = 0.005, lost_custody = 0.01;
  double annulled = 0.001, new_code = 0.002;
  double register_silent = 0.01, register_refuses = 0.003;  // of calls
  double review_accepts = 0.85;
  double offered_in_round = 0.45;                 // of the queue, a round
};

// What a run of many families came to.
struct PopulationRun {
  std::map<engine::CaseRef, Journey> journeys;
  std::map<std::string, std::int64_t> born;  // child's key → birthday, days since 1970
  std::map<std::string, int> parked;         // by reason
  std::map<std::string, int> refused;        // actions, by reason
  std::vector<Json> cases;                   // as they stand at the end, for `workflow migrate`
  Timestamp until{};
  std::uint64_t inputs = 0;                  // events, timers, answers, actions carried through
};

// Lets synthetic families go through a municipality's service. What each family does depends on the
// seed, the family and the opportunity alone, so that two versions of a file meet the same families, and
// so that groups of families, each in a world of its own, may run on several threads.
PopulationRun run_families(const Library& library, const workflow::WorkflowPtr& workflow,
                           const FamilyOptions& options);

// Plays recorded events (structured CloudEvents after the intake, one a line) in the order of their
// times; registers answer as in run_families. Problems: lines that cannot be read, with their numbers.
Result<PopulationRun, Problems> run_events(const Library& library,
                                           const workflow::WorkflowPtr& workflow,
                                           const std::filesystem::path& events, std::uint64_t seed);

}  // namespace elukaar::simulate
