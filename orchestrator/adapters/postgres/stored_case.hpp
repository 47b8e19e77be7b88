#pragma once

#include <memory>
#include <pqxx/pqxx>
#include <vector>

#include "adapters/postgres/array.hpp"
#include "engine/ports/case_store.hpp"

// How a case lies in the database: its plain columns; what its states hold, its context and its status as JSON
// text.
namespace elukaar::adapters::postgres {

// The rows of statement `lock_cases`.
std::vector<std::unique_ptr<engine::StoredCase>> read_cases(const pqxx::result& rows);

// The columns of CASE_ROWS, in its order.
using CaseColumns = Rows<sql::Text, sql::Id, sql::Text, sql::Integer, sql::Boolean, sql::Text, sql::Text,
                         sql::Text, sql::Text, sql::Text, sql::Bigint, sql::Bigint, sql::Integer, sql::Bytes,
                         sql::Time, sql::Time>;
CaseColumns written(const std::vector<engine::DecidedCase>& cases);

}  // namespace elukaar::adapters::postgres
