#include "adapters/postgres/case_rows.hpp"

namespace elukaar::adapters::postgres {

using caseview::CaseRecord;

std::optional<access::Role> party_role(const std::string& word) {
  return access::parse_role(word == "guardians" ? "guardian" : word);
}

std::vector<access::Party> select_parties(pqxx::work& work, const CaseRecord& of) {
  std::vector<access::Party> parties;
  for (const auto& row : work.exec_params(
           "select person, role, " MICROS("since") ", " MICROS("until") R"sql(
from elukaar.party where municipality = $1 and case_id = $2 order by since, role, person)sql",
           of.municipality.str(), of.id.str())) {
    const auto role = party_role(text_of(row[1]));
    if (!role) continue;
    access::Party party{Pseudonym{text_of(row[0])}, *role, time_of(row[2]), std::nullopt};
    if (!row[3].is_null()) party.to = time_of(row[3]);
    parties.push_back(std::move(party));
  }
  return parties;
}

std::vector<CaseRecord> read_cases(pqxx::work& work, const pqxx::result& rows) {
  std::vector<CaseRecord> records;
  for (const auto& row : rows) records.push_back(read(row, case_columns));
  for (CaseRecord& record : records) record.parties = select_parties(work, record);
  return records;
}

std::optional<CaseRecord> read_first_case(pqxx::work& work, const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  CaseRecord record = read(rows[0], case_columns);
  record.parties = select_parties(work, record);
  return record;
}

}  // namespace elukaar::adapters::postgres
