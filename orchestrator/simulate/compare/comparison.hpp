#pragma once

#include <iosfwd>

#include "simulate/population/population.hpp"

namespace elukaar::simulate {

// What an edit changes for one case.
struct CaseDifference {
  std::string name;                 // the subject's key, or the event that started the case
  bool only_old = false;            // the case exists under one version only
  bool only_new = false;
  bool path = false;                // other texts, or the same in another order
  bool messages = false;            // other messages, or at other times
  bool deadlines = false;           // another promised day, another end of a legal clock
  bool timers = false;              // another timer is armed at the end
  bool outcome = false;             // another state at the end
  std::vector<std::string> lines;   // "informed  2026-05-16 → 2027-08-02"
};

struct Comparison {
  std::size_t cases = 0;            // under either version
  std::vector<CaseDifference> different;
  std::size_t messages_old = 0, messages_new = 0;
  std::size_t counted(bool CaseDifference::*what) const;
};

// Lays two runs over the same input side by side, case by case (a case is known by the event that
// started it).
Comparison compare_runs(const PopulationRun& before, const PopulationRun& after);

// The sums, then the first `most` cases one by one.
void print_comparison(const Comparison& comparison, std::size_t most, std::ostream& out);
Json comparison_json(const Comparison& comparison, std::size_t most);

}  // namespace elukaar::simulate
