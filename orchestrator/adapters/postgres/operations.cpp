#include "adapters/postgres/operations.hpp"

#include <openssl/rand.h>

#include <array>
#include <utility>

#include <pqxx/pqxx>

#include "adapters/postgres/columns.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/fields.hpp"

namespace elukaar::adapters::postgres {
namespace {

using operations::Counts;
using operations::ParkedRecord;

constexpr SessionKind operator_sessions{.name = "elukaar operations", .quotes_postgres = true};

#define SECONDS(moment) "to_char(" moment " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

constexpr ReadColumn<Counts> count_columns[] = {
    {"coalesce(sum(applied), 0)",
     [](Counts& counts, Field field) { counts.applied = field.as<std::int64_t>(); }},
    {"coalesce(sum(duplicates), 0)",
     [](Counts& counts, Field field) { counts.duplicates = field.as<std::int64_t>(); }},
    {"coalesce(sum(parked), 0)",
     [](Counts& counts, Field field) { counts.parked = field.as<std::int64_t>(); }},
};

constexpr ReadColumn<Counts::Reason> reason_columns[] = {
    {"reason", [](Counts::Reason& of, Field field) { of.reason = text_of(field); }},
    {"min(detail)", [](Counts::Reason& of, Field field) { of.detail = text_of(field); }},
    {"count(*)", [](Counts::Reason& of, Field field) { of.count = field.as<std::int64_t>(); }},
};

constexpr ReadColumn<ParkedRecord> parked_columns[] = {
    {"id", [](ParkedRecord& of, Field field) { of.id = uuid_of(field); }},
    {"municipality", [](ParkedRecord& of, Field field) { of.municipality = text_of(field); }},
    {"origin || ' @ ' || position", [](ParkedRecord& of, Field field) { of.origin = text_of(field); }},
    {"type", [](ParkedRecord& of, Field field) { of.type = text_of(field); }},
    {"event_id", [](ParkedRecord& of, Field field) { of.event_id = text_of(field); }},
    {"reason", [](ParkedRecord& of, Field field) { of.reason = text_of(field); }},
    {"detail", [](ParkedRecord& of, Field field) { of.detail = text_of(field); }},
    {SECONDS("parked_at"), [](ParkedRecord& of, Field field) { of.parked_at = text_of(field); }},
};

Uuid random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  bytes[6] = static_cast<std::uint8_t>(0x40 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
  return Uuid{bytes};
}

// Parts of a case's history, each one JSON value.
struct HistoryPart {
  const char* name;
  const char* sql;  // $1 municipality, $2 case
};
constexpr HistoryPart history_parts[] = {
    {"case", R"sql(
select to_jsonb(c) - 'hash' - 'context' - 'state' || jsonb_build_object(
  'state', c.state::jsonb, 'workflow', r.service || '@' || r.release, 'digest', r.digest)
from elukaar.cases c join elukaar.workflow_release r on r.id = c.release
where c.municipality = $1 and c.id = $2::uuid)sql"},
    {"journal", R"sql(
select coalesce(jsonb_agg(jsonb_build_object('sequence', sequence, 'at', at, 'kind', kind,
  'name', name, 'disposition', disposition, 'source', source, 'eventId', event_id,
  'cause', cause, 'trace', trace::jsonb, 'records', records::jsonb,
  'hash', encode(j.hash, 'hex'), 'digest', r.digest) order by sequence), '[]')
from elukaar.journal j join elukaar.workflow_release r on r.id = j.release
where j.municipality = $1 and j.case_id = $2::uuid)sql"},
    {"timers", R"sql(
select coalesce(jsonb_agg(jsonb_build_object('state', state, 'key', key, 'due', due_at)
  order by due_at), '[]')
from elukaar.timer where municipality = $1 and case_id = $2::uuid)sql"},
    {"calls", R"sql(
select coalesce(jsonb_agg(jsonb_build_object('id', id, 'operation', role || '.' || operation,
  'status', status, 'attempts', attempts, 'next', next_attempt_at) order by created_at), '[]')
from elukaar.call where municipality = $1 and case_id = $2::uuid)sql"},
    {"parties", R"sql(
select coalesce(jsonb_agg(jsonb_build_object('role', role, 'person', left(person, 8) || '…',
  'since', since, 'until', until) order by since), '[]')
from elukaar.party where municipality = $1 and case_id = $2::uuid)sql"},
};

}  // namespace

struct PgOperations::Implementation {
  Connection connection;
};

PgOperations::PgOperations(std::string connection)
    : implementation_(new Implementation{Connection{std::move(connection), operator_sessions}}) {}

PgOperations::~PgOperations() = default;

Counts PgOperations::counts(const std::string& topic) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    auto counts = read(work.exec_params1("select " + list_of(count_columns) + R"sql(
from elukaar.lane where kind = 'kafka' and name like 'kafka/' || $1 || '%')sql",
                                         topic),
                       count_columns);
    for (const pqxx::row& row : work.exec("select " + list_of(reason_columns) + R"sql(
from elukaar.parked where status <> 'applied'
group by reason order by count(*) desc, reason)sql")) {
      counts.reasons.push_back(read(row, reason_columns));
    }
    return counts;
  });
}

std::vector<ParkedRecord> PgOperations::parked(std::size_t most) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    std::vector<ParkedRecord> records;
    for (const pqxx::row& row : work.exec_params("select " + list_of(parked_columns) + R"sql(
from elukaar.parked where status in ('parked', 'retry') order by parked_at desc limit $1)sql",
                                                 most)) {
      records.push_back(read(row, parked_columns));
    }
    return records;
  });
}

std::size_t PgOperations::retry_parked(const std::vector<Uuid>& ids, const std::string& reason) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::size_t {
    // Spread over the internal lanes by the record's id.
    return exec_params(work, R"sql(
update elukaar.parked set status = 'retry', lane = get_byte(uuid_send(id), 15) % 16
where status = 'parked' and (id = any ($1::uuid[]) or cardinality($1::uuid[]) = 0)
  and ($2 = '' or reason = $2))sql",
                       array_of<sql::Id>(ids), reason)
        .affected_rows();
  });
}

Json PgOperations::case_history(const Uuid& id) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    Json history;
    const pqxx::result found = work.exec_params(
        "select municipality, id from elukaar.cases where id = $1::uuid or public_id = $1::uuid", id.str());
    if (found.empty()) return history;
    for (const HistoryPart& part : history_parts) {
      history[part.name] = Json::parse(
          work.exec_params1(part.sql, text_of(found[0][0]), text_of(found[0][1]))[0].c_str());
    }
    return history;
  });
}

std::optional<Uuid> PgOperations::order(const Uuid& id, operations::Order order,
                                        const std::string& operator_name, const std::string& reason) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::optional<Uuid> {
    const Uuid made = random_uuid();
    const pqxx::result written = work.exec_params(R"sql(
insert into elukaar.command (id, municipality, case_id, lane, kind, operator, reason, given_at)
select $1::uuid, municipality, id, get_byte(uuid_send(id), 15) % 16, $3, $4, $5, elukaar.case_now()
from elukaar.cases where id = $2::uuid or public_id = $2::uuid)sql",
                                                  made.str(), id.str(), std::string{to_text(order)},
                                                  operator_name, reason);
    return written.affected_rows() == 0 ? std::nullopt : std::optional{made};
  });
}

std::size_t PgOperations::discard_parked(const operations::ParkedLimits& limits,
                                         std::size_t most) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::size_t {
    return work.exec_params(R"sql(
with gone as (
  select id from elukaar.parked
  where status in ('parked', 'retry') and parked_at < clock_timestamp() - $1::integer * interval '1 day'
  order by parked_at limit $2 for update skip locked),
unkeyed as (delete from elukaar.parked_key k using gone where k.parked_id = gone.id)
update elukaar.parked p
set status = 'discarded', lane = null, bytes = '', resolved_at = clock_timestamp(),
    detail = p.detail || '; nobody had it applied within its ' || $1::integer || ' days, so its content is deleted'
from gone where p.id = gone.id)sql",
                            static_cast<long>(limits.kept.count()), most)
        .affected_rows();
  });
}

std::size_t PgOperations::erase_ended_values(std::size_t most) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::size_t {
    return work.exec_params(R"sql(
delete from elukaar.vault_value v
using (select municipality, person, owner, field from elukaar.vault_value
       where keep_until <= elukaar.case_now()
       order by keep_until limit $1 for update skip locked) gone
where (v.municipality, v.person, v.owner, v.field)
    = (gone.municipality, gone.person, gone.owner, gone.field))sql",
                            most)
        .affected_rows();
  });
}

// ---- The case clock ----------------------------------------------------------------------------

struct PgCaseClock::Implementation {
  Connection connection;

  // One statement that gives nothing back.
  template <class... Arguments>
  void run(const char* statement, const Arguments&... arguments) {
    connection.transaction([&](pqxx::work& work) { return work.exec_params(statement, arguments...); });
  }
  pqxx::result ask(const char* statement) {
    return connection.transaction([&](pqxx::work& work) { return work.exec(statement); });
  }
};

PgCaseClock::PgCaseClock(std::string connection)
    : implementation_(new Implementation{Connection{std::move(connection), operator_sessions}}) {}

PgCaseClock::~PgCaseClock() = default;

void PgCaseClock::set(double offset_seconds, double factor) {
  implementation_->run(R"sql(
insert into elukaar.clock_shift (anchored_at, case_time, factor)
select t, t + $1 * interval '1 second', $2 from (select clock_timestamp() as t) now
on conflict (only_row) do update
  set anchored_at = excluded.anchored_at, case_time = excluded.case_time, factor = excluded.factor)sql",
                       offset_seconds, factor);
}

void PgCaseClock::reset() { implementation_->run("delete from elukaar.clock_shift"); }

bool PgCaseClock::is_shifted() {
  return implementation_->ask("select exists (select from elukaar.clock_shift)")[0][0].as<bool>();
}

std::string PgCaseClock::shown() {
  return text_of(implementation_->ask("select " SECONDS("elukaar.case_now()"))[0][0]);
}

}  // namespace elukaar::adapters::postgres
