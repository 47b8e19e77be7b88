#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"

// A column is named once for reading and once for writing, beside what becomes of it; its place follows from
// the list that it stands in. For this folder's .cpp files only.
namespace elukaar::adapters::postgres {

using Field = const pqxx::field&;

// A column that is read: what is selected, and where it goes.
template <class Record>
struct ReadColumn {
  const char* selected;
  void (*read)(Record& record, Field field);
};

// "a, b, c": what stands behind `select`.
template <class Record, std::size_t size>
std::string list_of(const ReadColumn<Record> (&columns)[size]) {
  std::string list;
  for (const auto& column : columns) {
    if (!list.empty()) list += ", ";
    list += column.selected;
  }
  return list;
}

// The columns of a row from `first` on, in their order.
template <class Record, std::size_t size>
void read(Record& record, const pqxx::row& row, const ReadColumn<Record> (&columns)[size],
          pqxx::row::size_type first = 0) {
  for (const auto& column : columns) column.read(record, row[first++]);
}
template <class Record, std::size_t size>
Record read(const pqxx::row& row, const ReadColumn<Record> (&columns)[size]) {
  Record record;
  read(record, row, columns);
  return record;
}

// A column that is written: its name, its type (of sql::), and what of a record stands in it.
template <class Type, class Get>
struct WriteColumn {
  using ElementType = Type;
  const char* name;
  Get get;
};
template <class Type, class Get>
constexpr WriteColumn<Type, Get> column(const char* name, Get get) {
  return {name, get};
}

constexpr const char* name_of_type(std::uint32_t oid) {
  switch (oid) {
    case sql::Boolean::oid: return "boolean";
    case sql::Bigint::oid: return "bigint";
    case sql::Smallint::oid: return "smallint";
    case sql::Integer::oid: return "integer";
    case sql::Bytes::oid: return "bytea";
    case sql::Text::oid: return "text";
    case sql::Day::oid: return "date";
    case sql::Time::oid: return "timestamptz";
    case sql::Id::oid: return "uuid";
    case sql::Jsonb::oid: return "jsonb";
  }
  throw "a type of array.hpp without a name here";
}

// What is written together, an array parameter a column. Taken apart in the select list: in a FROM clause
// each column would first be gathered in a store of its own.
template <class... Columns>
class WriteColumns {
 public:
  constexpr explicit WriteColumns(Columns... columns) : columns_(columns...) {}

  // visit(column, place) for each, in order.
  template <class Visit>
  void each(const Visit& visit) const {
    int place = 0;
    std::apply([&](const auto&... columns) { (visit(columns, place++), ...); }, columns_);
  }

  // "a, b, c"
  std::string names() const {
    std::string list;
    each([&](const auto& column, int) {
      if (!list.empty()) list += ", ";
      list += column.name;
    });
    return list;
  }

  // "select unnest($1::text[]) as a, …", the first parameter being `first`.
  std::string rows(int first = 1) const {
    std::string list;
    each([&](const auto& column, int place) {
      list += place == 0 ? "select unnest($" : ", unnest($";
      list += std::to_string(first + place);
      list += "::";
      list += name_of_type(std::decay_t<decltype(column)>::ElementType::oid);
      list += "[]) as ";
      list += column.name;
    });
    return list;
  }

  // The parameters for rows().
  template <class Records>
  auto parameters(const Records& records) const {
    Rows<typename Columns::ElementType...> rows;
    for (const auto& record : records) {
      std::apply([&](const auto&... columns) { rows.add(columns.get(record)...); }, columns_);
    }
    return rows;
  }

 private:
  std::tuple<Columns...> columns_;
};

}  // namespace elukaar::adapters::postgres
