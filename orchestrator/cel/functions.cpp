#include "cel/functions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <re2/re2.h>

#include "calendar/calendar.hpp"
#include "cel/program.hpp"

namespace elukaar::cel {

using Kind = Value::Kind;

class Pattern {
 public:
  explicit Pattern(std::string_view text)
      : regex_(re2::StringPiece(text.data(), text.size()), options()) {}
  bool ok() const { return regex_.ok(); }
  const std::string& error() const { return regex_.error(); }
  bool found_in(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex_);
  }

 private:
  static RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    return options;
  }
  RE2 regex_;
};

Result<std::shared_ptr<const Pattern>, std::string> compile_pattern(std::string_view text) {
  auto pattern = std::make_shared<const Pattern>(text);
  if (!pattern->ok()) return failure(pattern->error());
  return pattern;
}

namespace {

std::vector<Signature> make_signatures() {
  using F = Function;
  using K = Type::Kind;
  std::vector<Signature> all;
  const auto add = [&](F function, std::string_view name, std::vector<K> arguments, K result) {
    all.push_back({function, name, false, std::move(arguments), result});
  };
  const auto method = [&](F function, std::string_view name, std::vector<K> arguments, K result) {
    all.push_back({function, name, true, std::move(arguments), result});
  };
  constexpr K dyn = K::dyn, boolean = K::boolean, integer = K::integer, uint = K::unsigned_integer,
              floating = K::floating, string = K::string, bytes = K::bytes, timestamp = K::timestamp,
              duration = K::duration, date = K::date, list = K::list, map = K::map;

  for (const auto& [function, sign] : {std::pair{F::equals, "=="}, {F::differs, "!="}}) {
    add(function, sign, {dyn, dyn}, boolean);
  }
  constexpr std::pair<F, const char*> relations[] = {{F::less, "<"}, {F::less_or_equal, "<="},
                                                     {F::greater, ">"}, {F::greater_or_equal, ">="}};
  for (const auto& [function, sign] : relations) {
    for (const K a : {integer, uint, floating}) {
      for (const K b : {integer, uint, floating}) add(function, sign, {a, b}, boolean);
    }
    for (const K kind : {boolean, string, bytes, timestamp, duration, date}) {
      add(function, sign, {kind, kind}, boolean);
    }
  }
  add(F::in, "in", {dyn, list}, boolean);
  add(F::in, "in", {dyn, map}, boolean);
  for (const K kind : {integer, uint, floating}) {
    add(F::add, "+", {kind, kind}, kind);
    add(F::subtract, "-", {kind, kind}, kind);
    add(F::multiply, "*", {kind, kind}, kind);
    add(F::divide, "/", {kind, kind}, kind);
    if (kind != floating) add(F::modulo, "%", {kind, kind}, kind);
    if (kind != uint) add(F::negate, "-", {kind}, kind);
  }
  for (const K kind : {string, bytes, list, duration}) add(F::add, "+", {kind, kind}, kind);
  add(F::add, "+", {timestamp, duration}, timestamp);
  add(F::add, "+", {duration, timestamp}, timestamp);
  add(F::subtract, "-", {timestamp, timestamp}, duration);
  add(F::subtract, "-", {timestamp, duration}, timestamp);
  add(F::subtract, "-", {duration, duration}, duration);
  add(F::logical_not, "!", {boolean}, boolean);

  for (const K kind : {string, bytes, list, map}) {
    add(F::size, "size", {kind}, integer);
    method(F::size, "size", {kind}, integer);
  }
  method(F::contains, "contains", {string, string}, boolean);
  method(F::starts_with, "startsWith", {string, string}, boolean);
  method(F::ends_with, "endsWith", {string, string}, boolean);
  method(F::matches, "matches", {string, string}, boolean);
  add(F::matches, "matches", {string, string}, boolean);
  const auto conversion = [&](F function, std::string_view name, std::initializer_list<K> from, K to) {
    for (const K kind : from) add(function, name, {kind}, to);
  };
  conversion(F::to_bool, "bool", {boolean, string}, boolean);
  conversion(F::to_int, "int", {integer, uint, floating, string, timestamp}, integer);
  conversion(F::to_uint, "uint", {integer, uint, floating, string}, uint);
  conversion(F::to_double, "double", {integer, uint, floating, string}, floating);
  conversion(F::to_string, "string", {boolean, integer, uint, floating, string, bytes, timestamp,
                                      duration, date}, string);
  conversion(F::to_bytes, "bytes", {bytes, string}, bytes);
  conversion(F::to_timestamp, "timestamp", {timestamp, string, integer, date}, timestamp);
  conversion(F::to_duration, "duration", {duration, string}, duration);
  add(F::to_dyn, "dyn", {dyn}, dyn);
  add(F::type_of, "type", {dyn}, K::type);

  constexpr std::pair<F, const char*> calendar_parts[] = {
      {F::full_year, "getFullYear"}, {F::month, "getMonth"}, {F::day_of_month, "getDayOfMonth"},
      {F::date_of_month, "getDate"}, {F::day_of_week, "getDayOfWeek"},
      {F::day_of_year, "getDayOfYear"}};
  for (const auto& [function, name] : calendar_parts) {
    method(function, name, {timestamp}, integer);
    method(function, name, {timestamp, string}, integer);
    method(function, name, {date}, integer);
  }
  constexpr std::pair<F, const char*> clock_parts[] = {
      {F::hours, "getHours"}, {F::minutes, "getMinutes"}, {F::seconds, "getSeconds"},
      {F::milliseconds, "getMilliseconds"}};
  for (const auto& [function, name] : clock_parts) {
    method(function, name, {timestamp}, integer);
    method(function, name, {timestamp, string}, integer);
    method(function, name, {duration}, integer);
  }

  add(F::date, "date", {string}, date);
  add(F::date, "date", {timestamp}, date);
  add(F::date, "date", {date}, date);
  add(F::add_period, "addPeriod", {date, string}, date);
  add(F::add_period, "addPeriod", {timestamp, string}, timestamp);
  for (const K kind : {date, timestamp}) {
    add(F::term_end, "termEnd", {kind, string}, date);
    add(F::working_days_after, "workingDaysAfter", {kind, integer}, date);
    add(F::is_working_day, "isWorkingDay", {kind}, boolean);
    for (const K other : {date, timestamp}) {
      add(F::age_in_months, "ageInMonths", {kind, other}, integer);
    }
  }
  add(F::deadline, "deadline", {string}, date);
  add(F::state, "state", {string}, boolean);
  add(F::clock, "clock", {string}, map);
  return all;
}

FunctionResult refused(std::string what) { return failure(std::move(what)); }

FunctionResult overflow(std::string_view operation) {
  return refused(fmt::format("the result of `{}` is too large", operation));
}

constexpr auto largest_int = std::numeric_limits<std::int64_t>::max();
constexpr auto smallest_int = std::numeric_limits<std::int64_t>::min();

FunctionResult arithmetic(Function function, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (function) {
    case Function::add:
      if (__builtin_add_overflow(a, b, &result)) return overflow("+");
      return Value::integer(result);
    case Function::subtract:
      if (__builtin_sub_overflow(a, b, &result)) return overflow("-");
      return Value::integer(result);
    case Function::multiply:
      if (__builtin_mul_overflow(a, b, &result)) return overflow("*");
      return Value::integer(result);
    default:
      if (b == 0) return refused("division by zero");
      if (a == smallest_int && b == -1) return overflow(function == Function::divide ? "/" : "%");
      return Value::integer(function == Function::divide ? a / b : a % b);
  }
}

FunctionResult arithmetic(Function function, std::uint64_t a, std::uint64_t b) {
  std::uint64_t result = 0;
  switch (function) {
    case Function::add:
      if (__builtin_add_overflow(a, b, &result)) return overflow("+");
      return Value::unsigned_integer(result);
    case Function::subtract:
      if (__builtin_sub_overflow(a, b, &result)) return refused("the result of `-` is below zero");
      return Value::unsigned_integer(result);
    case Function::multiply:
      if (__builtin_mul_overflow(a, b, &result)) return overflow("*");
      return Value::unsigned_integer(result);
    default:
      if (b == 0) return refused("division by zero");
      return Value::unsigned_integer(function == Function::divide ? a / b : a % b);
  }
}

Value arithmetic(Function function, double a, double b) {
  switch (function) {
    case Function::add: return Value::floating(a + b);
    case Function::subtract: return Value::floating(a - b);
    case Function::multiply: return Value::floating(a * b);
    default: return Value::floating(a / b);
  }
}

FunctionResult time_arithmetic(Function function, const Value& a, const Value& b) {
  const bool adds = function == Function::add;
  const Moment result = adds ? plus(a.as_moment(), b.as_moment()) : minus(a.as_moment(), b.as_moment());
  const bool moment = adds ? a.is(Kind::timestamp) || b.is(Kind::timestamp)
                           : a.is(Kind::timestamp) && b.is(Kind::duration);
  if (moment) {
    if (!valid_timestamp(result)) return refused("expected a timestamp in the years 1 to 9999");
    return Value::timestamp(result);
  }
  if (!valid_duration(result)) return overflow(adds ? "+" : "-");
  return Value::duration(result);
}

FunctionResult concatenated(const Value& a, const Value& b, Arena& arena) {
  if (a.is_list()) {
    std::vector<Value> items;
    items.reserve(a.list_size() + b.list_size());
    for (const Value& list : {a, b}) {
      for (std::size_t i = 0; i < list.list_size(); ++i) items.push_back(list.list_item(i));
    }
    return Value::list(arena.keep(std::move(items)));
  }
  std::string text(a.as_text());
  text += b.as_text();
  const std::string_view kept = arena.keep(std::move(text));
  return a.is(Kind::string) ? Value::string(kept) : Value::bytes(kept);
}

FunctionResult compute(Function function, const Value& a, const Value& b, Arena& arena) {
  if (a.kind() == b.kind() && a.is(Kind::integer)) {
    return arithmetic(function, a.as_integer(), b.as_integer());
  }
  if (a.kind() == b.kind() && a.is(Kind::unsigned_integer)) {
    return arithmetic(function, a.as_unsigned(), b.as_unsigned());
  }
  if (a.is(Kind::floating)) return arithmetic(function, a.as_floating(), b.as_floating());
  if (a.is(Kind::timestamp) || a.is(Kind::duration)) return time_arithmetic(function, a, b);
  return concatenated(a, b, arena);
}

FunctionResult related(Function function, const Value& a, const Value& b) {
  const auto order = compare(a, b);
  if (!order) return Value::boolean(false);  // NaN
  switch (function) {
    case Function::less: return Value::boolean(*order < 0);
    case Function::less_or_equal: return Value::boolean(*order <= 0);
    case Function::greater: return Value::boolean(*order > 0);
    default: return Value::boolean(*order >= 0);
  }
}

Value contained(const Value& needle, const Value& hay) {
  if (hay.is_map()) return Value::boolean(hay.map_find(needle).has_value());
  for (std::size_t i = 0; i < hay.list_size(); ++i) {
    if (equal(needle, hay.list_item(i))) return Value::boolean(true);
  }
  return Value::boolean(false);
}

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3
                             : lead >> 3 == 30 ? 4 : 0;
    if (size == 0 || i + size > text.size()) return false;
    std::uint32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t j = 1; j < size; ++j) {
      const auto next = static_cast<unsigned char>(text[i + j]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3FU);
    }
    static constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += size;
  }
  return true;
}

std::int64_t size_of(const Value& value) {
  if (value.is_list()) return static_cast<std::int64_t>(value.list_size());
  if (value.is_map()) return static_cast<std::int64_t>(value.map_size());
  const std::string_view text = value.as_text();
  if (value.is(Kind::bytes)) return static_cast<std::int64_t>(text.size());
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  if (text.size() > 1 && text[0] == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

FunctionResult to_bool(const Value& value) {
  if (value.is(Kind::boolean)) return value;
  const std::string_view text = value.as_text();
  for (const char* yes : {"true", "True", "TRUE", "t", "1"}) {
    if (text == yes) return Value::boolean(true);
  }
  for (const char* no : {"false", "False", "FALSE", "f", "0"}) {
    if (text == no) return Value::boolean(false);
  }
  return refused("expected a text that is `true` or `false`");
}

FunctionResult to_int(const Value& value) {
  switch (value.kind()) {
    case Kind::unsigned_integer:
      if (value.as_unsigned() > static_cast<std::uint64_t>(largest_int)) return overflow("int()");
      return Value::integer(static_cast<std::int64_t>(value.as_unsigned()));
    case Kind::floating:
      // Both ends are left out: the nearest doubles stand for values beyond the range as well.
      if (!(value.as_floating() > -0x1p63 && value.as_floating() < 0x1p63)) return overflow("int()");
      return Value::integer(static_cast<std::int64_t>(value.as_floating()));
    case Kind::string:
      if (const auto number = whole<std::int64_t>(value.as_text())) return Value::integer(*number);
      return refused("expected a text that is a whole number");
    case Kind::timestamp: return Value::integer(value.as_moment().seconds);
    default: return value;
  }
}

FunctionResult to_uint(const Value& value) {
  switch (value.kind()) {
    case Kind::integer:
      if (value.as_integer() < 0) return refused("expected a number not below zero in `uint()`");
      return Value::unsigned_integer(static_cast<std::uint64_t>(value.as_integer()));
    case Kind::floating:
      if (!(value.as_floating() >= 0 && value.as_floating() < 0x1p64)) return overflow("uint()");
      return Value::unsigned_integer(static_cast<std::uint64_t>(value.as_floating()));
    case Kind::string:
      if (const auto number = whole<std::uint64_t>(value.as_text())) {
        return Value::unsigned_integer(*number);
      }
      return refused("expected a text that is a whole number not below zero");
    default: return value;
  }
}

FunctionResult to_double(const Value& value) {
  switch (value.kind()) {
    case Kind::integer: return Value::floating(static_cast<double>(value.as_integer()));
    case Kind::unsigned_integer: return Value::floating(static_cast<double>(value.as_unsigned()));
    case Kind::string: {
      const std::string text(value.as_text());
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      if (text.empty() || *end != '\0' || end != text.c_str() + text.size()) {
        return refused("expected a text that is a number");
      }
      return Value::floating(number);
    }
    default: return value;
  }
}

FunctionResult to_string(const Value& value, Arena& arena) {
  const auto keep = [&](std::string text) { return Value::string(arena.keep(std::move(text))); };
  switch (value.kind()) {
    case Kind::boolean: return Value::string(value.as_boolean() ? "true" : "false");
    case Kind::integer: return keep(std::to_string(value.as_integer()));
    case Kind::unsigned_integer: return keep(std::to_string(value.as_unsigned()));
    case Kind::floating: return keep(fmt::format("{}", value.as_floating()));
    case Kind::bytes:
      if (!valid_utf8(value.as_text())) return refused("expected bytes that are UTF-8");
      return Value::string(value.as_text());
    case Kind::timestamp: return keep(moment_text(value.as_moment()));
    case Kind::duration: return keep(duration_text(value.as_moment()));
    case Kind::date: return keep(to_iso_date(value.as_date()));
    default: return value;
  }
}

FunctionResult to_timestamp(const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      if (const auto moment = parse_moment(value.as_text())) return Value::timestamp(*moment);
      return refused("expected a text such as `2026-05-04T06:00:00Z`");
    case Kind::integer: {
      const Moment moment{value.as_integer(), 0};
      if (!valid_timestamp(moment)) return refused("expected a timestamp in the years 1 to 9999");
      return Value::timestamp(moment);
    }
    case Kind::date: return Value::timestamp(calendar::start_of_day(value.as_date()));
    default: return value;
  }
}

FunctionResult to_duration(const Value& value) {
  if (value.is(Kind::duration)) return value;
  const auto duration = parse_duration(value.as_text());
  if (!duration) return refused("expected a text such as `90m` or `3600s`");
  return Value::duration(*duration);
}

// Seconds east of UTC for "UTC", "+02:00", "-09:30", "02:00".
std::optional<std::int64_t> zone_offset(std::string_view zone) {
  if (zone == "UTC" || zone == "Z") return 0;
  const bool west = zone.starts_with('-');
  if (west || zone.starts_with('+')) zone.remove_prefix(1);
  if (zone.size() != 5 || zone[2] != ':') return std::nullopt;
  const auto hours = whole<int>(zone.substr(0, 2)), minutes = whole<int>(zone.substr(3));
  if (!hours || !minutes || *hours < 0 || *hours > 23 || *minutes < 0 || *minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

Value calendar_part(Function function, Date day) {
  const std::chrono::year_month_day ymd{day};
  const auto number = [](unsigned value) { return Value::integer(std::int64_t{value}); };
  switch (function) {
    case Function::full_year: return Value::integer(static_cast<int>(ymd.year()));
    case Function::month: return number(static_cast<unsigned>(ymd.month()) - 1);
    case Function::day_of_month: return number(static_cast<unsigned>(ymd.day()) - 1);
    case Function::date_of_month: return number(static_cast<unsigned>(ymd.day()));
    case Function::day_of_week: return number(std::chrono::weekday{day}.c_encoding());
    default: return Value::integer((day - Date{ymd.year() / 1 / 1}).count());
  }
}

FunctionResult duration_part(Function function, Moment duration) {
  // Whole units, towards zero; of the milliseconds only those within the second.
  const bool negative = duration.seconds < 0;
  if (negative) duration = minus({}, duration);
  std::int64_t part = 0;
  switch (function) {
    case Function::hours: part = duration.seconds / 3600; break;
    case Function::minutes: part = duration.seconds / 60; break;
    case Function::seconds: part = duration.seconds; break;
    default: part = duration.nanos / 1'000'000;
  }
  return Value::integer(negative ? -part : part);
}

FunctionResult time_part(Function function, std::span<const Value> arguments) {
  const Value& value = arguments[0];
  if (value.is(Kind::duration)) return duration_part(function, value.as_moment());
  if (value.is(Kind::date)) return calendar_part(function, value.as_date());
  Moment moment = value.as_moment();
  if (arguments.size() == 2) {
    if (arguments[1].as_text() == "Europe/Tallinn") {
      const Timestamp time = to_timestamp(moment);
      moment.seconds += calendar::offset_in_tallinn(time).count();
    } else if (const auto offset = zone_offset(arguments[1].as_text())) {
      moment.seconds += *offset;
    } else {
      return refused("expected the time zone `UTC`, `Europe/Tallinn` or an offset such as `+03:00`");
    }
  }
  const std::chrono::sys_seconds time{std::chrono::seconds{moment.seconds}};
  const Date day = std::chrono::floor<std::chrono::days>(time);
  const std::int64_t rest = (time - day).count();
  switch (function) {
    case Function::hours: return Value::integer(rest / 3600);
    case Function::minutes: return Value::integer(rest / 60 % 60);
    case Function::seconds: return Value::integer(rest % 60);
    case Function::milliseconds: return Value::integer(moment.nanos / 1'000'000);
    default: return calendar_part(function, day);
  }
}

// A day as our functions take it: a date, or the day that a timestamp falls on in Tallinn.
Date day_of(const Value& value) {
  return value.is(Kind::date) ? value.as_date()
                              : calendar::day_in_tallinn(to_timestamp(value.as_moment()));
}

FunctionResult to_date(const Value& value) {
  if (!value.is(Kind::string)) return Value::date(day_of(value));
  const auto date = parse_iso_date(value.as_text());
  if (!date) return refused("expected a text such as `2026-04-20`");
  return Value::date(*date);
}

FunctionResult end_of_term(Date event_day, std::string_view text, const FunctionContext& context) {
  // The term may come from a case's data, so that the message must not repeat it.
  const auto term = calendar::Term::parse(text);
  if (!term) return refused("expected a term such as `14 days`, `10 working days` or `until 15 May`");
  return Value::date(context.calendar.term_end(event_day, *term));
}

FunctionResult period_added(const Value& from, std::string_view text) {
  const auto period = calendar::Period::parse(text);
  if (!period) return refused("expected a period such as `P18M`, `P7D` or `P1Y6M`");
  if (from.is(Kind::date)) {
    if (period->time != std::chrono::seconds{0}) {
      return refused("expected a period in years, months, weeks or days, since a date has no hours");
    }
    return Value::date(calendar::add_period(from.as_date(), *period));
  }
  return Value::timestamp(calendar::add_period(to_timestamp(from.as_moment()), *period));
}

FunctionResult working_days(const Value& from, std::int64_t count, const FunctionContext& context) {
  constexpr std::int64_t most = 25'000;  // a hundred years
  if (count > most || count < -most) return refused("expected at most 25000 working days");
  return Value::date(context.calendar.working_days_after(day_of(from), static_cast<int>(count)));
}

FunctionResult matched(const Value& text, const Value& pattern, const FunctionContext& context) {
  if (context.pattern != nullptr) return Value::boolean(context.pattern->found_in(text.as_text()));
  const auto compiled = compile_pattern(pattern.as_text());
  if (!compiled) return refused("expected a regular expression in the syntax of RE2");
  return Value::boolean((*compiled)->found_in(text.as_text()));
}

FunctionResult asked_clock(std::string_view name, const FunctionContext& context) {
  const auto clock = context.facts->clock(name);
  if (!clock) return refused("expected the name of one of the workflow's `clocks`");
  MapValue answer;
  answer.entries.emplace_back(Value::string("due"),
                              clock->due ? Value::date(*clock->due) : Value::null());
  answer.entries.emplace_back(Value::string("paused"), Value::boolean(clock->paused));
  answer.entries.emplace_back(Value::string("decisionBy"),
                              clock->decision_by ? Value::date(*clock->decision_by) : Value::null());
  if (clock->used_days) {
    answer.entries.emplace_back(Value::string("usedDays"), Value::integer(*clock->used_days));
  }
  return Value::map(context.arena.keep(std::move(answer)));
}

FunctionResult ours(Function function, std::span<const Value> arguments,
                    const FunctionContext& context) {
  switch (function) {
    case Function::date: return to_date(arguments[0]);
    case Function::add_period: return period_added(arguments[0], arguments[1].as_text());
    case Function::term_end:
      return end_of_term(day_of(arguments[0]), arguments[1].as_text(), context);
    case Function::working_days_after:
      return working_days(arguments[0], arguments[1].as_integer(), context);
    case Function::is_working_day:
      return Value::boolean(context.calendar.is_working_day(day_of(arguments[0])));
    case Function::age_in_months:
      return Value::integer(calendar::age_in_months(day_of(arguments[0]), day_of(arguments[1])));
    default: break;
  }
  if (context.facts == nullptr) return refused("no case is known here, so that it cannot be asked");
  if (function == Function::clock) return asked_clock(arguments[0].as_text(), context);
  if (function == Function::state) return Value::boolean(context.facts->in_state(arguments[0].as_text()));
  return end_of_term(calendar::day_in_tallinn(context.facts->entered_at()), arguments[0].as_text(),
                     context);
}

// CEL's own functions by one or two arguments.
FunctionResult standard(Function function, std::span<const Value> arguments,
                        const FunctionContext& context) {
  const Value& a = arguments[0];
  switch (function) {
    case Function::size: return Value::integer(size_of(a));
    case Function::contains:
      return Value::boolean(a.as_text().find(arguments[1].as_text()) != std::string_view::npos);
    case Function::starts_with: return Value::boolean(a.as_text().starts_with(arguments[1].as_text()));
    case Function::ends_with: return Value::boolean(a.as_text().ends_with(arguments[1].as_text()));
    case Function::matches: return matched(a, arguments[1], context);
    case Function::to_bool: return to_bool(a);
    case Function::to_int: return to_int(a);
    case Function::to_uint: return to_uint(a);
    case Function::to_double: return to_double(a);
    case Function::to_string: return to_string(a, context.arena);
    case Function::to_bytes: return a.is(Kind::bytes) ? a : Value::bytes(a.as_text());
    case Function::to_timestamp: return to_timestamp(a);
    case Function::to_duration: return to_duration(a);
    case Function::to_dyn: return a;
    case Function::type_of:
      return Value::type(a.is(Kind::json_list)  ? Kind::list
                         : a.is(Kind::json_map) ? Kind::map
                                                : a.kind());
    default: break;
  }
  if (function >= Function::full_year && function <= Function::milliseconds) {
    return time_part(function, arguments);
  }
  return ours(function, arguments, context);
}

FunctionResult negated(const Value& value) {
  if (value.is(Kind::floating)) return Value::floating(-value.as_floating());
  if (value.as_integer() == smallest_int) return overflow("-");
  return Value::integer(-value.as_integer());
}

bool is_kind(const Value& value, Type::Kind kind) {
  if (kind == Type::Kind::dyn) return true;
  if (kind == Type::Kind::list) return value.is_list();
  if (kind == Type::Kind::map) return value.is_map();
  return scalar_kind(kind) == value.kind();
}

// The ways to call one function: all of them are many, and are asked at each call.
const std::vector<Signature>& signatures_of(Function function) {
  static const auto by_function = [] {
    std::array<std::vector<Signature>, static_cast<std::size_t>(Function::clock) + 1> sorted;
    for (const Signature& each : signatures()) {
      sorted.at(static_cast<std::size_t>(each.function)).push_back(each);
    }
    return sorted;
  }();
  return by_function.at(static_cast<std::size_t>(function));
}

// Whether the function takes values of these kinds. Only asked where the quick ways don't apply.
bool takes(Function function, std::span<const Value> arguments) {
  for (const Signature& signature : signatures_of(function)) {
    if (signature.arguments.size() != arguments.size()) continue;
    bool fits = true;
    for (std::size_t i = 0; fits && i < arguments.size(); ++i) {
      fits = is_kind(arguments[i], signature.arguments[i]);
    }
    if (fits) return true;
  }
  return false;
}

std::string_view name_of(Function function) {
  const auto& ways = signatures_of(function);
  return ways.empty() ? "?" : ways.front().name;
}

FunctionResult not_for_these(Function function, std::span<const Value> arguments) {
  std::string kinds;
  for (const Value& argument : arguments) {
    if (!kinds.empty()) kinds += " and ";
    kinds += kind_name(argument.kind());
  }
  return refused(fmt::format("`{}` does not work on {}", name_of(function), kinds));
}

}  // namespace

const std::vector<Signature>& signatures() {
  static const std::vector<Signature> all = make_signatures();
  return all;
}

std::string to_text(const Signature& signature) {
  const auto argument = [&](std::size_t i) {
    const Type::Kind kind = signature.arguments[i];
    if (kind == Type::Kind::list) return std::string("list");
    if (kind == Type::Kind::map) return std::string("map");
    return kind == Type::Kind::dyn ? std::string("any") : Type(kind).str();
  };
  const bool operation = !std::isalpha(static_cast<unsigned char>(signature.name[0]));
  if (operation || signature.name == "in") {
    if (signature.arguments.size() == 1) return fmt::format("{}{}", signature.name, argument(0));
    return fmt::format("{} {} {}", argument(0), signature.name, argument(1));
  }
  std::string text = signature.receiver ? fmt::format("{}.{}(", argument(0), signature.name)
                                        : fmt::format("{}(", signature.name);
  const std::size_t first = signature.receiver ? 1 : 0;
  for (std::size_t i = first; i < signature.arguments.size(); ++i) {
    text += fmt::format("{}{}", i > first ? ", " : "", argument(i));
  }
  return text + ")";
}

FunctionResult call(Function function, std::span<const Value> arguments,
                    const FunctionContext& context) {
  const Value& a = arguments[0];
  // The frequent ones first: a guard compares, asks and negates.
  switch (function) {
    case Function::equals: return Value::boolean(equal(a, arguments[1]));
    case Function::differs: return Value::boolean(!equal(a, arguments[1]));
    case Function::less: case Function::less_or_equal: case Function::greater:
    case Function::greater_or_equal:
      if (a.kind() == arguments[1].kind() && a.kind() >= Kind::boolean && a.kind() <= Kind::date) {
        return related(function, a, arguments[1]);
      }
      break;
    default: break;
  }
  if (!takes(function, arguments)) return not_for_these(function, arguments);
  switch (function) {
    case Function::less: case Function::less_or_equal: case Function::greater:
    case Function::greater_or_equal:
      return related(function, a, arguments[1]);
    case Function::in: return contained(a, arguments[1]);
    case Function::add: case Function::subtract: case Function::multiply: case Function::divide:
    case Function::modulo:
      return compute(function, a, arguments[1], context.arena);
    case Function::negate: return negated(a);
    case Function::logical_not: return Value::boolean(!a.as_boolean());
    default: return standard(function, arguments, context);
  }
}

}  // namespace elukaar::cel
