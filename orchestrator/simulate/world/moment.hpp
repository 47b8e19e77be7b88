#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "calendar/term.hpp"

namespace elukaar::simulate {

// A moment as people write it, on the clocks of Tallinn: "2026-05-04" (its beginning),
// "2026-05-04 09:30", or RFC 3339. Nothing for any other text.
std::optional<Timestamp> parse_moment(std::string_view text);
// "2026-05-04 09:30" on the clocks of Tallinn, with seconds where there are some; the date alone at its
// beginning.
std::string to_moment_text(Timestamp time);

// A stretch of time: "5 minutes", "3 days", "2 weeks", "18 months", "1 year", or ISO 8601. Calendar
// steps, no legal term.
std::optional<calendar::Period> parse_stretch(std::string_view text);

}  // namespace elukaar::simulate
