#include "calendar/calendar.hpp"

#include <algorithm>

namespace elukaar::calendar {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;

constexpr int longest_walk = 100 * 250;  // working days that one term may count

// The day with the same number, or the month's last where there is none.
Date add_months(Date day, int months) {
  const year_month_day ymd{day};
  const auto target = ymd.year() / ymd.month() + std::chrono::months{months};
  const auto last = (target / std::chrono::last).day();
  return Date{target / std::min(ymd.day(), last)};
}

// Days off with a fixed date (PTS §§ 1-2).
bool is_fixed_holiday(const year_month_day& ymd) {
  const unsigned month = static_cast<unsigned>(ymd.month());
  const unsigned day = static_cast<unsigned>(ymd.day());
  switch (month * 100 + day) {
    case 101:   // New Year
    case 224:   // Independence Day
    case 501:   // May Day
    case 623:   // Victory Day
    case 624:   // Midsummer Day
    case 820:   // Restoration of Independence
    case 1224:  // Christmas Eve
    case 1225:
    case 1226:
      return true;
    default:
      return false;
  }
}

// The first day after `event_day` that is this day of this month; 29 February is 28 in other years.
Date next_such_day(Date event_day, const Term::Until& until) {
  const auto in_year = [&](std::chrono::year year) {
    const auto month = year / std::chrono::month{until.month};
    return Date{month / std::min(std::chrono::day{until.day}, (month / std::chrono::last).day())};
  };
  const std::chrono::year year = year_month_day{event_day}.year();
  const Date this_year = in_year(year);
  return this_year > event_day ? this_year : in_year(year + std::chrono::years{1});
}

}  // namespace

Date easter_sunday(std::chrono::year year) {
  // The anonymous Gregorian computus: golden number, century corrections, epact, Sunday after.
  const int y = static_cast<int>(year);
  const int golden = y % 19;
  const int century = y / 100;
  const int solar = century / 4;
  const int lunar = (8 * century + 13) / 25;
  const int epact = (19 * golden + century - solar - lunar + 15) % 30;
  const int moon = epact - (epact / 28) * (1 - (29 / (epact + 1)) * ((21 - golden) / 11));
  const int weekday = (y + y / 4 + moon + 2 - century + solar) % 7;
  const int offset = moon - weekday;  // days from 28 March
  return Date{year / std::chrono::March / 28} + days{offset};
}

bool Calendar::is_holiday(Date day) const {
  if (rules_.extra_working_days.contains(day)) return false;
  if (rules_.extra_days_off.contains(day)) return true;
  const year_month_day ymd{day};
  if (is_fixed_holiday(ymd)) return true;
  const Date easter = easter_sunday(ymd.year());
  return day == easter - days{2} || day == easter || day == easter + days{49};
}

bool Calendar::is_working_day(Date day) const {
  if (rules_.extra_working_days.contains(day)) return true;
  const std::chrono::weekday weekday{day};
  if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) return false;
  return !is_holiday(day);
}

Date Calendar::working_day_from(Date day) const {
  // A hundred days off in a row are a mistake in the rules, not a holiday.
  for (int walked = 0; walked < 100 && !is_working_day(day); ++walked) day += days{1};
  return day;
}

Date Calendar::working_days_after(Date day, int count) const {
  const days step{count < 0 ? -1 : 1};
  int left = std::min(std::abs(count), longest_walk);
  for (int walked = 0; left > 0 && walked < 4 * longest_walk; ++walked) {
    day += step;
    if (is_working_day(day)) --left;
  }
  return day;
}

Date Calendar::term_end(Date event_day, const Term& term) const {
  return shifted(corresponding_day(event_day, term), term);
}

Date Calendar::corresponding_day(Date event_day, const Term& term) const {
  struct Visitor {
    const Calendar& calendar;
    Date event_day;
    Date operator()(const Term::Days& term) const { return event_day + days{term.count}; }
    Date operator()(const Term::WorkingDays& term) const {
      return calendar.working_days_after(event_day, term.count);
    }
    Date operator()(const Term::Months& term) const { return add_months(event_day, term.count); }
    Date operator()(const Term::Until& term) const { return next_such_day(event_day, term); }
  };
  return std::visit(Visitor{*this, event_day}, term.form());
}

Date Calendar::shifted(Date day, const Term& term) const {
  const bool fixed = std::holds_alternative<Term::Until>(term.form());
  return fixed && !rules_.shift_if_day_off ? day : working_day_from(day);
}

Date add_period(Date day, const Period& period) {
  return add_months(day, period.months) + days{period.days} +
         std::chrono::floor<days>(period.time);
}

int age_in_months(Date born, Date day) {
  const year_month_day from{born}, to{day};
  int months = (static_cast<int>(to.year()) - static_cast<int>(from.year())) * 12 +
               static_cast<int>(static_cast<unsigned>(to.month())) -
               static_cast<int>(static_cast<unsigned>(from.month()));
  while (add_months(born, months) > day) --months;
  return months;
}

}  // namespace elukaar::calendar
