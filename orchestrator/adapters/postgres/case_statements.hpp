#pragma once

#include "adapters/postgres/connection.hpp"

// The SQL of the case store, prepared once a connection. Each takes arrays and works on the whole batch.
namespace elukaar::adapters::postgres {

// Prepared once, when the tables may still be empty: the plan must not depend on how full they are. A
// lateral subquery with `offset 0` or `limit 1` is one index look-up for each element, whatever the
// planner believes of the table. What takes whole rows unnests them in the select list: in the FROM clause each
// column would first be gathered in a store of its own.
inline constexpr Statement case_statements[] = {
    // What is due, each row as its `kind` says: the columns of a kind are named after it, the others' are null.
    // Inputs of one moment come in the order in which the last line names the kinds.
    {"due_inputs", R"sql(
with standing as materialized (select elukaar.case_now() as now)
select kind, lane, municipality, case_id, id, (extract(epoch from at) * 1000000)::bigint as at_us,
       name, subject, subject_version, person, event,
       command, operator, reason,
       call_update, role, result, answered_by,
       state, key, entry,
       ordinal, input,
       bytes,
       service
from (
  (select 'action' as kind, a.lane, a.municipality, a.case_id, a.id, a.received_at as at,
          a.name, a.subject, a.subject_version, a.person, a.event,
          null as command, null as operator, null as reason,
          null as call_update, null as role, null as result, null as answered_by,
          null as state, null as key, null::integer as entry,
          null::bigint as ordinal, null as input,
          null::bytea as bytes,
          null as service
   from elukaar.action a join elukaar.cases s on s.municipality = a.municipality and s.id = a.case_id
   where a.lane = any ($1::smallint[]) and a.outcome = 'pending'
     and s.lifecycle not in ('suspended', 'incident')
   order by a.received_at limit $2)
  union all
  (select 'command', c.lane, c.municipality, c.case_id, c.id, c.given_at,
          null, null, null, null, null,
          c.kind, c.operator, c.reason,
          null, null, null, null,  null, null, null,  null, null,  null,  null
   from elukaar.command c where c.lane = any ($1::smallint[]) and c.outcome = 'pending'
   order by c.given_at limit $2)
  union all
  (select 'call', c.lane, c.municipality, c.case_id, c.id,
          case when c.news = 'delayed' then c.delayed_since else clock_timestamp() end,
          null, null, null, null, null,  null, null, null,
          c.news, c.role, c.result::text, c.answered_by,
          null, null, null,  null, null,  null,  null
   from elukaar.call c join elukaar.cases s on s.municipality = c.municipality and s.id = c.case_id
   where c.lane = any ($1::smallint[]) and c.news is not null
     and s.lifecycle not in ('suspended', 'incident')
   limit $2)
  union all
  (select 'timer', t.lane, t.municipality, t.case_id, null, t.due_at,
          null, null, null, null, null,  null, null, null,  null, null, null, null,
          t.state, t.key, t.entry,
          null, null,  null,  null
   from elukaar.timer t join elukaar.cases s on s.municipality = t.municipality and s.id = t.case_id
   where t.lane = any ($1::smallint[]) and t.due_at <= (select now from standing)
     and s.lifecycle not in ('suspended', 'incident')
   order by t.due_at limit $2)
  union all
  (select 'deferral', d.lane, d.municipality, d.case_id, null, d.until,
          null, null, null, null, null,  null, null, null,  null, null, null, null,  null, null, null,
          d.ordinal, d.input,
          null,  null
   from elukaar.deferred d
   where d.lane = any ($1::smallint[]) and d.until is not null
     and d.until <= (select now from standing)
   order by d.until limit $2)
  union all
  (select 'parked', p.lane, coalesce(p.municipality, ''), null, p.id, p.parked_at,
          null, null, null, null, null,  null, null, null,  null, null, null, null,  null, null, null,
          null, null,
          p.bytes,
          null
   from elukaar.parked p where p.lane = any ($1::smallint[]) and p.status = 'retry'
   order by p.parked_at limit $2)
  union all
  (select 'broadcast', m.lane, m.municipality, null, m.receipt, m.received_at,
          null, null, null, null, null,  null, null, null,  null, null, null, null,  null, null, null,
          null, null,  null,
          m.service
   from elukaar.mass_event m where m.lane = any ($1::smallint[]) and m.done_at is null
   order by m.received_at limit 1)
) due
order by at, array_position(array['action', 'command', 'call', 'timer', 'deferral', 'parked', 'broadcast'], kind)
limit $2)sql"},

    {"find", R"sql(
select k.place - 1, c.case_id
from unnest($1::text[], $2::text[], $3::text[], $4::text[])
  with ordinality as k(municipality, service, name, value, place)
cross join lateral (
  select case_id from elukaar.correlation c
  where c.municipality = k.municipality and c.service = k.service and c.name = k.name
    and c.value = k.value
  offset 0) c)sql"},

    {"lock_keys", "select pg_advisory_xact_lock(h) from unnest($1::bigint[]) as h"},

    {"receipts", R"sql(
select k.place - 1
from unnest($1::text[], $2::uuid[], $3::uuid[])
  with ordinality as k(municipality, case_id, receipt, place)
cross join lateral (
  select from elukaar.journal j
  where j.municipality = k.municipality and j.case_id = k.case_id and j.receipt = k.receipt
    and j.cause is null
  limit 1) j)sql"},

    {"deferred_of", R"sql(
select d.municipality, d.case_id, d.lane, d.ordinal, d.input,
       (extract(epoch from d.until) * 1000000)::bigint
from unnest($1::text[], $2::uuid[]) as k(municipality, case_id)
join elukaar.deferred d using (municipality, case_id)
order by d.municipality, d.case_id, d.ordinal)sql"},

    {"early_events", R"sql(
select p.id, k.place - 1, p.bytes
from unnest($1::text[], $2::text[], $3::text[], $4::text[])
  with ordinality as k(municipality, service, name, value, place)
join elukaar.parked_key w using (municipality, service, name, value)
join elukaar.parked p on p.id = w.parked_id and p.status = 'parked'
order by p.parked_at, p.position)sql"},

    {"known_broadcasts", R"sql(
select k.place - 1
from unnest($1::text[], $2::text[], $3::uuid[])
  with ordinality as k(municipality, service, receipt, place)
join elukaar.mass_event m using (municipality, service, receipt))sql"},

    {"broadcast", R"sql(
select source, event_id, type, event, (extract(epoch from happened_at) * 1000000)::bigint as happened_at_us,
       (extract(epoch from received_at) * 1000000)::bigint as received_at_us, lane, reached
from elukaar.mass_event
where municipality = $1 and service = $2 and receipt = $3 and done_at is null
for update)sql"},

    {"broadcast_cases", R"sql(
select id from elukaar.cases
where municipality = $1 and service = $2 and id > $3 and created_at <= $4::timestamptz
  and lifecycle in ('active', 'suspended', 'incident')
order by id limit $5)sql"},

    {"receive_broadcasts", R"sql(
insert into elukaar.mass_event (municipality, service, receipt, source, event_id, type, event,
  happened_at, received_at, lane)
select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[],
  $7::text[], $8::timestamptz[], $9::timestamptz[], $10::smallint[])
on conflict do nothing)sql"},

    {"reach_broadcasts", R"sql(
update elukaar.mass_event m
set reached = coalesce(n.reached, m.reached),
    done_at = case when n.done then elukaar.case_now() end
from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::boolean[])
  as n(municipality, service, receipt, reached, done)
where m.municipality = n.municipality and m.service = n.service and m.receipt = n.receipt)sql"},

    {"now", "select (extract(epoch from elukaar.case_now()) * 1000000)::bigint"},

    {"move_lanes", R"sql(
update elukaar.lane l
set position = m.position, next_sequence = m.next_sequence,
    published_sequence = greatest(l.published_sequence, m.published_sequence),
    applied = l.applied + m.applied, duplicates = l.duplicates + m.duplicates,
    parked = l.parked + m.parked,
    lease_until = clock_timestamp() + $9 * interval '1 second'
from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::bigint[])
  as m(id, epoch, position, next_sequence, published_sequence, applied, duplicates, parked)
where l.id = m.id and l.epoch = m.epoch and l.owner = $10)sql"},

    {"write_journal", R"sql(
insert into elukaar.journal (municipality, case_id, sequence, lane, lane_sequence, receipt, source,
  event_id, kind, name, disposition, cause, at, release, trace, records, hash)
select unnest($1::text[]), unnest($2::uuid[]), unnest($3::bigint[]), unnest($4::smallint[]),
  unnest($5::bigint[]), unnest($6::uuid[]), unnest($7::text[]), unnest($8::text[]), unnest($9::text[]),
  unnest($10::text[]), unnest($11::text[]), unnest($12::bigint[]), unnest($13::timestamptz[]),
  unnest($14::integer[]), unnest($15::text[]), unnest($16::text[]), unnest($17::bytea[]))sql"},

    {"add_keys", R"sql(
insert into elukaar.correlation (municipality, service, name, value, case_id)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
on conflict do nothing)sql"},

    {"drop_keys", R"sql(
delete from elukaar.correlation c
using unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
  as k(municipality, service, name, value, case_id)
where c.municipality = k.municipality and c.service = k.service and c.name = k.name
  and c.value = k.value and c.case_id = k.case_id)sql"},

    {"set_timers", R"sql(
insert into elukaar.timer (municipality, case_id, state, key, entry, lane, due_at)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::smallint[],
  $7::timestamptz[])
on conflict (municipality, case_id, state, key, entry) do update set due_at = excluded.due_at)sql"},

    {"clear_timers", R"sql(
delete from elukaar.timer t
using unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::integer[])
  as k(municipality, case_id, state, key, entry)
where t.municipality = k.municipality and t.case_id = k.case_id and t.state = k.state
  and t.key = k.key and t.entry = k.entry)sql"},

    {"request_calls", R"sql(
insert into elukaar.call (municipality, case_id, id, lane, state, entry, invoke, role, operation,
  input, timeout_ms, due_on)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::integer[],
  $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::integer[], $12::date[]))sql"},

    {"abandon_calls", R"sql(
update elukaar.call c set status = 'abandoned'
from unnest($1::text[], $2::uuid[], $3::uuid[]) as k(municipality, case_id, id)
where c.municipality = k.municipality and c.case_id = k.case_id and c.id = k.id
  and c.status in ('pending', 'inflight', 'backoff', 'entrusted'))sql"},

    {"news_read", R"sql(
update elukaar.call c set news = null
from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[]) as k(municipality, case_id, id, news)
where c.municipality = k.municipality and c.case_id = k.case_id and c.id = k.id and c.news = k.news)sql"},

    // $1-$2 the cases concerned, $3-$6 all their present parties. That one is present is asked outside the
    // fence: inside, the index of present parties would be read whole while the planner thinks it empty.
    {"end_parties", R"sql(
update elukaar.party p set until = (select elukaar.case_now())
from unnest($1::text[], $2::uuid[]) as k(municipality, case_id)
cross join lateral (
  select person, role, since, until from elukaar.party q
  where q.municipality = k.municipality and q.case_id = k.case_id
  offset 0) q
where q.until is null
  and p.municipality = k.municipality and p.case_id = k.case_id and p.person = q.person
  and p.role = q.role and p.since = q.since
  and (p.municipality, p.case_id, p.person, p.role) not in (
    select n.municipality, n.case_id, n.person, n.role
    from unnest($3::text[], $4::uuid[], $5::text[], $6::text[])
      as n(municipality, case_id, person, role)))sql"},

    {"add_parties", R"sql(
insert into elukaar.party (municipality, case_id, person, role, since, source)
select n.municipality, n.case_id, n.person, n.role, (select elukaar.case_now()), 'workflow'
from unnest($1::text[], $2::uuid[], $3::text[], $4::text[])
  as n(municipality, case_id, person, role)
where not exists (
  select from (
    select person, role, until from elukaar.party q
    where q.municipality = n.municipality and q.case_id = n.case_id
    offset 0) p
  where p.person = n.person and p.role = n.role and p.until is null))sql"},

    {"finish_actions", R"sql(
update elukaar.action a set outcome = n.outcome, reason = n.reason, decided_at = (select elukaar.case_now())
from unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) as n(municipality, id, outcome, reason)
where a.municipality = n.municipality and a.id = n.id)sql"},

    {"finish_commands", R"sql(
update elukaar.command c set outcome = n.outcome, detail = n.detail
from unnest($1::uuid[], $2::text[], $3::text[]) as n(id, outcome, detail) where c.id = n.id)sql"},

    {"add_deferred", R"sql(
insert into elukaar.deferred (municipality, case_id, ordinal, lane, input, until)
select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::smallint[], $5::text[],
  $6::timestamptz[]))sql"},

    {"remove_deferred", R"sql(
delete from elukaar.deferred d
using unnest($1::text[], $2::uuid[], $3::bigint[]) as k(municipality, case_id, ordinal)
where d.municipality = k.municipality and d.case_id = k.case_id and d.ordinal = k.ordinal)sql"},

    {"park", R"sql(
insert into elukaar.parked (id, municipality, origin, position, source, event_id, type, reason, detail,
  bytes, parked_at)
select id, nullif(municipality, ''), origin, position, nullif(source, ''), nullif(event_id, ''),
       nullif(type, ''), reason, detail, bytes, clock_timestamp()
from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::bytea[])
  as n(id, municipality, origin, position, source, event_id, type, reason, detail, bytes)
on conflict (id) do update
  set reason = excluded.reason, detail = excluded.detail, status = 'parked', lane = null)sql"},

    {"park_keys", R"sql(
insert into elukaar.parked_key (municipality, service, name, value, parked_id)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
on conflict do nothing)sql"},

    {"parked_applied", R"sql(
update elukaar.parked set status = 'applied', resolved_at = clock_timestamp(), bytes = ''
where id = any ($1::uuid[]))sql"},

    {"parked_unkey", "delete from elukaar.parked_key where parked_id = any ($1::uuid[])"},

    {"take_internal", R"sql(
update elukaar.lane l
set owner = $1, epoch = epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 second'
where l.id in (
  select id from elukaar.lane
  where kind = 'internal' and (owner is null or lease_until < clock_timestamp())
  order by id limit $2 for update skip locked)
returning id, name, kind, epoch, position, next_sequence, published_sequence)sql"},

    {"make_lanes", R"sql(
insert into elukaar.lane (name, kind) select name, 'kafka' from unnest($1::text[]) as n(name)
on conflict (name) do nothing)sql"},

    {"take_lanes", R"sql(
update elukaar.lane l
set owner = $2, epoch = epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 second'
where l.name = any ($1::text[])
returning id, name, kind, epoch, position, next_sequence, published_sequence)sql"},

    {"retake_lanes", R"sql(
update elukaar.lane l
set owner = $2, epoch = epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 second'
where l.name = any ($1::text[])
  and (l.owner is null or l.owner = $2 or l.lease_until < clock_timestamp())
returning id, name, kind, epoch, position, next_sequence, published_sequence)sql"},

    {"keep_lanes", R"sql(
update elukaar.lane l
set lease_until = clock_timestamp() + $4 * interval '1 second',
    published_sequence = greatest(l.published_sequence, k.published)
from unnest($1::smallint[], $2::bigint[], $3::bigint[]) as k(id, epoch, published)
where l.id = k.id and l.epoch = k.epoch and l.owner = $5
returning l.id)sql"},

    {"release_lanes", R"sql(
update elukaar.lane l set owner = null, lease_until = null
from unnest($1::smallint[], $2::bigint[]) as k(id, epoch)
where l.id = k.id and l.epoch = k.epoch and l.owner = $3)sql"},

    {"owners", R"sql(
select count(distinct owner) filter (where owner <> $1 and lease_until > clock_timestamp())
from elukaar.lane)sql"},

    {"unpublished", R"sql(
select lane_sequence, records from elukaar.journal
where lane = $1 and lane_sequence > $2 and records is not null
order by lane_sequence limit $3)sql"},

    {"find_release", "select id from elukaar.workflow_release where digest = $1"},
    {"add_release", R"sql(
insert into elukaar.workflow_release (digest, municipality, service, release, canonical)
values ($1, $2, $3, $4, $5)
on conflict (digest) do update set digest = excluded.digest returning id)sql"},
    {"release_source", "select canonical from elukaar.workflow_release where id = $1"},

    {"mark_incident", R"sql(
update elukaar.cases set lifecycle = 'incident', incident = $3
where municipality = $1 and id = $2 and lifecycle = 'active')sql"},
};

}  // namespace elukaar::adapters::postgres
