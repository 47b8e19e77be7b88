#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/timestamp.hpp"
#include "cel/type.hpp"

namespace elukaar::cel {

// CEL's moments and durations: nanoseconds over ten thousand years, hence two numbers.
struct Moment {
  std::int64_t seconds = 0;  // since 1970, or a duration's length
  std::int32_t nanos = 0;    // 0 … 999,999,999, also before 1970 and in negative durations
  auto operator<=>(const Moment&) const = default;
};

struct MapValue;

// A value during evaluation: 24 bytes, trivially copied. Texts, JSON, lists and maps are borrowed from
// the data, the program or the evaluation's Arena.
class Value {
 public:
  enum class Kind : std::uint8_t {
    error,  // the evaluation knows which
    null, boolean, integer, unsigned_integer, floating, string, bytes, timestamp, duration, date, list,
    map, json_list, json_map, type
  };

  Value() : kind_(Kind::null), integer_(0) {}
  static Value error() { return Value(Kind::error); }
  static Value null() { return {}; }
  static Value boolean(bool value);
  static Value integer(std::int64_t value);
  static Value unsigned_integer(std::uint64_t value);
  static Value floating(double value);
  static Value string(std::string_view value);
  static Value bytes(std::string_view value);
  static Value timestamp(Moment value);
  static Value timestamp(Timestamp value);
  static Value duration(Moment value);
  static Value date(Date value);
  static Value list(const std::vector<Value>* value);
  static Value map(const MapValue* value);
  static Value type(Kind value);
  // Whole numbers are int where they fit; texts stay texts.
  static Value from_json(const Json& json);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_error() const { return kind_ == Kind::error; }
  bool is_number() const { return kind_ >= Kind::integer && kind_ <= Kind::floating; }
  bool is_list() const { return kind_ == Kind::list || kind_ == Kind::json_list; }
  bool is_map() const { return kind_ == Kind::map || kind_ == Kind::json_map; }

  // Each only for a value of its kind.
  bool as_boolean() const { return boolean_; }
  std::int64_t as_integer() const { return integer_; }
  std::uint64_t as_unsigned() const { return unsigned_; }
  double as_floating() const { return floating_; }
  std::string_view as_text() const { return {text_.data, text_.size}; }  // string, bytes
  Moment as_moment() const { return moment_; }                          // timestamp, duration
  Date as_date() const { return Date{std::chrono::days{integer_}}; }
  const std::vector<Value>& as_list() const { return *list_; }
  const MapValue& as_map() const { return *map_; }
  const Json& as_json() const { return *json_; }                        // json_list, json_map
  Kind as_type() const { return type_; }

  std::size_t list_size() const;                // of any list
  Value list_item(std::size_t index) const;     // of any list, index within
  std::size_t map_size() const;
  // Of any map; nothing: no such key. Numbers that are equal are the same key.
  std::optional<Value> map_find(const Value& key) const;
  // Calls visit(key, value) until it answers false.
  template <class Visit>
  void map_each(Visit visit) const;

 private:
  explicit Value(Kind kind) : kind_(kind), integer_(0) {}

  struct Text {
    const char* data;
    std::size_t size;
  };
  Kind kind_;
  union {
    bool boolean_;
    std::int64_t integer_;
    std::uint64_t unsigned_;
    double floating_;
    Text text_;
    Moment moment_;
    const std::vector<Value>* list_;
    const MapValue* map_;
    const Json* json_;
    Kind type_;
  };
};

struct MapValue {
  std::vector<std::pair<Value, Value>> entries;  // in order of writing; keys differ
};

template <class Visit>
void Value::map_each(Visit visit) const {
  if (kind_ == Kind::json_map) {
    for (auto it = json_->begin(); it != json_->end(); ++it) {
      if (!visit(Value::string(it.key()), Value::from_json(it.value()))) return;
    }
  } else {
    for (const auto& [key, value] : map_->entries) {
      if (!visit(key, value)) return;
    }
  }
}

// Owns what an evaluation makes. Nothing is allocated until something is kept.
class Arena {
 public:
  std::string_view keep(std::string text) { return strings_.emplace_front(std::move(text)); }
  const std::vector<Value>* keep(std::vector<Value> list) {
    return &lists_.emplace_front(std::move(list));
  }
  const MapValue* keep(MapValue map) { return &maps_.emplace_front(std::move(map)); }

 private:
  std::forward_list<std::string> strings_;
  std::forward_list<std::vector<Value>> lists_;
  std::forward_list<MapValue> maps_;
};

// An object's member; null: it has none of this name.
const Json* member_of(const Json& object, std::string_view name);

// CEL's ==: numbers of different types compare by value, values of different kinds are unequal.
bool equal(const Value& a, const Value& b);
// <0, 0, >0; nothing where the two have no order (different kinds, NaN).
std::optional<int> compare(const Value& a, const Value& b);

// As messages and type() name it: "int", "google.protobuf.Timestamp".
std::string_view kind_name(Value::Kind kind);
// What a value looks like without telling it: "int", "list of 3", "map with id, place".
std::string shape(const Value& value);
// The kind of value that a type's values have; nothing for dyn, list, map and object.
std::optional<Value::Kind> scalar_kind(Type::Kind kind);

// Nothing where JSON cannot hold it (NaN, infinity).
std::optional<Json> to_json(const Value& value);

// RFC 3339 with nanoseconds, years 1 to 9999.
std::optional<Moment> parse_moment(std::string_view text);
std::string moment_text(Moment time);
// Go's notation: "1h30m", "-1.5s", "100ms".
std::optional<Moment> parse_duration(std::string_view text);
std::string duration_text(Moment duration);  // "5400s", "-1.5s"
bool valid_timestamp(Moment time);
bool valid_duration(Moment duration);
// The sum and difference as pairs of numbers; ranges are the caller's.
Moment plus(Moment a, Moment b);
Moment minus(Moment a, Moment b);
Timestamp to_timestamp(Moment time);

}  // namespace elukaar::cel
