#include "adapters/postgres/operator_store.hpp"

#include <openssl/rand.h>

#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"
#include "adapters/postgres/fields.hpp"

namespace elukaar::adapters::postgres {
namespace {

Uuid random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  bytes[6] = static_cast<std::uint8_t>(0x40 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
  return Uuid{bytes};
}

// 32 hexadecimal digits are a UUID without its dashes; anything else is nobody's id.
std::string as_uuid(std::string id) {
  if (id.size() == 32) {
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, "-");
  }
  return Uuid::parse(id) ? id : Uuid{}.str();
}

}  // namespace

struct OperatorStore::Implementation {
  pqxx::connection connection;
};

OperatorStore::OperatorStore(const std::string& connection)
    : implementation_(new Implementation{pqxx::connection{connection}}) {}

OperatorStore::~OperatorStore() = default;

OperatorStore::Counts OperatorStore::counts(const std::string& topic) {
  pqxx::read_transaction work(implementation_->connection);
  Counts counts;
  const pqxx::row row = work.exec_params1(
      "select coalesce(sum(applied), 0), coalesce(sum(duplicates), 0), coalesce(sum(parked), 0) "
      "from elukaar.lane where kind = 'kafka' and name like 'kafka/' || $1 || '%'", topic);
  counts.applied = row[0].as<std::int64_t>();
  counts.duplicates = row[1].as<std::int64_t>();
  counts.parked = row[2].as<std::int64_t>();
  for (const pqxx::row& each : work.exec(
           "select reason, min(detail), count(*) from elukaar.parked where status <> 'applied' "
           "group by reason order by count(*) desc, reason")) {
    counts.reasons.push_back({text_of(each[0]), text_of(each[1]), each[2].as<std::int64_t>()});
  }
  return counts;
}

std::vector<OperatorStore::Parked> OperatorStore::parked(std::size_t most) {
  pqxx::read_transaction work(implementation_->connection);
  std::vector<Parked> rows;
  for (const pqxx::row& row : work.exec_params(
           "select id, municipality, origin || ' @ ' || position, type, event_id, reason, detail, "
           "to_char(parked_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
           "from elukaar.parked where status in ('parked', 'retry') order by parked_at desc "
           "limit $1", static_cast<int>(most))) {
    rows.push_back({Uuid::parse(row[0].c_str()).value_or(Uuid{}), text_of(row[1]), text_of(row[2]),
                    text_of(row[3]), text_of(row[4]), text_of(row[5]), text_of(row[6]), text_of(row[7])});
  }
  return rows;
}

std::size_t OperatorStore::retry_parked(const std::vector<Uuid>& ids, const std::string& reason) {
  Array<sql::Id> array;
  for (const Uuid& id : ids) array.add(id);
  pqxx::work work(implementation_->connection);
  // Spread over the internal lanes by the record's id.
  const pqxx::result done = exec_params(
      work,
      "update elukaar.parked set status = 'retry', lane = get_byte(uuid_send(id), 15) % 16 "
      "where status = 'parked' and (id = any ($1::uuid[]) or cardinality($1::uuid[]) = 0) "
      "and ($2 = '' or reason = $2)", array, reason);
  work.commit();
  return static_cast<std::size_t>(done.affected_rows());
}

Json OperatorStore::case_history(const std::string& id) {
  pqxx::read_transaction work(implementation_->connection);
  const auto rows = [&work](const char* sql, const std::string& municipality,
                            const std::string& case_id) {
    return Json::parse(work.exec_params1(sql, municipality, case_id)[0].c_str());
  };
  const pqxx::result found = work.exec_params(
      "select municipality, id from elukaar.cases where id = $1::uuid or public_id = $1::uuid",
      as_uuid(id));
  if (found.empty()) return nullptr;
  const std::string municipality = found[0][0].c_str();
  const std::string case_id = found[0][1].c_str();
  Json history;
  history["case"] = rows(
      "select to_jsonb(c) - 'hash' - 'context' - 'state' || jsonb_build_object("
      "'state', c.state::jsonb, 'workflow', r.service || '@' || r.release, 'digest', r.digest) "
      "from elukaar.cases c join elukaar.workflow_release r on r.id = c.release "
      "where c.municipality = $1 and c.id = $2::uuid", municipality, case_id);
  history["journal"] = rows(
      "select coalesce(jsonb_agg(jsonb_build_object('sequence', sequence, 'at', at, 'kind', kind, "
      "'name', name, 'disposition', disposition, 'source', source, 'eventId', event_id, "
      "'cause', cause, 'trace', trace::jsonb, 'records', records::jsonb, "
      "'hash', encode(j.hash, 'hex'), 'digest', r.digest) order by sequence), '[]') "
      "from elukaar.journal j join elukaar.workflow_release r on r.id = j.release "
      "where j.municipality = $1 and j.case_id = $2::uuid", municipality, case_id);
  history["timers"] = rows(
      "select coalesce(jsonb_agg(jsonb_build_object('state', state, 'key', key, 'due', due_at) "
      "order by due_at), '[]') from elukaar.timer where municipality = $1 and case_id = $2::uuid",
      municipality, case_id);
  history["calls"] = rows(
      "select coalesce(jsonb_agg(jsonb_build_object('id', id, 'operation', role || '.' || operation, "
      "'status', status, 'attempts', attempts, 'next', next_attempt_at) order by created_at), '[]') "
      "from elukaar.call where municipality = $1 and case_id = $2::uuid", municipality, case_id);
  history["parties"] = rows(
      "select coalesce(jsonb_agg(jsonb_build_object('role', role, 'person', left(person, 8) || '…', "
      "'since', since, 'until', until) order by since), '[]') "
      "from elukaar.party where municipality = $1 and case_id = $2::uuid", municipality, case_id);
  return history;
}

std::optional<Uuid> OperatorStore::order(const std::string& id, const std::string& kind,
                                         const std::string& operator_name,
                                         const std::string& reason) {
  const Uuid order = random_uuid();
  pqxx::work work(implementation_->connection);
  const pqxx::result written = work.exec_params(
      "insert into elukaar.command (id, municipality, case_id, lane, kind, operator, reason, given_at) "
      "select $1::uuid, municipality, id, get_byte(uuid_send(id), 15) % 16, $3, $4, $5, "
      "elukaar.case_now() from elukaar.cases where id = $2::uuid or public_id = $2::uuid",
      order.str(), as_uuid(id), kind, operator_name, reason);
  work.commit();
  if (written.affected_rows() == 0) return std::nullopt;
  return order;
}

void OperatorStore::set_clock(double offset_seconds, double factor) {
  pqxx::work work(implementation_->connection);
  work.exec_params0(
      "insert into elukaar.clock_shift (anchored_at, case_time, factor) "
      "select t, t + $1 * interval '1 second', $2 from (select clock_timestamp() as t) now "
      "on conflict (only_row) do update set anchored_at = excluded.anchored_at, "
      "case_time = excluded.case_time, factor = excluded.factor", offset_seconds, factor);
  work.commit();
}

void OperatorStore::reset_clock() {
  pqxx::work work(implementation_->connection);
  work.exec0("delete from elukaar.clock_shift");
  work.commit();
}

bool OperatorStore::clock_is_shifted() {
  pqxx::read_transaction work(implementation_->connection);
  return work.exec1("select exists (select from elukaar.clock_shift)")[0].as<bool>();
}

std::string OperatorStore::case_time() {
  pqxx::read_transaction work(implementation_->connection);
  return work.exec1("select to_char(elukaar.case_now() at time zone 'UTC', "
                    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")[0].c_str();
}

}  // namespace elukaar::adapters::postgres
