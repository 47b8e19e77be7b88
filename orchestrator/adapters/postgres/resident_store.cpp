#include "adapters/postgres/resident_store.hpp"

#include <optional>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"
#include "adapters/postgres/office_store.hpp"
#include "caseview/rights.hpp"
#include "engine/ports/lane.hpp"

namespace elukaar::adapters::postgres {
namespace {

using caseview::ActionRecord;
using caseview::CaseRecord;
using caseview::JournalRecord;
using resident::SeenCase;
using caseview::StoreFault;

constexpr std::size_t max_seen = 100'000;  // rows of one look at what open pages see

// A moment as microseconds since 1970, and back.
#define MICROS(column) "(extract(epoch from " column ") * 1000000)::bigint"
constexpr const char* moment = "(timestamptz 'epoch' + {} * interval '1 microsecond')";

Timestamp time_of(const pqxx::field& field) {
  return Timestamp{std::chrono::microseconds{field.as<long long>()}};
}
std::string micros(Timestamp time) { return std::to_string(time.time_since_epoch().count()); }
Uuid uuid_of(const pqxx::field& field) { return Uuid::parse(field.c_str()).value_or(Uuid{}); }
std::string bytea(const Digest& digest) { return "\\x" + to_hex(digest); }

Digest digest_of(const pqxx::field& field) {
  const pqxx::binarystring bytes(field);
  Digest digest{};
  if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

template <class Each>
Array<sql::Id> uuids(const std::vector<Each>& ids) {
  Array<sql::Id> array;
  for (const Each& id : ids) array.add(id);
  return array;
}

Array<sql::Text> names(const std::vector<Pseudonym>& persons) {
  Array<sql::Text> array;
  for (const Pseudonym& person : persons) array.add(person);
  return array;
}

// ---- Statements, one a function ----------------------------------------------------------------

#define CASE_COLUMNS                                                                              \
  "c.municipality, c.id, c.public_id, c.service, c.release, r.digest, c.state, c.context, "       \
  "c.status, c.revision, " MICROS("c.decided_at") ", " MICROS("c.created_at") ", c.number"
#define CASE_TABLES "elukaar.cases c join elukaar.workflow_release r on r.id = c.release"
#define PARTY_IS_CURRENT \
  "p.since <= (select elukaar.case_now()) and (p.until is null or (select elukaar.case_now()) < p.until)"

pqxx::result select_cases(pqxx::work& work, const Municipality& municipality,
                          const Pseudonym& person) {
  return work.exec_params(
      "select " CASE_COLUMNS " from " CASE_TABLES
      " where c.municipality = $1 and c.status is not null and exists ("
      "select from elukaar.party p where p.municipality = c.municipality and p.case_id = c.id "
      "and p.person = $2 and " PARTY_IS_CURRENT ") order by c.created_at desc limit $3",
      municipality.str(), person.str(), resident::ResidentStore::max_cases);
}

pqxx::result select_case(pqxx::work& work, const Municipality& municipality,
                         const Pseudonym& person, const Uuid& public_id) {
  // By way of the person's parties: there is no index, and no need of one, on public ids.
  return work.exec_params(
      "select " CASE_COLUMNS " from elukaar.party p join elukaar.cases c "
      "on c.municipality = p.municipality and c.id = p.case_id "
      "join elukaar.workflow_release r on r.id = c.release "
      "where p.municipality = $1 and p.person = $2 and c.public_id = $3 "
      "and c.status is not null and " PARTY_IS_CURRENT " limit 1",
      municipality.str(), person.str(), public_id.str());
}

std::vector<access::Party> select_parties(pqxx::work& work, const CaseRecord& of) {
  std::vector<access::Party> parties;
  for (const auto& row : work.exec_params(
           "select person, role, " MICROS("since") ", " MICROS("until") " from elukaar.party "
           "where municipality = $1 and case_id = $2 order by since, role, person",
           of.municipality.str(), of.id.str())) {
    // The workflow files write `guardians`; a party is one of them.
    const std::string word = row[1].c_str();
    const auto role = access::parse_role(word == "guardians" ? "guardian" : word);
    if (!role) continue;
    access::Party party{Pseudonym{row[0].c_str()}, *role, time_of(row[2]), std::nullopt};
    if (!row[3].is_null()) party.to = time_of(row[3]);
    parties.push_back(std::move(party));
  }
  return parties;
}

pqxx::result select_journal(pqxx::work& work, const CaseRecord& of) {
  return work.exec_params(
      "select * from (select sequence, kind, name, disposition, " MICROS("at") ", trace, records "
      "from elukaar.journal where municipality = $1 and case_id = $2 "
      "order by sequence desc limit $3) newest order by sequence",
      of.municipality.str(), of.id.str(), caseview::ViewStore::max_journal_rows);
}

#define SEEN_COLUMNS                                                                              \
  "select c.id, c.public_id, c.revision, c.status, p.person, p.role, " MICROS("p.since") ", "    \
  MICROS("p.until") ", (select " MICROS("elukaar.case_now()") ") "

// Prepared: open pages ask for it with every change. Each case is one look-up by its key, whatever the planner
// believes of the tables and however many other cases a person has.
constexpr const char* seen_of_cases =
    SEEN_COLUMNS
    "from unnest($3::uuid[]) as k(id) "
    "cross join lateral (select person, role, since, until from elukaar.party "
    "where municipality = $1 and case_id = k.id offset 0) p "
    "cross join lateral (select id, public_id, revision, status from elukaar.cases "
    "where municipality = $1 and id = k.id offset 0) c "
    "where p.person = any ($2::text[]) and p.until is null and c.status is not null "
    "order by p.person, c.id limit $4";

// Parties, rights and revisions of what some persons see; all cases where `cases` is empty.
pqxx::result select_seen(pqxx::work& work, const Municipality& municipality,
                         const std::vector<Pseudonym>& persons, const std::vector<CaseId>& cases) {
  if (!cases.empty()) {
    return exec_prepared(work, "seen_of_cases", municipality.str(), names(persons), uuids(cases),
                         max_seen);
  }
  return exec_params(work,
                     SEEN_COLUMNS
                     "from elukaar.party p "
                     "join elukaar.cases c on c.municipality = p.municipality and c.id = p.case_id "
                     "where p.municipality = $1 and p.person = any ($2::text[]) and p.until is null "
                     "and c.status is not null order by p.person, c.id limit $3",
                     municipality.str(), names(persons), max_seen);
}

#define ACTION_COLUMNS                                                                         \
  "a.municipality, a.id, a.case_id, c.public_id, a.person, a.name, a.subject, "                \
  "a.request_digest, " MICROS("a.received_at") ", a.outcome, a.reason "                         \
  "from elukaar.action a join elukaar.cases c "                                                \
  "on c.municipality = a.municipality and c.id = a.case_id "

pqxx::result select_action_by_key(pqxx::work& work, const caseview::ActionDraft& draft) {
  return work.exec_params("select " ACTION_COLUMNS
                          "where a.municipality = $1 and a.person = $2 and a.idempotency_key = $3",
                          draft.municipality.str(), draft.person.str(), draft.idempotency_key);
}

pqxx::result insert_action(pqxx::work& work, const caseview::ActionDraft& draft,
                           Timestamp received_at, const std::string& event) {
  const int lane = engine::internal_lane_of(draft.case_id);
  return work.exec_params(
      fmt::format("insert into elukaar.action (municipality, id, case_id, lane, person, name, "
                  "subject, event, idempotency_key, request_digest, subject_version, received_at) "
                  "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, {}) "
                  "on conflict (municipality, person, idempotency_key) do nothing returning id",
                  fmt::format(moment, "$12::bigint")),
      draft.municipality.str(), draft.id.str(), draft.case_id.str(), lane, draft.person.str(),
      draft.name, draft.subject, event, draft.idempotency_key, bytea(draft.request),
      draft.subject_version, micros(received_at));
}

// ---- Rows --------------------------------------------------------------------------------------

CaseRecord read_case(const pqxx::row& row) {
  CaseRecord record;
  record.municipality = Municipality{row[0].c_str()};
  record.id = CaseId{uuid_of(row[1])};
  record.public_id = uuid_of(row[2]);
  record.service = row[3].c_str();
  record.release = row[4].as<int>();
  record.release_digest = row[5].c_str();
  record.active = Json::parse(row[6].c_str()).value("active", std::vector<std::string>{});
  record.context = Json::parse(row[7].c_str());
  record.status = row[8].is_null() ? Json() : Json::parse(row[8].c_str());
  record.revision = row[9].as<unsigned long long>();
  record.decided_at = time_of(row[10]);
  record.created_at = time_of(row[11]);
  record.number = row[12].c_str();
  return record;
}

JournalRecord read_journal(const pqxx::row& row) {
  JournalRecord record{row[0].as<unsigned long long>(), row[1].c_str(), row[2].c_str(),
                       row[3].c_str(), time_of(row[4]), Json::parse(row[5].c_str()), {}, {}};
  if (row[6].is_null()) return record;
  for (const Json& sent : Json::parse(row[6].c_str())) {
    const Json& event = sent.at("value");
    if (event.value("type", "") == "ee.elukaar.status.changed.v1") {
      record.status = event.at("data").value("status", Json());
    } else if (event.value("type", "") == "ee.elukaar.notification.requested.v1") {
      const Json& data = event.at("data");
      record.messages.push_back({{"text", data.value("text", "")},
                                 {"args", data.value("args", Json::object())}});
    }
  }
  return record;
}

ActionRecord read_action(const pqxx::row& row) {
  return {Municipality{row[0].c_str()}, ActionId{uuid_of(row[1])}, CaseId{uuid_of(row[2])},
          uuid_of(row[3]), Pseudonym{row[4].c_str()}, row[5].c_str(), row[6].c_str(),
          digest_of(row[7]), time_of(row[8]), row[9].c_str(),
          row[10].is_null() ? "" : row[10].c_str()};
}

// One connection, with the ways to use it.
struct Connected {
  std::string connection_string;
  std::unique_ptr<pqxx::connection> connection{};

  pqxx::connection& connected() {
    if (!connection || !connection->is_open()) {
      connection = std::make_unique<pqxx::connection>(connection_string);
      pqxx::nontransaction work(*connection);
      // Everything here goes by key or person: a plan made while a table was empty must not read all of it.
      work.exec("set application_name = 'elukaar resident'; set statement_timeout = '10s'; "
                "set enable_seqscan = off");
      connection->prepare("seen_of_cases", seen_of_cases);
    }
    return *connection;
  }

  // One transaction as the login's own role. The driver's texts may quote parameters: only the
  // SQLSTATE goes on. A connection that was lost while idle is made anew, once.
  template <class Steps>
  auto as_owner(const Steps& steps) {
    for (int tries = 0;; ++tries) {
      try {
        pqxx::work work(connected());
        auto result = steps(work);
        work.commit();
        return result;
      } catch (const pqxx::broken_connection&) {
        connection.reset();
        if (tries == 0) continue;
        throw StoreFault("residents' store: the connection to PostgreSQL was lost");
      } catch (const pqxx::sql_error& error) {
        const std::string state = error.sqlstate();
        if (state.empty() || state.starts_with("57")) connection.reset();
        if (tries == 0 && (state.starts_with("57P") || state.starts_with("40"))) continue;
        throw StoreFault(fmt::format("residents' store: PostgreSQL refused with SQLSTATE {}", state));
      } catch (const pqxx::failure&) {
        connection.reset();
        throw StoreFault("residents' store: PostgreSQL failed");
      } catch (const Json::exception&) {
        throw StoreFault("residents' store: a stored document cannot be read");
      }
    }
  }

  // One transaction as the role that sees this municipality and no other.
  template <class Steps>
  auto as_resident(const Municipality& municipality, const Steps& steps) {
    return as_owner([&](pqxx::work& work) {
      work.exec_params("select set_config('role', 'elukaar_resident', true), "
                       "set_config('elukaar.municipality', $1, true)", municipality.str());
      return steps(work);
    });
  }
};

}  // namespace

struct ResidentStore::Implementation : Connected {};

ResidentStore::ResidentStore(std::string connection)
    : implementation_(std::make_unique<Implementation>(
          Implementation{Connected{std::move(connection)}})) {}

ResidentStore::~ResidentStore() = default;

Timestamp ResidentStore::case_now() {
  return implementation_->as_owner([](pqxx::work& work) {
    return time_of(work.exec1("select " MICROS("elukaar.case_now()"))[0]);
  });
}

Timestamp ResidentStore::real_now() {
  return implementation_->as_owner([](pqxx::work& work) {
    return time_of(work.exec1("select " MICROS("clock_timestamp()"))[0]);
  });
}

std::vector<CaseRecord> ResidentStore::cases_of(const Municipality& municipality,
                                                const Pseudonym& person) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::vector<CaseRecord> records;
    for (const auto& row : select_cases(work, municipality, person)) {
      records.push_back(read_case(row));
    }
    for (CaseRecord& record : records) record.parties = select_parties(work, record);
    return records;
  });
}

std::optional<CaseRecord> ResidentStore::find_case(const Municipality& municipality,
                                                   const Pseudonym& person,
                                                   const Uuid& public_id) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::optional<CaseRecord> record;
    for (const auto& row : select_case(work, municipality, person, public_id)) {
      record = read_case(row);
      record->parties = select_parties(work, *record);
    }
    return record;
  });
}

std::vector<JournalRecord> ResidentStore::journal_of(const CaseRecord& of) {
  return implementation_->as_resident(of.municipality, [&](pqxx::work& work) {
    std::vector<JournalRecord> records;
    for (const auto& row : select_journal(work, of)) records.push_back(read_journal(row));
    return records;
  });
}

std::optional<std::string> ResidentStore::release_source(int number) {
  return implementation_->as_owner([&](pqxx::work& work) {
    std::optional<std::string> source;
    for (const auto& row : work.exec_params(
             "select canonical from elukaar.workflow_release where id = $1", number)) {
      source = row[0].c_str();
    }
    return source;
  });
}

std::vector<SeenCase> ResidentStore::seen(const Municipality& municipality,
                                          const std::vector<Pseudonym>& persons,
                                          const std::vector<CaseId>& cases) {
  if (persons.empty()) return {};
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::vector<SeenCase> found;
    for (const auto& row : select_seen(work, municipality, persons, cases)) {
      const Pseudonym person{row[4].c_str()};
      const CaseId id{uuid_of(row[0])};
      if (!found.empty() && found.back().id == id && found.back().person == person) continue;
      const std::string word = row[5].c_str();
      const auto role = access::parse_role(word == "guardians" ? "guardian" : word);
      if (!role) continue;
      const std::vector<access::Party> parties{{person, *role, time_of(row[6]), std::nullopt}};
      const auto roles = caseview::visible_to(Json::parse(row[3].c_str()));
      const Timestamp now = time_of(row[8]);
      const auto asker = caseview::asker_of(person, access::Assurance::substantial, now);
      if (access::may_see(parties, roles, asker, now) != access::Refusal::none) continue;
      found.push_back({id, uuid_of(row[1]), person, row[2].as<unsigned long long>()});
    }
    return found;
  });
}

ActionRecord ResidentStore::add_action(const caseview::ActionDraft& draft,
                                       const std::function<std::string(Timestamp)>& event) {
  return implementation_->as_resident(draft.municipality, [&](pqxx::work& work) {
    if (const auto known = select_action_by_key(work, draft); !known.empty()) {
      return read_action(known[0]);
    }
    const Timestamp received_at =
        draft.received_at
            ? *draft.received_at
            : time_of(work.exec1("select " MICROS("elukaar.case_now()"))[0]);
    // Nothing inserted: the same key has come a second time in the same moment, and is there now.
    insert_action(work, draft, received_at, event(received_at));
    return read_action(select_action_by_key(work, draft)[0]);
  });
}

std::optional<ActionRecord> ResidentStore::action(const Municipality& municipality,
                                                  const Pseudonym& person, const ActionId& id) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::optional<ActionRecord> record;
    for (const auto& row : work.exec_params("select " ACTION_COLUMNS
                                            "where a.municipality = $1 and a.person = $2 "
                                            "and a.id = $3",
                                            municipality.str(), person.str(), id.str())) {
      record = read_action(row);
    }
    return record;
  });
}

std::vector<ActionRecord> ResidentStore::actions_of(const Municipality& municipality,
                                                    const std::vector<Pseudonym>& persons,
                                                    const std::vector<ActionId>& ids) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::vector<ActionRecord> records;
    for (const auto& row : exec_params(
             work, "select " ACTION_COLUMNS "where a.municipality = $1 and (a.id = any ($3::uuid[]) "
             "or a.outcome = 'pending' and a.person = any ($2::text[])) limit 10000",
             municipality.str(), names(persons), uuids(ids))) {
      records.push_back(read_action(row));
    }
    return records;
  });
}

std::vector<Pseudonym> ResidentStore::guardians(const Municipality& municipality,
                                                std::size_t limit) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::vector<Pseudonym> persons;
    for (const auto& row : work.exec_params(
             "select p.person from elukaar.party p join elukaar.cases c "
             "on c.municipality = p.municipality and c.id = p.case_id "
             "where p.municipality = $1 and p.until is null and p.role in ('guardian', 'guardians') "
             "and c.status is not null and c.lifecycle = 'active' "
             "group by p.person order by max(c.created_at) desc, p.person limit $2",
             municipality.str(), limit)) {
      persons.emplace_back(row[0].c_str());
    }
    return persons;
  });
}

// ---- The office --------------------------------------------------------------------------------

struct OfficeStore::Implementation : Connected {};

OfficeStore::OfficeStore(std::string connection)
    : implementation_(std::make_unique<Implementation>(
          Implementation{Connected{std::move(connection)}})) {}

OfficeStore::~OfficeStore() = default;

std::vector<CaseRecord> OfficeStore::cases_of(const Municipality& municipality) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::vector<CaseRecord> records;
    for (const auto& row : work.exec_params(
             "select " CASE_COLUMNS " from " CASE_TABLES " where c.municipality = $1 "
             "and c.status is not null order by c.decided_at desc limit $2",
             municipality.str(), max_cases)) {
      records.push_back(read_case(row));
    }
    for (CaseRecord& record : records) record.parties = select_parties(work, record);
    return records;
  });
}

std::optional<CaseRecord> OfficeStore::find_case(const Municipality& municipality,
                                                 const Uuid& public_id) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::optional<CaseRecord> record;
    for (const auto& row : work.exec_params(
             "select " CASE_COLUMNS " from " CASE_TABLES " where c.municipality = $1 "
             "and c.public_id = $2 and c.status is not null limit 1",
             municipality.str(), public_id.str())) {
      record = read_case(row);
      record->parties = select_parties(work, *record);
    }
    return record;
  });
}

namespace {

// After CASE_COLUMNS, which are thirteen.
#define TASK_COLUMNS                                                                              \
  CASE_COLUMNS ", t.id, t.role, t.operation, t.input::text, t.due_on::text, "                      \
  MICROS("t.created_at") ", t.status, t.answer"
#define TASK_TABLES                                                                               \
  CASE_TABLES " join elukaar.call t on t.municipality = c.municipality and t.case_id = c.id"

office::TaskRecord read_task(pqxx::work& work, const pqxx::row& row) {
  office::TaskRecord task;
  task.of = read_case(row);
  task.of.parties = select_parties(work, task.of);
  task.id = CallId{uuid_of(row[13])};
  task.role = row[14].c_str();
  task.operation = row[15].c_str();
  task.input = Json::parse(row[16].c_str());
  if (!row[17].is_null()) task.by = parse_iso_date(row[17].c_str());
  task.since = time_of(row[18]);
  task.state = lifecycle::call_state_from(row[19].c_str()).value_or(task.state);
  if (!row[20].is_null()) task.answer = digest_of(row[20]);
  return task;
}

}  // namespace

std::vector<office::TaskRecord> OfficeStore::tasks_of(const Municipality& municipality) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::vector<office::TaskRecord> tasks;
    for (const auto& row : work.exec_params(
             "select " TASK_COLUMNS " from " TASK_TABLES " where c.municipality = $1 "
             "and t.status = 'entrusted' order by t.due_on, t.created_at, t.id limit $2",
             municipality.str(), max_tasks)) {
      tasks.push_back(read_task(work, row));
    }
    return tasks;
  });
}

std::optional<office::TaskRecord> OfficeStore::task(const Municipality& municipality,
                                                    const CallId& id) {
  return implementation_->as_resident(municipality, [&](pqxx::work& work) {
    std::optional<office::TaskRecord> task;
    for (const auto& row : work.exec_params(
             "select " TASK_COLUMNS " from " TASK_TABLES " where c.municipality = $1 "
             "and t.id = $2 and (t.status = 'entrusted' or t.answer is not null)",
             municipality.str(), id.str())) {
      task = read_task(work, row);
    }
    return task;
  });
}

bool OfficeStore::answer_task(const office::TaskAnswer& answer) {
  const bool done = answer.state == lifecycle::CallState::succeeded;
  return implementation_->as_resident(answer.municipality, [&](pqxx::work& work) {
    const auto changed = work.exec_params(
        "update elukaar.call set status = $3, news = $4, result = $5::jsonb, answered_by = $6, "
        "answer = $7, answered_at = elukaar.case_now() "
        "where municipality = $1 and id = $2 and status = 'entrusted'",
        answer.municipality.str(), answer.id.str(),
        std::string{lifecycle::to_string(answer.state)}, done ? "done" : "error",
        answer.result.dump(), answer.official.str(), bytea(answer.answer));
    return changed.affected_rows() > 0;
  });
}

}  // namespace elukaar::adapters::postgres
