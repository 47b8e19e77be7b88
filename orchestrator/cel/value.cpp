#include "cel/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace elukaar::cel {
namespace {

__extension__ using Wide = __int128;  // a duration's nanoseconds while it is read

constexpr std::int32_t nanos_per_second = 1'000'000'000;
constexpr std::size_t most_shown_keys = 20;
constexpr std::int64_t longest_duration = 315'576'000'000;  // ten thousand years

std::int64_t epoch_seconds(int year, unsigned month, unsigned day) {
  const Date date{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
  return std::chrono::seconds{date.time_since_epoch()}.count();
}

Moment normal(std::int64_t seconds, std::int64_t nanos) {
  if (nanos >= nanos_per_second) return {seconds + 1, static_cast<std::int32_t>(nanos - nanos_per_second)};
  if (nanos < 0) return {seconds - 1, static_cast<std::int32_t>(nanos + nanos_per_second)};
  return {seconds, static_cast<std::int32_t>(nanos)};
}

// Compares a double with a whole number exactly, also beyond 2^53.
template <class Integer>
std::optional<int> compare_mixed(double a, Integer b) {
  if (std::isnan(a)) return std::nullopt;
  constexpr double above = std::is_signed_v<Integer> ? 0x1p63 : 0x1p64;
  constexpr double below = std::is_signed_v<Integer> ? -0x1p63 : 0.0;
  if (a >= above) return 1;
  if (a < below) return -1;
  const auto whole = static_cast<Integer>(a);
  if (whole != b) return whole < b ? -1 : 1;
  const double rest = a - std::trunc(a);
  return rest > 0 ? 1 : rest < 0 ? -1 : 0;
}

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

std::optional<int> negated(std::optional<int> order) {
  if (!order) return order;
  return -*order;
}

std::optional<int> compare_numbers(const Value& a, const Value& b) {
  using Kind = Value::Kind;
  if (a.is(Kind::floating)) {
    if (b.is(Kind::integer)) return compare_mixed(a.as_floating(), b.as_integer());
    if (b.is(Kind::unsigned_integer)) return compare_mixed(a.as_floating(), b.as_unsigned());
    if (std::isnan(a.as_floating()) || std::isnan(b.as_floating())) return std::nullopt;
    return order(a.as_floating(), b.as_floating());
  }
  if (b.is(Kind::floating)) return negated(compare_numbers(b, a));
  if (a.is(Kind::integer) && b.is(Kind::integer)) return order(a.as_integer(), b.as_integer());
  if (a.is(Kind::unsigned_integer) && b.is(Kind::unsigned_integer)) {
    return order(a.as_unsigned(), b.as_unsigned());
  }
  if (a.is(Kind::integer)) {
    if (a.as_integer() < 0) return -1;
    return order(static_cast<std::uint64_t>(a.as_integer()), b.as_unsigned());
  }
  return negated(compare_numbers(b, a));
}

bool equal_lists(const Value& a, const Value& b) {
  if (a.list_size() != b.list_size()) return false;
  for (std::size_t i = 0; i < a.list_size(); ++i) {
    if (!equal(a.list_item(i), b.list_item(i))) return false;
  }
  return true;
}

bool equal_maps(const Value& a, const Value& b) {
  if (a.map_size() != b.map_size()) return false;
  bool same = true;
  a.map_each([&](const Value& key, const Value& value) {
    const auto other = b.map_find(key);
    return same = other && equal(value, *other);
  });
  return same;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text.push_back(j <= count ? alphabet[(group >> (18 - 6 * j)) & 63] : '=');
    }
  }
  return text;
}

std::optional<std::string> key_text(const Value& key) {
  switch (key.kind()) {
    case Value::Kind::string: return std::string(key.as_text());
    case Value::Kind::integer: return std::to_string(key.as_integer());
    case Value::Kind::unsigned_integer: return std::to_string(key.as_unsigned());
    case Value::Kind::boolean: return key.as_boolean() ? "true" : "false";
    default: return std::nullopt;
  }
}

}  // namespace

Value Value::boolean(bool value) { Value v(Kind::boolean); v.boolean_ = value; return v; }
Value Value::integer(std::int64_t value) { Value v(Kind::integer); v.integer_ = value; return v; }
Value Value::unsigned_integer(std::uint64_t value) {
  Value v(Kind::unsigned_integer);
  v.unsigned_ = value;
  return v;
}
Value Value::floating(double value) { Value v(Kind::floating); v.floating_ = value; return v; }
Value Value::string(std::string_view value) {
  Value v(Kind::string);
  v.text_ = {value.data(), value.size()};
  return v;
}
Value Value::bytes(std::string_view value) {
  Value v(Kind::bytes);
  v.text_ = {value.data(), value.size()};
  return v;
}
Value Value::timestamp(Moment value) { Value v(Kind::timestamp); v.moment_ = value; return v; }
Value Value::timestamp(Timestamp value) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(value);
  const auto rest = std::chrono::nanoseconds{value - whole}.count();
  return timestamp(Moment{whole.time_since_epoch().count(), static_cast<std::int32_t>(rest)});
}
Value Value::duration(Moment value) { Value v(Kind::duration); v.moment_ = value; return v; }
Value Value::date(Date value) {
  Value v(Kind::date);
  v.integer_ = value.time_since_epoch().count();
  return v;
}
Value Value::list(const std::vector<Value>* value) { Value v(Kind::list); v.list_ = value; return v; }
Value Value::map(const MapValue* value) { Value v(Kind::map); v.map_ = value; return v; }
Value Value::type(Kind value) { Value v(Kind::type); v.type_ = value; return v; }

Value Value::from_json(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return boolean(json.get<bool>());
    case Json::value_t::number_integer: return integer(json.get<std::int64_t>());
    case Json::value_t::number_unsigned: {
      const auto value = json.get<std::uint64_t>();
      if (value >> 63) return unsigned_integer(value);
      return integer(static_cast<std::int64_t>(value));
    }
    case Json::value_t::number_float: return floating(json.get<double>());
    case Json::value_t::string: return string(json.get_ref<const std::string&>());
    case Json::value_t::array: case Json::value_t::object: {
      Value v(json.is_array() ? Kind::json_list : Kind::json_map);
      v.json_ = &json;
      return v;
    }
    case Json::value_t::binary: {
      const auto& data = json.get_binary();
      return bytes({reinterpret_cast<const char*>(data.data()), data.size()});
    }
    default: return null();
  }
}

std::size_t Value::list_size() const { return is(Kind::list) ? list_->size() : json_->size(); }
Value Value::list_item(std::size_t index) const {
  return is(Kind::list) ? (*list_)[index] : from_json((*json_)[index]);
}
std::size_t Value::map_size() const { return is(Kind::map) ? map_->entries.size() : json_->size(); }

std::optional<Value> Value::map_find(const Value& key) const {
  if (is(Kind::json_map)) {
    if (!key.is(Kind::string)) return std::nullopt;
    const Json* found = member_of(*json_, key.as_text());
    if (found == nullptr) return std::nullopt;
    return from_json(*found);
  }
  for (const auto& [known, value] : map_->entries) {
    if (equal(known, key)) return value;
  }
  return std::nullopt;
}

// Expressions do little else. Among a few dozen names, telling them apart by their lengths first takes
// less than comparing the texts of every second half.
const Json* member_of(const Json& object, std::string_view name) {
  constexpr std::size_t few = 40;
  const auto& members = object.get_ref<const Json::object_t&>();
  if (members.size() > few) {
    const auto found = members.find(name);
    return found == members.end() ? nullptr : &found->second;
  }
  for (const auto& [known, member] : members) {
    if (known.size() == name.size() && known == name) return &member;
  }
  return nullptr;
}

bool equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.is_list() && b.is_list()) return equal_lists(a, b);
  if (a.is_map() && b.is_map()) return equal_maps(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::null: return true;
    case Value::Kind::boolean: return a.as_boolean() == b.as_boolean();
    case Value::Kind::string: case Value::Kind::bytes: return a.as_text() == b.as_text();
    case Value::Kind::timestamp: case Value::Kind::duration: return a.as_moment() == b.as_moment();
    case Value::Kind::date: return a.as_date() == b.as_date();
    case Value::Kind::type: return a.as_type() == b.as_type();
    default: return false;
  }
}

std::optional<int> compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Value::Kind::boolean: return order(a.as_boolean(), b.as_boolean());
    case Value::Kind::string: case Value::Kind::bytes: return order(a.as_text(), b.as_text());
    case Value::Kind::timestamp: case Value::Kind::duration:
      return order(a.as_moment(), b.as_moment());
    case Value::Kind::date: return order(a.as_date(), b.as_date());
    default: return std::nullopt;
  }
}

std::string_view kind_name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::error: return "error";
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return "bool";
    case Value::Kind::integer: return "int";
    case Value::Kind::unsigned_integer: return "uint";
    case Value::Kind::floating: return "double";
    case Value::Kind::string: return "string";
    case Value::Kind::bytes: return "bytes";
    case Value::Kind::timestamp: return "timestamp";
    case Value::Kind::duration: return "duration";
    case Value::Kind::date: return "date";
    case Value::Kind::list: case Value::Kind::json_list: return "list";
    case Value::Kind::map: case Value::Kind::json_map: return "map";
    case Value::Kind::type: return "type";
  }
  return "unknown";
}

std::string shape(const Value& value) {
  if (value.is_list()) return fmt::format("a list of {}", value.list_size());
  if (!value.is_map()) return std::string(kind_name(value.kind()));
  if (value.map_size() == 0) return "an empty map";
  std::string keys;
  std::size_t count = 0;
  value.map_each([&](const Value& key, const Value& item) {
    if (count == most_shown_keys) {
      keys += ", …";
      return false;
    }
    if (count++ > 0) keys += ", ";
    keys += fmt::format("{} ({})", key_text(key).value_or("?"), kind_name(item.kind()));
    return true;
  });
  return "a map with " + keys;
}

std::optional<Value::Kind> scalar_kind(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::null: return Value::Kind::null;
    case Type::Kind::boolean: return Value::Kind::boolean;
    case Type::Kind::integer: return Value::Kind::integer;
    case Type::Kind::unsigned_integer: return Value::Kind::unsigned_integer;
    case Type::Kind::floating: return Value::Kind::floating;
    case Type::Kind::string: return Value::Kind::string;
    case Type::Kind::bytes: return Value::Kind::bytes;
    case Type::Kind::timestamp: return Value::Kind::timestamp;
    case Type::Kind::duration: return Value::Kind::duration;
    case Type::Kind::date: return Value::Kind::date;
    case Type::Kind::type: return Value::Kind::type;
    default: return std::nullopt;
  }
}

std::optional<Json> to_json(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return Json();
    case Value::Kind::boolean: return Json(value.as_boolean());
    case Value::Kind::integer: return Json(value.as_integer());
    case Value::Kind::unsigned_integer: return Json(value.as_unsigned());
    case Value::Kind::floating:
      if (!std::isfinite(value.as_floating())) return std::nullopt;
      return Json(value.as_floating());
    case Value::Kind::string: return Json(std::string(value.as_text()));
    case Value::Kind::bytes: return Json(base64(value.as_text()));
    case Value::Kind::timestamp: return Json(moment_text(value.as_moment()));
    case Value::Kind::duration: return Json(duration_text(value.as_moment()));
    case Value::Kind::date: return Json(to_iso_date(value.as_date()));
    case Value::Kind::type: return Json(std::string(kind_name(value.as_type())));
    case Value::Kind::json_list: case Value::Kind::json_map: return value.as_json();
    case Value::Kind::list: {
      Json list = Json::array();
      for (const Value& item : value.as_list()) {
        auto json = to_json(item);
        if (!json) return std::nullopt;
        list.push_back(std::move(*json));
      }
      return list;
    }
    case Value::Kind::map: {
      Json map = Json::object();
      for (const auto& [key, item] : value.as_map().entries) {
        auto json = to_json(item);
        if (!json) return std::nullopt;
        map[key_text(key).value_or("")] = std::move(*json);
      }
      return map;
    }
    case Value::Kind::error: break;
  }
  return std::nullopt;
}

std::optional<Moment> parse_moment(std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  Moment moment{std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count(), 0};
  if (text.size() > 19 && text[19] == '.') {
    std::int32_t scale = nanos_per_second / 10;
    for (std::size_t i = 20; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      moment.nanos += (text[i] - '0') * scale;
      scale /= 10;
    }
  }
  if (!valid_timestamp(moment)) return std::nullopt;
  return moment;
}

std::string moment_text(Moment time) {
  std::string text = to_rfc3339(Timestamp{std::chrono::seconds{time.seconds}});
  if (time.nanos != 0) {
    std::string fraction = fmt::format(".{:09}", time.nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text.insert(text.size() - 1, fraction);
  }
  return text;
}

std::optional<Moment> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text == "0") return Moment{};
  if (text.empty()) return std::nullopt;
  Wide total = 0;  // nanoseconds
  while (!text.empty()) {
    Wide whole = 0, fraction = 0, scale = 1;
    std::size_t digits = 0, at = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
      if (digits > 18) return std::nullopt;
      whole = whole * 10 + (text[at] - '0');
    }
    if (at < text.size() && text[at] == '.') {
      for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
        if (scale < 1'000'000'000'000'000) {
          fraction = fraction * 10 + (text[at] - '0');
          scale *= 10;
        }
      }
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(at);
    static constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"ns", 1}, {"us", 1'000}, {"µs", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000},
        {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
    const auto* unit = std::find_if(std::begin(units), std::end(units), [&](const auto& candidate) {
      return text.starts_with(candidate.first);
    });
    if (unit == std::end(units)) return std::nullopt;
    text.remove_prefix(unit->first.size());
    total += whole * unit->second + fraction * unit->second / scale;
  }
  if (total / nanos_per_second > longest_duration) return std::nullopt;
  if (negative) total = -total;
  return normal(static_cast<std::int64_t>(total / nanos_per_second),
                static_cast<std::int64_t>(total % nanos_per_second));
}

std::string duration_text(Moment duration) {
  const bool negative = duration.seconds < 0;
  if (negative) duration = minus({}, duration);
  std::string text = fmt::format("{}{}", negative ? "-" : "", duration.seconds);
  if (duration.nanos != 0) {
    std::string fraction = fmt::format(".{:09}", duration.nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + "s";
}

bool valid_timestamp(Moment time) {
  static const std::int64_t first = epoch_seconds(1, 1, 1);
  static const std::int64_t beyond = epoch_seconds(10000, 1, 1);
  return time.seconds >= first && time.seconds < beyond;
}

bool valid_duration(Moment duration) {
  return duration >= Moment{-longest_duration, 0} && duration <= Moment{longest_duration, 0};
}

// Both operands are within their ranges, so that the sums cannot overflow.
Moment plus(Moment a, Moment b) {
  return normal(a.seconds + b.seconds, std::int64_t{a.nanos} + b.nanos);
}
Moment minus(Moment a, Moment b) {
  return normal(a.seconds - b.seconds, std::int64_t{a.nanos} - b.nanos);
}

Timestamp to_timestamp(Moment time) {
  return Timestamp{std::chrono::seconds{time.seconds} + std::chrono::microseconds{time.nanos / 1000}};
}

}  // namespace elukaar::cel
