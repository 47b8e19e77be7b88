#pragma once

#include <pqxx/pqxx>
#include <stdexcept>

#include "base/ids.hpp"

// How this folder's .cpp files read PostgreSQL's fields; not for anyone else.
namespace elukaar::adapters::postgres {

// Microseconds since 1970: `(extract(epoch from at) * 1000000)::bigint`.
inline Timestamp time_of(const pqxx::field& field) {
  return Timestamp{std::chrono::microseconds{field.as<long long>()}};
}

inline Uuid uuid_of(const pqxx::field& field) {
  const auto id = Uuid::parse(field.c_str());
  if (!id) throw std::runtime_error("expected a uuid from the database, found something else");
  return *id;
}

// Empty for null.
inline std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : field.as<std::string>();
}

}  // namespace elukaar::adapters::postgres
