#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace elukaar {

// A moment, UTC, in microseconds: PostgreSQL's resolution, so that what was stored is what was meant.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// A calendar day without a zone; days of terms and of births are days in Europe/Tallinn.
using Date = std::chrono::sys_days;

// RFC 3339 in UTC, "2026-05-04T06:00:00Z", with a fraction only where there is one.
std::string to_rfc3339(Timestamp time);
// RFC 3339 with any offset. Nothing for any other text, nor for a date that does not exist.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// "2026-05-04".
std::string to_iso_date(Date date);
std::optional<Date> parse_iso_date(std::string_view text);

}  // namespace elukaar
