#pragma once

#include <optional>
#include <string>
#include <vector>

#include <pqxx/pqxx>

#include "adapters/postgres/columns.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/fields.hpp"
#include "caseview/view_store.hpp"

// How cases are read for people's pages, residents' and officials' alike.
namespace elukaar::adapters::postgres {

// Everything of the pages goes by key or person: a plan made while a table was empty must not read all of it.
constexpr const char* page_settings = "set statement_timeout = '10s'; set enable_seqscan = off";

// A case as pages need it, without its parties: its columns out of case_tables.
#define CASE_TABLES "elukaar.cases c join elukaar.workflow_release r on r.id = c.release"
constexpr ReadColumn<caseview::CaseRecord> case_columns[] = {
    {"c.municipality",
     [](caseview::CaseRecord& of, Field field) { of.municipality = Municipality{text_of(field)}; }},
    {"c.id", [](caseview::CaseRecord& of, Field field) { of.id = CaseId{uuid_of(field)}; }},
    {"c.public_id", [](caseview::CaseRecord& of, Field field) { of.public_id = uuid_of(field); }},
    {"c.number", [](caseview::CaseRecord& of, Field field) { of.number = text_of(field); }},
    {"c.service", [](caseview::CaseRecord& of, Field field) { of.service = text_of(field); }},
    {"c.release", [](caseview::CaseRecord& of, Field field) { of.release = field.as<int>(); }},
    {"r.digest", [](caseview::CaseRecord& of, Field field) { of.release_digest = text_of(field); }},
    {"c.state",
     [](caseview::CaseRecord& of, Field field) {
       of.active = Json::parse(field.c_str()).value("active", std::vector<std::string>{});
     }},
    {"c.context", [](caseview::CaseRecord& of, Field field) { of.context = Json::parse(field.c_str()); }},
    {"c.status",
     [](caseview::CaseRecord& of, Field field) {
       of.status = field.is_null() ? Json() : Json::parse(field.c_str());
     }},
    {"c.revision",
     [](caseview::CaseRecord& of, Field field) { of.revision = field.as<unsigned long long>(); }},
    {MICROS("c.decided_at"), [](caseview::CaseRecord& of, Field field) { of.decided_at = time_of(field); }},
    {MICROS("c.created_at"), [](caseview::CaseRecord& of, Field field) { of.created_at = time_of(field); }},
};

// The role behind the word in the table (workflow files write `guardians`; a party is one of them); nothing for
// a word that no page knows.
std::optional<access::Role> party_role(const std::string& word);

// All parties that the case has or had.
std::vector<access::Party> select_parties(pqxx::work& work, const caseview::CaseRecord& of);

// Cases with their parties, of rows that hold case_columns.
std::vector<caseview::CaseRecord> read_cases(pqxx::work& work, const pqxx::result& rows);
std::optional<caseview::CaseRecord> read_first_case(pqxx::work& work, const pqxx::result& rows);

}  // namespace elukaar::adapters::postgres
