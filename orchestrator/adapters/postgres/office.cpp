#include "adapters/postgres/office.hpp"

#include <utility>

#include "adapters/postgres/case_rows.hpp"

namespace elukaar::adapters::postgres {
namespace {

using caseview::CaseRecord;
using office::TaskRecord;

constexpr SessionKind office_sessions{.name = "elukaar office", .settings = page_settings, .attempts = 2};

// A task, which is a call of a case; the case itself stands before it.
constexpr ReadColumn<TaskRecord> task_columns[] = {
    {"t.id", [](TaskRecord& task, Field field) { task.id = CallId{uuid_of(field)}; }},
    {"t.role", [](TaskRecord& task, Field field) { task.role = text_of(field); }},
    {"t.operation", [](TaskRecord& task, Field field) { task.operation = text_of(field); }},
    {"t.input::text", [](TaskRecord& task, Field field) { task.input = Json::parse(field.c_str()); }},
    {"t.due_on::text",
     [](TaskRecord& task, Field field) {
       if (!field.is_null()) task.by = parse_iso_date(field.c_str());
     }},
    {MICROS("t.created_at"), [](TaskRecord& task, Field field) { task.since = time_of(field); }},
    {"t.status",
     [](TaskRecord& task, Field field) {
       task.state = lifecycle::call_state_from(text_of(field)).value_or(task.state);
     }},
    {"t.answer",
     [](TaskRecord& task, Field field) {
       if (!field.is_null()) task.answer = digest_of(field);
     }},
};

std::string select_cases() { return "select " + list_of(case_columns) + " from " CASE_TABLES " "; }

std::string select_tasks() {
  return "select " + list_of(case_columns) + ", " + list_of(task_columns) + " from " CASE_TABLES
         " join elukaar.call t on t.municipality = c.municipality and t.case_id = c.id ";
}

std::vector<TaskRecord> read_tasks(pqxx::work& work, const pqxx::result& rows) {
  std::vector<TaskRecord> tasks;
  for (const auto& row : rows) {
    TaskRecord& task = tasks.emplace_back();
    read(task.of, row, case_columns);
    read(task, row, task_columns, std::size(case_columns));
    task.of.parties = select_parties(work, task.of);
  }
  return tasks;
}

}  // namespace

struct PgOffice::Implementation {
  Connection connection;
};

PgOffice::PgOffice(std::string connection)
    : implementation_(new Implementation{Connection{std::move(connection), office_sessions}}) {}

PgOffice::~PgOffice() = default;

std::vector<CaseRecord> PgOffice::cases_of(const Municipality& municipality) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    return read_cases(work, work.exec_params(select_cases() + R"sql(
where c.municipality = $1 and c.status is not null
order by c.decided_at desc limit $2)sql",
                                             municipality.str(), max_cases));
  });
}

std::optional<CaseRecord> PgOffice::find_case(const Municipality& municipality, const Uuid& public_id) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    return read_first_case(work, work.exec_params(select_cases() + R"sql(
where c.municipality = $1 and c.public_id = $2 and c.status is not null limit 1)sql",
                                                  municipality.str(), public_id.str()));
  });
}

std::vector<TaskRecord> PgOffice::tasks_of(const Municipality& municipality) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    return read_tasks(work, work.exec_params(select_tasks() + R"sql(
where c.municipality = $1 and t.status = 'entrusted'
order by t.due_on, t.created_at, t.id limit $2)sql",
                                             municipality.str(), max_tasks));
  });
}

std::optional<TaskRecord> PgOffice::task(const Municipality& municipality, const CallId& id) {
  return implementation_->connection.transaction_for(
      municipality, [&](pqxx::work& work) -> std::optional<TaskRecord> {
        auto found = read_tasks(work, work.exec_params(select_tasks() + R"sql(
where c.municipality = $1 and t.id = $2 and (t.status = 'entrusted' or t.answer is not null))sql",
                                                       municipality.str(), id.str()));
        if (found.empty()) return std::nullopt;
        return std::move(found.front());
      });
}

bool PgOffice::answer_task(const office::TaskAnswer& answer) {
  const bool done = answer.state == lifecycle::CallState::succeeded;
  return implementation_->connection.transaction_for(answer.municipality, [&](pqxx::work& work) {
    const auto changed = work.exec_params(R"sql(
update elukaar.call
set status = $3, news = $4, result = $5::jsonb, answered_by = $6, answer = $7,
    answered_at = elukaar.case_now()
where municipality = $1 and id = $2 and status = 'entrusted')sql",
                                          answer.municipality.str(), answer.id.str(),
                                          std::string{lifecycle::to_string(answer.state)},
                                          done ? "done" : "error", answer.result.dump(),
                                          answer.official.str(), bytea(answer.answer));
    return changed.affected_rows() > 0;
  });
}

}  // namespace elukaar::adapters::postgres
