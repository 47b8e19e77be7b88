#pragma once

#include <filesystem>

#include "calendar/calendar.hpp"
#include "documents/yaml.hpp"

namespace elukaar::workflow {

// Estonia's calendar with the exceptions of `<content_dir>/calendar.yaml`; where there is no such file,
// none. It holds for all municipalities of one program:
//
//   daysOff: [2027-01-04]         # that the government has made one
//   workingDays: [2027-01-16]     # although a weekend or a holiday
//   shiftIfDayOff: true           # whether `until 15 May` moves from a day off like any other term
//
// Rules: those of read_yaml, unknown-key, wrong-type, bad-date (no date, or both off and working).
Result<calendar::Calendar, Problems> read_calendar(const std::filesystem::path& content_dir);

}  // namespace elukaar::workflow
