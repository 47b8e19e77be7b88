#include "adapters/postgres/calls.hpp"

#include <utility>

#include <pqxx/pqxx>

#include "adapters/postgres/columns.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/fields.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::CallReport;
using engine::ClaimedCall;

// A call as it is claimed, out of the tables of claim_statement.
constexpr ReadColumn<ClaimedCall> call_columns[] = {
    {"c.municipality",
     [](ClaimedCall& call, Field field) { call.municipality = Municipality{text_of(field)}; }},
    {"c.case_id", [](ClaimedCall& call, Field field) { call.case_id = CaseId{uuid_of(field)}; }},
    {"c.id", [](ClaimedCall& call, Field field) { call.id = CallId{uuid_of(field)}; }},
    {"c.role", [](ClaimedCall& call, Field field) { call.role = text_of(field); }},
    {"c.operation", [](ClaimedCall& call, Field field) { call.operation = text_of(field); }},
    {"c.input::text", [](ClaimedCall& call, Field field) { call.input = Json::parse(field.c_str()); }},
    {"c.attempts - 1", [](ClaimedCall& call, Field field) { call.attempts = field.as<int>(); }},
    {"taken.status = 'inflight'",
     [](ClaimedCall& call, Field field) { call.lease_expired = field.as<bool>(); }},
    {"c.delayed_since is not null", [](ClaimedCall& call, Field field) { call.delayed = field.as<bool>(); }},
    {MICROS("c.created_at"), [](ClaimedCall& call, Field field) { call.created_at = time_of(field); }},
    {MICROS("c.give_up_at"),
     [](ClaimedCall& call, Field field) {
       if (!field.is_null()) call.give_up_at = time_of(field);
     }},
    {"c.timeout_ms",
     [](ClaimedCall& call, Field field) {
       call.timeout = std::chrono::milliseconds{field.as<int>()};
     }},
    {"c.lease_token", [](ClaimedCall& call, Field field) { call.lease_token = uuid_of(field); }},
    {MICROS("clock_timestamp()"), [](ClaimedCall& call, Field field) { call.claimed_at = time_of(field); }},
};

// $1 {role: room}; $2 room for the roles not named in it; $3 lease margin in ms.
const std::string claim_statement = R"sql(
with recursive rooms as (
  select role, (room ->> 'calls')::integer as calls, (room ->> 'of_one')::integer as of_one,
         room -> 'under_way' as under_way
  from jsonb_each($1::jsonb) as r(role, room)
), waiting(role, municipality) as (  -- municipalities with open calls, a step in the index for each
  select role, (select min(c.municipality) from elukaar.call c
                where c.role = rooms.role and c.status in ('pending', 'backoff', 'inflight'))
  from rooms
  union all
  select role, (select min(c.municipality) from elukaar.call c
                where c.role = waiting.role and c.status in ('pending', 'backoff', 'inflight')
                  and c.municipality > waiting.municipality)
  from waiting where municipality is not null
), due as (
  select c.*, r.role, r.calls
  from rooms r
  join waiting w on w.role = r.role and w.municipality is not null
  cross join lateral (
    select municipality, case_id, id, status, next_attempt_at
    from elukaar.call
    where role = r.role and municipality = w.municipality
      and status in ('pending', 'backoff', 'inflight') and next_attempt_at <= now()
    order by next_attempt_at
    limit greatest(0, least(r.calls,
      r.of_one - coalesce((r.under_way ->> w.municipality)::integer, 0)))
    for update skip locked) c
), ranked as (
  select *, row_number() over (partition by role order by next_attempt_at) as place from due
), others as (
  select municipality, case_id, id, status
  from elukaar.call
  where $2 > 0 and not ($1::jsonb ? role)
    and status in ('pending', 'backoff', 'inflight') and next_attempt_at <= now()
  order by next_attempt_at
  limit $2
  for update skip locked
), taken as (
  select municipality, case_id, id, status from ranked where place <= calls
  union all select * from others)
update elukaar.call c
set status = 'inflight', attempts = c.attempts + 1, lease_token = gen_random_uuid(),
    lease_until = now() + (c.timeout_ms + $3) * interval '1 millisecond',
    next_attempt_at = now() + (c.timeout_ms + $3) * interval '1 millisecond'
from taken
where c.municipality = taken.municipality and c.case_id = taken.case_id and c.id = taken.id
returning )sql" + list_of(call_columns);

// $1 an array of reports. An abandoned call stays so: its retry is dropped, its result is news.
constexpr const char* record_statement = R"sql(
update elukaar.call c
set status = case when c.status = 'abandoned' then c.status
                  else r.state end,
    lease_token = null,
    lease_until = null,
    next_attempt_at = case when r.state = 'backoff'
      then clock_timestamp() + r.delay_ms * interval '1 millisecond' else c.next_attempt_at end,
    delayed_since = case when r.tells_delay and c.status = 'inflight'
      then coalesce(c.delayed_since, clock_timestamp()) else c.delayed_since end,
    news = case when r.state = 'succeeded' then 'done'
                when r.state = 'failed' then 'error'
                when r.tells_delay and c.status = 'inflight' and c.delayed_since is null
                  then 'delayed'
                else c.news end,
    result = case when r.state in ('backoff', 'entrusted') then c.result else r.result end
from jsonb_to_recordset($1::jsonb) as r(place integer, municipality text, case_id uuid, id uuid,
  lease_token uuid, state text, result jsonb, delay_ms bigint, tells_delay boolean)
where c.municipality = r.municipality and c.case_id = r.case_id and c.id = r.id
  and c.lease_token = r.lease_token and c.status in ('inflight', 'abandoned')
returning r.place
)sql";

const Statement call_statements[] = {{"claim", claim_statement.c_str()}, {"record", record_statement}};
const SessionKind call_sessions{
    .name = "elukaar dispatcher", .statements = call_statements, .quotes_postgres = true};

Json as_json(const std::map<std::string, engine::RoleRoom>& rooms) {
  Json object = Json::object();
  for (const auto& [role, room] : rooms) {
    Json under_way = Json::object();
    for (const auto& [municipality, calls] : room.under_way) under_way[municipality.str()] = calls;
    object[role] = {{"calls", room.calls}, {"of_one", room.of_one}, {"under_way", under_way}};
  }
  return object;
}

Json as_json(const std::vector<CallReport>& reports) {
  Json array = Json::array();
  for (const CallReport& each : reports) {
    array.push_back({{"place", array.size()},
                     {"municipality", each.municipality.str()},
                     {"case_id", each.case_id.str()},
                     {"id", each.id.str()},
                     {"lease_token", each.lease_token.str()},
                     {"state", to_string(each.state)},
                     {"result", each.result},
                     {"delay_ms", each.delay.count()},
                     {"tells_delay", each.tells_delay}});
  }
  return array;
}

}  // namespace

struct PgCalls::Implementation {
  Connection connection;
};

PgCalls::PgCalls(std::string connection)
    : implementation_(new Implementation{Connection{std::move(connection), call_sessions}}) {}

PgCalls::~PgCalls() = default;

std::vector<ClaimedCall> PgCalls::claim(const engine::ClaimRequest& request) {
  const std::string room = as_json(request.room).dump();
  return implementation_->connection.transaction([&](pqxx::work& work) {
    const pqxx::result rows = work.exec_prepared(
        "claim", room, request.room_for_others,
        static_cast<long long>(request.lease_margin.count()));
    std::vector<ClaimedCall> calls;
    for (const pqxx::row& row : rows) calls.push_back(read(row, call_columns));
    return calls;
  });
}

std::vector<bool> PgCalls::record(const std::vector<CallReport>& reports) {
  std::vector<bool> accepted(reports.size(), false);
  if (reports.empty()) return accepted;
  const std::string json = as_json(reports).dump();
  return implementation_->connection.transaction([&](pqxx::work& work) {
    for (const pqxx::row& row : work.exec_prepared("record", json)) {
      accepted.at(row[0].as<std::size_t>()) = true;
    }
    return accepted;
  });
}

}  // namespace elukaar::adapters::postgres
