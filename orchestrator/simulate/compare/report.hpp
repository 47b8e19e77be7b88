#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "simulate/scenario/play.hpp"

namespace elukaar::simulate {

// What became of scenarios, for people: a line for each that went well (`all`) or wrong, with what was
// expected and found, and where.
void print_outcome(const Outcome& outcome, bool all, std::ostream& out);
// The sums, and what was never reached (`missed`: by name).
void print_coverage(const Coverage& coverage, bool missed, std::ostream& out);

Json outcomes_json(const std::vector<Outcome>& outcomes, const Coverage& coverage);
// JUnit XML: a test suite for each file, a test case for each municipality.
std::string outcomes_junit(const std::vector<Outcome>& outcomes);

}  // namespace elukaar::simulate
