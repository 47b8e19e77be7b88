#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace elukaar::adapters::postgres {

// Brings the database's schema up: applies, in order and each in its own transaction, the migrations
// of `schema/` that it has not seen; `applied` is told the name of each. Refuses, with an exception, a
// database that a newer program has already changed, and a migration that was edited after it ran.
// Two programs that start at once wait for each other.
void bring_schema_up(const std::string& connection,
                     const std::function<void(const std::string&)>& applied);

// Whether every migration of this program has been applied and no other.
bool schema_is_current(const std::string& connection);

// The number of this program's newest migration, as its file is named: "20261130225000".
std::string_view schema_number();

}  // namespace elukaar::adapters::postgres
