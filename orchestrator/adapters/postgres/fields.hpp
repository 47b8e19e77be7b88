#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <pqxx/pqxx>

#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/timestamp.hpp"

// How this folder's .cpp files read PostgreSQL's fields, and write the single parameters that have no type of
// their own in libpqxx. Moments are written as to_rfc3339 writes them.
namespace elukaar::adapters::postgres {

// What to select of a moment, for time_of.
#define MICROS(moment) "(extract(epoch from " moment ") * 1000000)::bigint"
inline std::string micros_of(const std::string& moment) {
  return "(extract(epoch from " + moment + ") * 1000000)::bigint";
}

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
  return field.is_null() ? std::string{} : std::string{field.c_str(), field.size()};
}

inline std::string bytes_of(const pqxx::field& field) { return pqxx::binarystring(field).str(); }

inline Digest digest_of(const pqxx::field& field) {
  const pqxx::binarystring bytes(field);
  Digest digest{};
  if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// An empty text stands for null.
inline std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

inline std::string bytea(const Digest& digest) { return "\\x" + to_hex(digest); }

}  // namespace elukaar::adapters::postgres
