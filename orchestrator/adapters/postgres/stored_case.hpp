#pragma once

#include <memory>
#include <string>
#include <vector>

#include <pqxx/pqxx>

#include "engine/ports/case_store.hpp"

// How a case lies in the database: its plain columns; what its states hold, its context and its status as JSON
// text. Each column is named once, in the list of stored_case.cpp: with it a case is selected, read, created and
// updated.
namespace elukaar::adapters::postgres {

// SQL: locks the cases of $1::text[] (municipalities) and $2::uuid[] (ids), in their order; for read_cases.
std::string lock_cases_sql();
std::vector<std::unique_ptr<engine::StoredCase>> read_cases(const pqxx::result& rows);

// SQL: inserts the cases, or writes what a decision may change of them. Its parameters are an array a column.
std::string create_cases_sql();
std::string update_cases_sql();
// Runs either, prepared as `statement`.
void write_cases(pqxx::transaction_base& work, const char* statement,
                 const std::vector<engine::DecidedCase>& cases);

}  // namespace elukaar::adapters::postgres
