#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <pqxx/pqxx>

#include "base/ids.hpp"

// Array parameters in PostgreSQL's binary form, which neither side has to write and read as text: what a
// batch hands over passes here. For this folder's .cpp files only.
namespace elukaar::adapters::postgres {

// The element types: what an element is here, and how it is written (the type's own `recv` function;
// `oid` as in pg_type). `to` is a writer of bytes.
namespace sql {

inline constexpr std::chrono::sys_days first_day{std::chrono::year{2000} / 1 / 1};  // PostgreSQL's

// A whole number, in as many bytes as it has here; `Written` is it without its sign.
template <class Number, class Written, std::uint32_t type>
struct Whole {
  using Value = Number;
  static constexpr std::uint32_t oid = type;
  static void write(auto& to, Value value) { to.number(static_cast<Written>(value)); }
};
using Boolean = Whole<bool, std::uint8_t, 16>;
using Bigint = Whole<std::int64_t, std::uint64_t, 20>;
using Smallint = Whole<std::int16_t, std::uint16_t, 21>;
using Integer = Whole<std::int32_t, std::uint32_t, 23>;

// Bytes as they are.
template <std::uint32_t type>
struct Plain {
  using Value = std::string_view;
  static constexpr std::uint32_t oid = type;
  static void write(auto& to, Value value) { to.text(value); }
};
using Bytes = Plain<17>;
using Text = Plain<25>;

struct Day {
  using Value = Date;
  static constexpr std::uint32_t oid = 1082;
  static void write(auto& to, Value value) {
    to.number(static_cast<std::uint32_t>((value - first_day).count()));
  }
};
struct Time {  // timestamptz
  using Value = Timestamp;
  static constexpr std::uint32_t oid = 1184;
  static void write(auto& to, Value value) {
    to.number(static_cast<std::uint64_t>((value - Timestamp{first_day}).count()));
  }
};
struct Id {
  using Value = Uuid;
  static constexpr std::uint32_t oid = 2950;
  static void write(auto& to, const Value& value) {
    to.text({reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size()});
  }
};
struct Jsonb {
  using Value = std::string_view;  // JSON text
  static constexpr std::uint32_t oid = 3802;
  static void write(auto& to, Value value) {
    to.number(std::uint8_t{1});  // version of the form
    to.text(value);
  }
};

}  // namespace sql

// One array parameter, `$n::type[]`, built element by element; complete after each.
template <class Type>
class Array {
 public:
  using Value = typename Type::Value;

  Array() {
    number(std::uint32_t{1});  // dimensions
    number(std::uint32_t{0});  // with nulls?
    number(Type::oid);
    number(std::uint32_t{0});  // elements
    number(std::uint32_t{1});  // number of the first
  }

  // Also an optional value, whose absence is null; an id or a name as what it holds.
  template <class Given>
  void add(const Given& given) {
    if constexpr (requires { given.has_value(); }) {
      given ? add(*given) : add_null();
    } else if constexpr (std::is_convertible_v<Given, Value> || std::is_enum_v<Given>) {
      element(static_cast<Value>(given));
    } else if constexpr (std::is_same_v<Value, Uuid>) {
      element(given.uuid());
    } else {
      element(given.str());
    }
  }
  void add_null() {
    number(~std::uint32_t{0});
    put(nulls_place, std::uint32_t{1});
    put(count_place, ++count_);
  }

  pqxx::binarystring parameter() const { return {bytes_.data(), bytes_.size()}; }

  // For Type::write.
  void text(std::string_view text) { bytes_ += text; }
  template <class Number>
  void number(Number value) {
    const std::size_t place = bytes_.size();
    bytes_.resize(place + sizeof(Number));
    put(place, value);
  }

 private:
  static constexpr std::size_t nulls_place = 4, count_place = 12;

  void element(const Value& value) {
    const std::size_t begin = bytes_.size();
    number(std::uint32_t{0});
    Type::write(*this, value);
    put(begin, static_cast<std::uint32_t>(bytes_.size() - begin - sizeof(std::uint32_t)));
    put(count_place, ++count_);
  }

  // In network byte order.
  template <class Number>
  void put(std::size_t place, Number value) {
    for (std::size_t i = sizeof(Number); i-- > 0; value = static_cast<Number>(value >> 8)) {
      bytes_[place + i] = static_cast<char>(value & 0xff);
    }
  }

  std::string bytes_;
  std::uint32_t count_ = 0;
};

// Of whatever holds what can be added.
template <class Type, class Values>
Array<Type> array_of(const Values& values) {
  Array<Type> array;
  for (const auto& value : values) array.add(value);
  return array;
}

// The parameters that stand together for rows: an array a column, all of one length.
template <class... Types>
class Rows {
 public:
  // A value for each column; an optional one where it may be null.
  template <class... Values>
  void add(const Values&... values) {
    static_assert(sizeof...(Values) == sizeof...(Types), "a value for each column");
    std::apply([&](auto&... columns) { (columns.add(values), ...); }, columns_);
  }

  // As a tuple of parameters, in order.
  auto parameters() const {
    return std::apply([](const auto&... columns) { return std::tuple{columns.parameter()...}; },
                      columns_);
  }

 private:
  std::tuple<Array<Types>...> columns_;
};

template <class Argument>
auto parameters_of(const Argument& argument) {
  return std::tuple<const Argument&>(argument);
}
template <class... Types>
auto parameters_of(const Rows<Types...>& rows) {
  return rows.parameters();
}
template <class Type>
auto parameters_of(const Array<Type>& array) {
  return std::tuple{array.parameter()};
}

// work.exec_prepared(statement, …), each Array and each column of Rows a parameter.
template <class... Arguments>
pqxx::result exec_prepared(pqxx::transaction_base& work, const char* statement,
                           const Arguments&... arguments) {
  return std::apply(
      [&](const auto&... parameters) { return work.exec_prepared(statement, parameters...); },
      std::tuple_cat(parameters_of(arguments)...));
}

// work.exec_params(sql, …), likewise.
template <class... Arguments>
pqxx::result exec_params(pqxx::transaction_base& work, const std::string& sql,
                         const Arguments&... arguments) {
  return std::apply([&](const auto&... parameters) { return work.exec_params(sql, parameters...); },
                    std::tuple_cat(parameters_of(arguments)...));
}

}  // namespace elukaar::adapters::postgres
