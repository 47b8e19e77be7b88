#include "cel/functions.hpp"

#include <algorithm>
#include <cctype>
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

FunctionResult refused(std::string what) { return failure(std::move(what)); }

FunctionResult overflow(std::string_view operation) {
  return refused(fmt::format("the result of `{}` is too large", operation));
}

enum class Sum { add, subtract, multiply, divide, modulo };
enum class Relation { less, less_or_equal, greater, greater_or_equal };
enum class Part {
  full_year, month, day_of_month, date_of_month, day_of_week, day_of_year, hours, minutes, seconds,
  milliseconds
};

constexpr auto largest_int = std::numeric_limits<std::int64_t>::max();
constexpr auto smallest_int = std::numeric_limits<std::int64_t>::min();

FunctionResult arithmetic(Sum function, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (function) {
    case Sum::add:
      if (__builtin_add_overflow(a, b, &result)) return overflow("+");
      return Value::integer(result);
    case Sum::subtract:
      if (__builtin_sub_overflow(a, b, &result)) return overflow("-");
      return Value::integer(result);
    case Sum::multiply:
      if (__builtin_mul_overflow(a, b, &result)) return overflow("*");
      return Value::integer(result);
    default:
      if (b == 0) return refused("division by zero");
      if (a == smallest_int && b == -1) return overflow(function == Sum::divide ? "/" : "%");
      return Value::integer(function == Sum::divide ? a / b : a % b);
  }
}

FunctionResult arithmetic(Sum function, std::uint64_t a, std::uint64_t b) {
  std::uint64_t result = 0;
  switch (function) {
    case Sum::add:
      if (__builtin_add_overflow(a, b, &result)) return overflow("+");
      return Value::unsigned_integer(result);
    case Sum::subtract:
      if (__builtin_sub_overflow(a, b, &result)) return refused("the result of `-` is below zero");
      return Value::unsigned_integer(result);
    case Sum::multiply:
      if (__builtin_mul_overflow(a, b, &result)) return overflow("*");
      return Value::unsigned_integer(result);
    default:
      if (b == 0) return refused("division by zero");
      return Value::unsigned_integer(function == Sum::divide ? a / b : a % b);
  }
}

Value arithmetic(Sum function, double a, double b) {
  switch (function) {
    case Sum::add: return Value::floating(a + b);
    case Sum::subtract: return Value::floating(a - b);
    case Sum::multiply: return Value::floating(a * b);
    default: return Value::floating(a / b);
  }
}

FunctionResult time_arithmetic(Sum function, const Value& a, const Value& b) {
  const bool adds = function == Sum::add;
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

template <Sum function>
FunctionResult compute(Arguments of, const FunctionContext& context) {
  const Value& a = of[0];
  const Value& b = of[1];
  if (a.kind() == b.kind() && a.is(Kind::integer)) {
    return arithmetic(function, a.as_integer(), b.as_integer());
  }
  if (a.kind() == b.kind() && a.is(Kind::unsigned_integer)) {
    return arithmetic(function, a.as_unsigned(), b.as_unsigned());
  }
  if (a.is(Kind::floating)) return arithmetic(function, a.as_floating(), b.as_floating());
  if (a.is(Kind::timestamp) || a.is(Kind::duration)) return time_arithmetic(function, a, b);
  return concatenated(a, b, context.arena);
}

FunctionResult negated(const Value& value) {
  if (value.is(Kind::floating)) return Value::floating(-value.as_floating());
  if (value.as_integer() == smallest_int) return overflow("-");
  return Value::integer(-value.as_integer());
}

FunctionResult subtracted(Arguments of, const FunctionContext& context) {
  return of.size() == 1 ? negated(of[0]) : compute<Sum::subtract>(of, context);
}

template <Relation relation>
FunctionResult related(Arguments of, const FunctionContext&) {
  const auto order = compare(of[0], of[1]);
  if (!order) return Value::boolean(false);  // NaN
  switch (relation) {
    case Relation::less: return Value::boolean(*order < 0);
    case Relation::less_or_equal: return Value::boolean(*order <= 0);
    case Relation::greater: return Value::boolean(*order > 0);
    case Relation::greater_or_equal: break;
  }
  return Value::boolean(*order >= 0);
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

Value calendar_part(Part function, Date day) {
  const std::chrono::year_month_day ymd{day};
  const auto number = [](unsigned value) { return Value::integer(std::int64_t{value}); };
  switch (function) {
    case Part::full_year: return Value::integer(static_cast<int>(ymd.year()));
    case Part::month: return number(static_cast<unsigned>(ymd.month()) - 1);
    case Part::day_of_month: return number(static_cast<unsigned>(ymd.day()) - 1);
    case Part::date_of_month: return number(static_cast<unsigned>(ymd.day()));
    case Part::day_of_week: return number(std::chrono::weekday{day}.c_encoding());
    default: return Value::integer((day - Date{ymd.year() / 1 / 1}).count());
  }
}

FunctionResult duration_part(Part function, Moment duration) {
  // Whole units, towards zero; of the milliseconds only those within the second.
  const bool negative = duration.seconds < 0;
  if (negative) duration = minus({}, duration);
  std::int64_t part = 0;
  switch (function) {
    case Part::hours: part = duration.seconds / 3600; break;
    case Part::minutes: part = duration.seconds / 60; break;
    case Part::seconds: part = duration.seconds; break;
    default: part = duration.nanos / 1'000'000;
  }
  return Value::integer(negative ? -part : part);
}

template <Part function>
FunctionResult time_part(Arguments arguments, const FunctionContext&) {
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
    case Part::hours: return Value::integer(rest / 3600);
    case Part::minutes: return Value::integer(rest / 60 % 60);
    case Part::seconds: return Value::integer(rest % 60);
    case Part::milliseconds: return Value::integer(moment.nanos / 1'000'000);
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

// ---- The table --------------------------------------------------------------------------------------

namespace table {

// The types of signatures, by the names that they have here.
constexpr auto dyn = Type::Kind::dyn, boolean = Type::Kind::boolean, integer = Type::Kind::integer,
               uint = Type::Kind::unsigned_integer, floating = Type::Kind::floating,
               string = Type::Kind::string, bytes = Type::Kind::bytes,
               timestamp = Type::Kind::timestamp, duration = Type::Kind::duration,
               date = Type::Kind::date, list = Type::Kind::list, map = Type::Kind::map;
using Kinds = std::vector<Type::Kind>;
using Signatures = std::vector<Signature>;
using Context = const FunctionContext&;

Signature plain(Kinds arguments, Type::Kind result) { return {false, std::move(arguments), result}; }
Signature method(Kinds arguments, Type::Kind result) { return {true, std::move(arguments), result}; }

// Of one argument that may be of several kinds: a conversion.
Signatures from_each(std::initializer_list<Type::Kind> kinds, Type::Kind result) {
  Signatures all;
  for (const Type::Kind kind : kinds) all.push_back(plain({kind}, result));
  return all;
}

// Numbers of every kind with each other, and two of a kind of what else has an order.
Signatures of_ordered() {
  Signatures all;
  for (const Type::Kind a : {integer, uint, floating}) {
    for (const Type::Kind b : {integer, uint, floating}) all.push_back(plain({a, b}, boolean));
  }
  for (const Type::Kind kind : {boolean, string, bytes, timestamp, duration, date}) {
    all.push_back(plain({kind, kind}, boolean));
  }
  return all;
}

// Two of each kind make one of it; and what else there is.
Signatures of_pairs(std::initializer_list<Type::Kind> kinds, Signatures others = {}) {
  Signatures all;
  for (const Type::Kind kind : kinds) all.push_back(plain({kind, kind}, kind));
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

template <Relation relation>
Function ordering(std::string_view sign) {
  return {.name = sign, .signatures = of_ordered(), .implementation = related<relation>,
          .orders = true};
}

std::vector<Function> operators() {
  return {
      {.name = "==", .signatures = {plain({dyn, dyn}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::boolean(equal(of[0], of[1]));
       },
       .typing = Typing::equality},
      {.name = "!=", .signatures = {plain({dyn, dyn}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::boolean(!equal(of[0], of[1]));
       },
       .typing = Typing::equality},
      ordering<Relation::less>("<"),
      ordering<Relation::less_or_equal>("<="),
      ordering<Relation::greater>(">"),
      ordering<Relation::greater_or_equal>(">="),
      {.name = "in", .signatures = {plain({dyn, list}, boolean), plain({dyn, map}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return contained(of[0], of[1]);
       },
       .typing = Typing::membership},
      {.name = "+",
       .signatures = of_pairs({integer, uint, floating, string, bytes, list, duration},
                              {plain({timestamp, duration}, timestamp),
                               plain({duration, timestamp}, timestamp)}),
       .implementation = compute<Sum::add>},
      {.name = "-",
       .signatures = of_pairs({integer, uint, floating},
                              {plain({timestamp, timestamp}, duration),
                               plain({timestamp, duration}, timestamp),
                               plain({duration, duration}, duration), plain({integer}, integer),
                               plain({floating}, floating)}),
       .implementation = subtracted},
      {.name = "*", .signatures = of_pairs({integer, uint, floating}),
       .implementation = compute<Sum::multiply>},
      {.name = "/", .signatures = of_pairs({integer, uint, floating}),
       .implementation = compute<Sum::divide>},
      {.name = "%", .signatures = of_pairs({integer, uint}),
       .implementation = compute<Sum::modulo>},
      {.name = "!", .signatures = {plain({boolean}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::boolean(!of[0].as_boolean());
       }},
  };
}

std::vector<Function> of_contents() {
  Signatures sizes;
  for (const Type::Kind kind : {string, bytes, list, map}) {
    sizes.push_back(plain({kind}, integer));
    sizes.push_back(method({kind}, integer));
  }
  return {
      {.name = "size", .signatures = sizes,
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::integer(size_of(of[0]));
       }},
      {.name = "contains", .signatures = {method({string, string}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::boolean(of[0].as_text().find(of[1].as_text()) != std::string_view::npos);
       }},
      {.name = "startsWith", .signatures = {method({string, string}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::boolean(of[0].as_text().starts_with(of[1].as_text()));
       }},
      {.name = "endsWith", .signatures = {method({string, string}, boolean)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::boolean(of[0].as_text().ends_with(of[1].as_text()));
       }},
      {.name = "matches",
       .signatures = {method({string, string}, boolean), plain({string, string}, boolean)},
       .implementation = [](Arguments of, Context context) {
         return matched(of[0], of[1], context);
       },
       .literal = Literal::pattern},
  };
}

std::vector<Function> conversions() {
  return {
      {.name = "bool", .signatures = from_each({boolean, string}, boolean),
       .implementation = [](Arguments of, Context) { return to_bool(of[0]); }},
      {.name = "int",
       .signatures = from_each({integer, uint, floating, string, timestamp}, integer),
       .implementation = [](Arguments of, Context) { return to_int(of[0]); }},
      {.name = "uint", .signatures = from_each({integer, uint, floating, string}, uint),
       .implementation = [](Arguments of, Context) { return to_uint(of[0]); }},
      {.name = "double", .signatures = from_each({integer, uint, floating, string}, floating),
       .implementation = [](Arguments of, Context) { return to_double(of[0]); }},
      {.name = "string",
       .signatures = from_each(
           {boolean, integer, uint, floating, string, bytes, timestamp, duration, date}, string),
       .implementation = [](Arguments of, Context context) {
         return to_string(of[0], context.arena);
       }},
      {.name = "bytes", .signatures = from_each({bytes, string}, bytes),
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return of[0].is(Kind::bytes) ? of[0] : Value::bytes(of[0].as_text());
       }},
      {.name = "timestamp",
       .signatures = from_each({timestamp, string, integer, date}, timestamp),
       .implementation = [](Arguments of, Context) { return to_timestamp(of[0]); },
       .literal = Literal::timestamp},
      {.name = "duration", .signatures = from_each({duration, string}, duration),
       .implementation = [](Arguments of, Context) { return to_duration(of[0]); },
       .literal = Literal::duration},
      {.name = "dyn", .signatures = {plain({dyn}, dyn)},
       .implementation = [](Arguments of, Context) -> FunctionResult { return of[0]; },
       .typing = Typing::hides},
      {.name = "type", .signatures = {plain({dyn}, Type::Kind::type)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::type(of[0].is(Kind::json_list)  ? Kind::list
                            : of[0].is(Kind::json_map) ? Kind::map
                                                       : of[0].kind());
       }},
  };
}

// `also`: what has this part as well, a date or a duration.
template <Part part>
Function part_of_time(std::string_view name, Type::Kind also) {
  return {.name = name,
          .signatures = {method({timestamp}, integer), method({timestamp, string}, integer),
                         method({also}, integer)},
          .implementation = time_part<part>};
}

std::vector<Function> parts_of_time() {
  return {
      part_of_time<Part::full_year>("getFullYear", date),
      part_of_time<Part::month>("getMonth", date),
      part_of_time<Part::day_of_month>("getDayOfMonth", date),
      part_of_time<Part::date_of_month>("getDate", date),
      part_of_time<Part::day_of_week>("getDayOfWeek", date),
      part_of_time<Part::day_of_year>("getDayOfYear", date),
      part_of_time<Part::hours>("getHours", duration),
      part_of_time<Part::minutes>("getMinutes", duration),
      part_of_time<Part::seconds>("getSeconds", duration),
      part_of_time<Part::milliseconds>("getMilliseconds", duration),
  };
}

std::vector<Function> of_time_and_law() {
  return {
      {.name = "date", .signatures = from_each({string, timestamp, date}, date),
       .implementation = [](Arguments of, Context) { return to_date(of[0]); },
       .literal = Literal::date},
      {.name = "addPeriod",
       .signatures = {plain({date, string}, date), plain({timestamp, string}, timestamp)},
       .implementation = [](Arguments of, Context) {
         return period_added(of[0], of[1].as_text());
       },
       .literal = Literal::period},
      {.name = "termEnd",
       .signatures = {plain({date, string}, date), plain({timestamp, string}, date)},
       .implementation = [](Arguments of, Context context) {
         return end_of_term(day_of(of[0]), of[1].as_text(), context);
       },
       .literal = Literal::term},
      {.name = "workingDaysAfter",
       .signatures = {plain({date, integer}, date), plain({timestamp, integer}, date)},
       .implementation = [](Arguments of, Context context) {
         return working_days(of[0], of[1].as_integer(), context);
       }},
      {.name = "isWorkingDay", .signatures = from_each({date, timestamp}, boolean),
       .implementation = [](Arguments of, Context context) -> FunctionResult {
         return Value::boolean(context.calendar.is_working_day(day_of(of[0])));
       }},
      {.name = "ageInMonths",
       .signatures = {plain({date, date}, integer), plain({date, timestamp}, integer),
                      plain({timestamp, date}, integer), plain({timestamp, timestamp}, integer)},
       .implementation = [](Arguments of, Context) -> FunctionResult {
         return Value::integer(calendar::age_in_months(day_of(of[0]), day_of(of[1])));
       }},
  };
}

std::vector<Function> of_the_case() {
  return {
      {.name = "deadline", .signatures = {plain({string}, date)},
       .implementation = [](Arguments of, Context context) {
         const Date entered = calendar::day_in_tallinn(context.facts->entered_at());
         return end_of_term(entered, of[0].as_text(), context);
       },
       .literal = Literal::term, .of_case = true},
      {.name = "state", .signatures = {plain({string}, boolean)},
       .implementation = [](Arguments of, Context context) -> FunctionResult {
         return Value::boolean(context.facts->in_state(of[0].as_text()));
       },
       .literal = Literal::state, .of_case = true},
      {.name = "clock", .signatures = {plain({string}, map)},
       .implementation = [](Arguments of, Context context) {
         return asked_clock(of[0].as_text(), context);
       },
       .typing = Typing::clock, .literal = Literal::clock, .of_case = true},
  };
}

std::vector<Function> all_functions() {
  std::vector<Function> all;
  for (auto* part : {operators, of_contents, conversions, parts_of_time, of_time_and_law, of_the_case}) {
    for (Function& each : part()) all.push_back(std::move(each));
  }
  for (const Function& each : all) {
    for (const Signature& signature : each.signatures) {
      if (signature.arguments.size() > max_arguments) std::abort();  // the evaluator has no room
    }
  }
  return all;
}

}  // namespace table

// ---- Calling ----------------------------------------------------------------------------------------

bool is_kind(const Value& value, Type::Kind kind) {
  if (kind == Type::Kind::dyn) return true;
  if (kind == Type::Kind::list) return value.is_list();
  if (kind == Type::Kind::map) return value.is_map();
  return scalar_kind(kind) == value.kind();
}

// Whether the function takes values of these kinds.
bool takes(const Function& function, Arguments arguments) {
  if (function.orders && arguments.size() == 2 && arguments[0].kind() == arguments[1].kind() &&
      arguments[0].kind() >= Kind::boolean && arguments[0].kind() <= Kind::date) {
    return true;  // the frequent way, a guard compares: not looked up among fifteen
  }
  for (const Signature& signature : function.signatures) {
    if (signature.arguments.size() != arguments.size()) continue;
    bool fits = true;
    for (std::size_t i = 0; fits && i < arguments.size(); ++i) {
      fits = is_kind(arguments[i], signature.arguments[i]);
    }
    if (fits) return true;
  }
  return false;
}

FunctionResult not_for_these(const Function& function, Arguments arguments) {
  std::string kinds;
  for (const Value& argument : arguments) {
    if (!kinds.empty()) kinds += " and ";
    kinds += kind_name(argument.kind());
  }
  return refused(fmt::format("`{}` does not work on {}", function.name,
                             kinds.empty() ? "nothing" : kinds));
}

}  // namespace

bool Function::is_operator() const {
  return name == "in" || std::isalpha(static_cast<unsigned char>(name[0])) == 0;
}

const std::vector<Function>& functions() {
  static const std::vector<Function> all = table::all_functions();
  return all;
}

const Function* function_named(std::string_view name) {
  for (const Function& each : functions()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::string to_text(const Function& function, const Signature& signature) {
  const auto argument = [&](std::size_t i) {
    const Type::Kind kind = signature.arguments[i];
    if (kind == Type::Kind::list) return std::string("list");
    if (kind == Type::Kind::map) return std::string("map");
    return kind == Type::Kind::dyn ? std::string("any") : Type(kind).str();
  };
  if (function.is_operator()) {
    if (signature.arguments.size() == 1) return fmt::format("{}{}", function.name, argument(0));
    return fmt::format("{} {} {}", argument(0), function.name, argument(1));
  }
  std::string text = signature.receiver ? fmt::format("{}.{}(", argument(0), function.name)
                                        : fmt::format("{}(", function.name);
  const std::size_t first = signature.receiver ? 1 : 0;
  for (std::size_t i = first; i < signature.arguments.size(); ++i) {
    text += fmt::format("{}{}", i > first ? ", " : "", argument(i));
  }
  return text + ")";
}

FunctionResult call(const Function& function, Arguments arguments, const FunctionContext& context) {
  if (!takes(function, arguments)) return not_for_these(function, arguments);
  if (function.of_case && context.facts == nullptr) {
    return refused("no case is known here, so that it cannot be asked");
  }
  return function.implementation(arguments, context);
}

}  // namespace elukaar::cel
