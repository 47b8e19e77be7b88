#include "adapters/postgres/case_views.hpp"

#include <utility>

#include "adapters/postgres/array.hpp"
#include "adapters/postgres/case_rows.hpp"
#include "caseview/rights.hpp"
#include "engine/ports/lane.hpp"

namespace elukaar::adapters::postgres {
namespace {

using caseview::ActionDraft;
using caseview::ActionRecord;
using caseview::CaseRecord;
using caseview::JournalRecord;
using resident::SeenCase;

constexpr std::size_t max_seen = 100'000;  // rows of one look at what open pages see

#define PARTY_IS_CURRENT \
  "p.since <= (select elukaar.case_now()) and (p.until is null or (select elukaar.case_now()) < p.until)"

// ---- What is read ------------------------------------------------------------------------------

constexpr ReadColumn<JournalRecord> journal_columns[] = {
    {"sequence", [](JournalRecord& row, Field field) { row.sequence = field.as<unsigned long long>(); }},
    {"kind", [](JournalRecord& row, Field field) { row.kind = text_of(field); }},
    {"name", [](JournalRecord& row, Field field) { row.name = text_of(field); }},
    {"disposition", [](JournalRecord& row, Field field) { row.disposition = text_of(field); }},
    {MICROS("at"), [](JournalRecord& row, Field field) { row.at = time_of(field); }},
    {"trace", [](JournalRecord& row, Field field) { row.trace = Json::parse(field.c_str()); }},
    {"records",
     [](JournalRecord& row, Field field) {
       if (field.is_null()) return;
       for (const Json& sent : Json::parse(field.c_str())) {
         const Json& event = sent.at("value");
         if (event.value("type", "") == "ee.elukaar.status.changed.v1") {
           row.status = event.at("data").value("status", Json());
         } else if (event.value("type", "") == "ee.elukaar.notification.requested.v1") {
           const Json& data = event.at("data");
           row.messages.push_back(
               {{"text", data.value("text", "")}, {"args", data.value("args", Json::object())}});
         }
       }
     }},
};

// One party of a case, and the case as he may see it.
struct SeenRow {
  SeenCase seen;
  std::optional<access::Party> party;  // nothing: of a role that no page knows
  Json status;
  Timestamp now{};
};
constexpr ReadColumn<SeenRow> seen_columns[] = {
    {"c.id", [](SeenRow& row, Field field) { row.seen.id = CaseId{uuid_of(field)}; }},
    {"c.public_id", [](SeenRow& row, Field field) { row.seen.public_id = uuid_of(field); }},
    {"c.revision", [](SeenRow& row, Field field) { row.seen.revision = field.as<unsigned long long>(); }},
    {"c.status", [](SeenRow& row, Field field) { row.status = Json::parse(field.c_str()); }},
    {"p.person", [](SeenRow& row, Field field) { row.seen.person = Pseudonym{text_of(field)}; }},
    {"p.role",
     [](SeenRow& row, Field field) {
       if (const auto role = party_role(text_of(field))) row.party = {row.seen.person, *role, {}, {}};
     }},
    {MICROS("p.since"),
     [](SeenRow& row, Field field) {
       if (row.party) row.party->from = time_of(field);
     }},
    {"(select " MICROS("elukaar.case_now()") ")",
     [](SeenRow& row, Field field) { row.now = time_of(field); }},
};

constexpr ReadColumn<ActionRecord> action_columns[] = {
    {"a.municipality",
     [](ActionRecord& of, Field field) { of.municipality = Municipality{text_of(field)}; }},
    {"a.id", [](ActionRecord& of, Field field) { of.id = ActionId{uuid_of(field)}; }},
    {"a.case_id", [](ActionRecord& of, Field field) { of.case_id = CaseId{uuid_of(field)}; }},
    {"c.public_id", [](ActionRecord& of, Field field) { of.public_case = uuid_of(field); }},
    {"a.person", [](ActionRecord& of, Field field) { of.person = Pseudonym{text_of(field)}; }},
    {"a.name", [](ActionRecord& of, Field field) { of.name = text_of(field); }},
    {"a.subject", [](ActionRecord& of, Field field) { of.subject = text_of(field); }},
    {"a.request_digest", [](ActionRecord& of, Field field) { of.request = digest_of(field); }},
    {MICROS("a.received_at"), [](ActionRecord& of, Field field) { of.received_at = time_of(field); }},
    {"a.outcome", [](ActionRecord& of, Field field) { of.outcome = text_of(field); }},
    {"a.reason", [](ActionRecord& of, Field field) { of.reason = text_of(field); }},
};

// ---- Statements, one a function ----------------------------------------------------------------

pqxx::result select_cases(pqxx::work& work, const Municipality& municipality, const Pseudonym& person) {
  return work.exec_params("select " + list_of(case_columns) + " from " CASE_TABLES R"sql(
where c.municipality = $1 and c.status is not null and exists (
  select from elukaar.party p
  where p.municipality = c.municipality and p.case_id = c.id and p.person = $2 and )sql" PARTY_IS_CURRENT R"sql()
order by c.created_at desc limit $3)sql",
                          municipality.str(), person.str(), resident::ResidentStore::max_cases);
}

// By way of the person's parties: there is no index, and no need of one, on public ids.
pqxx::result select_case(pqxx::work& work, const Municipality& municipality, const Pseudonym& person,
                         const Uuid& public_id) {
  return work.exec_params("select " + list_of(case_columns) + R"sql(
from elukaar.party p
join elukaar.cases c on c.municipality = p.municipality and c.id = p.case_id
join elukaar.workflow_release r on r.id = c.release
where p.municipality = $1 and p.person = $2 and c.public_id = $3 and c.status is not null
  and )sql" PARTY_IS_CURRENT " limit 1",
                          municipality.str(), person.str(), public_id.str());
}

pqxx::result select_journal(pqxx::work& work, const CaseRecord& of) {
  return work.exec_params("select " + list_of(journal_columns) + R"sql(
from (select * from elukaar.journal where municipality = $1 and case_id = $2
      order by sequence desc limit $3) newest
order by sequence)sql",
                          of.municipality.str(), of.id.str(), caseview::ViewStore::max_journal_rows);
}

// Prepared: open pages ask for it with every change. Each case is one look-up by its key, whatever the planner
// believes of the tables and however many other cases a person has.
const std::string seen_of_cases = "select " + list_of(seen_columns) + R"sql(
from unnest($3::uuid[]) as k(id)
cross join lateral (
  select person, role, since, until from elukaar.party
  where municipality = $1 and case_id = k.id offset 0) p
cross join lateral (
  select id, public_id, revision, status from elukaar.cases
  where municipality = $1 and id = k.id offset 0) c
where p.person = any ($2::text[]) and p.until is null and c.status is not null
order by p.person, c.id limit $4)sql";

// Parties, rights and revisions of what some persons see; all cases where `cases` is empty.
pqxx::result select_seen(pqxx::work& work, const Municipality& municipality,
                         const std::vector<Pseudonym>& persons, const std::vector<CaseId>& cases) {
  const auto names = array_of<sql::Text>(persons);
  if (!cases.empty()) {
    return exec_prepared(work, "seen_of_cases", municipality.str(), names, array_of<sql::Id>(cases),
                         max_seen);
  }
  return exec_params(work, "select " + list_of(seen_columns) + R"sql(
from elukaar.party p
join elukaar.cases c on c.municipality = p.municipality and c.id = p.case_id
where p.municipality = $1 and p.person = any ($2::text[]) and p.until is null and c.status is not null
order by p.person, c.id limit $3)sql",
                     municipality.str(), names, max_seen);
}

// Followed by what is asked of them.
std::string select_actions() {
  return "select " + list_of(action_columns) + R"sql(
from elukaar.action a
join elukaar.cases c on c.municipality = a.municipality and c.id = a.case_id
)sql";
}

pqxx::result select_action_by_key(pqxx::work& work, const ActionDraft& draft) {
  return work.exec_params(
      select_actions() + "where a.municipality = $1 and a.person = $2 and a.idempotency_key = $3",
      draft.municipality.str(), draft.person.str(), draft.idempotency_key);
}

pqxx::result insert_action(pqxx::work& work, const ActionDraft& draft, Timestamp received_at,
                           const std::string& event) {
  return work.exec_params(R"sql(
insert into elukaar.action (municipality, id, case_id, lane, person, name, subject, event, idempotency_key,
  request_digest, subject_version, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (municipality, person, idempotency_key) do nothing returning id)sql",
                          draft.municipality.str(), draft.id.str(), draft.case_id.str(),
                          engine::internal_lane_of(draft.case_id), draft.person.str(), draft.name,
                          draft.subject, event, draft.idempotency_key, bytea(draft.request),
                          draft.subject_version, to_rfc3339(received_at));
}

Timestamp select_case_now(pqxx::work& work) {
  return time_of(work.exec1("select " MICROS("elukaar.case_now()"))[0]);
}

const Statement view_statements[] = {{"seen_of_cases", seen_of_cases.c_str()}};
const SessionKind view_sessions{.name = "elukaar resident",
                                .settings = page_settings,
                                .statements = view_statements,
                                .attempts = 2};

}  // namespace

struct PgCaseViews::Implementation {
  Connection connection;
};

PgCaseViews::PgCaseViews(std::string connection)
    : implementation_(new Implementation{Connection{std::move(connection), view_sessions}}) {}

PgCaseViews::~PgCaseViews() = default;

Timestamp PgCaseViews::case_now() { return implementation_->connection.transaction(select_case_now); }

Timestamp PgCaseViews::real_now() {
  return implementation_->connection.transaction([](pqxx::work& work) {
    return time_of(work.exec1("select " MICROS("clock_timestamp()"))[0]);
  });
}

std::vector<CaseRecord> PgCaseViews::cases_of(const Municipality& municipality, const Pseudonym& person) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    return read_cases(work, select_cases(work, municipality, person));
  });
}

std::optional<CaseRecord> PgCaseViews::find_case(const Municipality& municipality, const Pseudonym& person,
                                                 const Uuid& public_id) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    return read_first_case(work, select_case(work, municipality, person, public_id));
  });
}

std::vector<JournalRecord> PgCaseViews::journal_of(const CaseRecord& of) {
  return implementation_->connection.transaction_for(of.municipality, [&](pqxx::work& work) {
    std::vector<JournalRecord> records;
    for (const auto& row : select_journal(work, of)) records.push_back(read(row, journal_columns));
    return records;
  });
}

std::optional<std::string> PgCaseViews::release_source(int number) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::optional<std::string> {
    const auto found =
        work.exec_params("select canonical from elukaar.workflow_release where id = $1", number);
    if (found.empty()) return std::nullopt;
    return text_of(found[0][0]);
  });
}

std::vector<SeenCase> PgCaseViews::seen(const Municipality& municipality,
                                        const std::vector<Pseudonym>& persons,
                                        const std::vector<CaseId>& cases) {
  if (persons.empty()) return {};
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    std::vector<SeenCase> found;
    for (const auto& each : select_seen(work, municipality, persons, cases)) {
      const SeenRow row = read(each, seen_columns);
      const bool known = !found.empty() && found.back().id == row.seen.id && found.back().person == row.seen.person;
      if (known || !row.party) continue;
      const auto asker = caseview::asker_of(row.seen.person, access::Assurance::substantial, row.now);
      const std::vector<access::Party> parties{*row.party};
      const auto roles = caseview::visible_to(row.status);
      if (access::may_see(parties, roles, asker, row.now) != access::Refusal::none) continue;
      found.push_back(row.seen);
    }
    return found;
  });
}

ActionRecord PgCaseViews::add_action(const ActionDraft& draft,
                                     const std::function<std::string(Timestamp)>& event) {
  return implementation_->connection.transaction_for(draft.municipality, [&](pqxx::work& work) {
    if (const auto known = select_action_by_key(work, draft); !known.empty()) {
      return read(known[0], action_columns);
    }
    const Timestamp received_at = draft.received_at ? *draft.received_at : select_case_now(work);
    // Nothing inserted: the same key has come a second time in the same moment, and is there now.
    insert_action(work, draft, received_at, event(received_at));
    return read(select_action_by_key(work, draft)[0], action_columns);
  });
}

std::optional<ActionRecord> PgCaseViews::action(const Municipality& municipality, const Pseudonym& person,
                                                const ActionId& id) {
  return implementation_->connection.transaction_for(
      municipality, [&](pqxx::work& work) -> std::optional<ActionRecord> {
        const auto found = work.exec_params(
            select_actions() + "where a.municipality = $1 and a.person = $2 and a.id = $3",
            municipality.str(), person.str(), id.str());
        if (found.empty()) return std::nullopt;
        return read(found[0], action_columns);
      });
}

std::vector<ActionRecord> PgCaseViews::actions_of(const Municipality& municipality,
                                                  const std::vector<Pseudonym>& persons,
                                                  const std::vector<ActionId>& ids) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    std::vector<ActionRecord> records;
    for (const auto& row : exec_params(work, select_actions() + R"sql(
where a.municipality = $1 and (a.id = any ($3::uuid[])
  or a.outcome = 'pending' and a.person = any ($2::text[])) limit 10000)sql",
                                       municipality.str(), array_of<sql::Text>(persons),
                                       array_of<sql::Id>(ids))) {
      records.push_back(read(row, action_columns));
    }
    return records;
  });
}

std::vector<Pseudonym> PgCaseViews::guardians(const Municipality& municipality, std::size_t limit) {
  return implementation_->connection.transaction_for(municipality, [&](pqxx::work& work) {
    std::vector<Pseudonym> persons;
    for (const auto& row : work.exec_params(R"sql(
select p.person
from elukaar.party p join elukaar.cases c on c.municipality = p.municipality and c.id = p.case_id
where p.municipality = $1 and p.until is null and p.role in ('guardian', 'guardians')
  and c.status is not null and c.lifecycle = 'active'
group by p.person order by max(c.created_at) desc, p.person limit $2)sql",
                                            municipality.str(), limit)) {
      persons.emplace_back(text_of(row[0]));
    }
    return persons;
  });
}

}  // namespace elukaar::adapters::postgres
