-- Cases, their journal and everything that moves them. The municipality leads the key of every table
-- that a case owns, so that a municipality can move to a database of its own.

create schema if not exists elukaar;

do $$
begin
  if not exists (select from pg_roles where rolname = 'elukaar_resident') then
    create role elukaar_resident nologin;
  end if;
end $$;
grant usage on schema elukaar to elukaar_resident;

-- The case clock. Demo and tests shift it by a row here; production settings refuse to start with one.
-- Real time, `clock_timestamp()`, is kept for leases and retries.
create table elukaar.clock_shift (
  only_row boolean primary key default true check (only_row),
  anchored_at timestamptz not null,      -- real time from which `factor` counts
  case_time timestamptz not null,        -- case time at that moment
  factor double precision not null check (factor > 0)
);

create function elukaar.case_now() returns timestamptz language sql stable parallel safe as $$
  select coalesce(
    (select case_time + (clock_timestamp() - anchored_at) * factor from elukaar.clock_shift),
    clock_timestamp())
$$;

-- A lane is a serial stream with one owner (architecture: the way of one event). `epoch` fences: whoever
-- has lost a lane finds another epoch and cannot commit.
create table elukaar.lane (
  id smallint generated always as identity primary key,
  name text not null unique,             -- kafka/<topic>/<partition> or internal/<00..15>
  kind text not null check (kind in ('kafka', 'internal')),
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz,
  position bigint,                       -- next offset to read; null: from the beginning
  next_sequence bigint not null default 1,
  published_sequence bigint not null default 0,
  applied bigint not null default 0,     -- what became of the records read, each counted once
  duplicates bigint not null default 0,
  parked bigint not null default 0,
  incident text                          -- why it stands still, for an operator
) with (fillfactor = 50);

insert into elukaar.lane (name, kind)
select 'internal/' || lpad(n::text, 2, '0'), 'internal' from generate_series(0, 15) n;

-- Effective workflows as they were when they first ran; a pinned case is read with its own.
create table elukaar.workflow_release (
  id integer generated always as identity primary key,
  digest text not null unique,           -- SHA-256 of `canonical`
  municipality text not null,
  service text not null,
  release text not null,
  canonical text not null,
  deployed_at timestamptz not null default clock_timestamp()
);

create table elukaar.cases (
  municipality text not null,
  id uuid not null,
  service text not null,
  public_id uuid not null,               -- 128 random bits: what stands in URLs; gives no right by itself
  release integer not null references elukaar.workflow_release,
  pinned boolean not null,
  lifecycle text not null check (lifecycle in ('active', 'suspended', 'incident', 'completed', 'cancelled')),
  incident text,
  state text not null,                   -- JSON: active states, entries, timers, calls, parties
  context text not null,                 -- JSON
  status text,                           -- JSON of what is shown; null: nothing
  revision bigint not null,
  sequence bigint not null,
  hash bytea not null,
  deferred integer not null default 0,
  decided_at timestamptz not null,
  created_at timestamptz not null,
  primary key (municipality, id)
) with (fillfactor = 80);

-- Keys of open and closed cases; a closed case's keys stay known, so that a late repeat finds it.
create table elukaar.correlation (
  municipality text not null,
  service text not null,
  name text not null,
  value text not null,
  case_id uuid not null,
  primary key (municipality, service, name, value, case_id)
);
create index correlation_case on elukaar.correlation (municipality, case_id);

-- Receipts, history and outbox in one: `records` leave for Kafka in the order of the lane's sequence.
create table elukaar.journal (
  municipality text not null,
  case_id uuid not null,
  sequence bigint not null,
  lane smallint not null,
  lane_sequence bigint not null,
  receipt uuid not null,                 -- first 128 bits of SHA-256 over (source, event id)
  source text not null,
  event_id text not null,
  kind text not null check (kind in ('event', 'timer', 'call', 'action', 'command')),
  name text not null,
  disposition text not null check (disposition in ('applied', 'deferred', 'ignored', 'refused', 'stale', 'incident')),
  cause bigint,                          -- sequence of the row whose change let a deferred input in again
  at timestamptz not null,
  release integer not null,
  trace text not null,                   -- JSON: states before and after, rules
  records text,                          -- JSON array of {topic, key, value}; null: nothing to publish
  hash bytea not null,
  primary key (municipality, case_id, sequence)
);
create unique index journal_receipt on elukaar.journal (municipality, case_id, receipt) where cause is null;
create index journal_outbox on elukaar.journal (lane, lane_sequence) where records is not null;

create table elukaar.timer (
  municipality text not null,
  case_id uuid not null,
  state text not null,
  key text not null,
  entry integer not null,
  lane smallint not null check (lane between 0 and 15),
  due_at timestamptz not null,
  primary key (municipality, case_id, state, key, entry)
);
create index timer_due on elukaar.timer (lane, due_at);

create table elukaar.call (
  municipality text not null,
  case_id uuid not null,
  id uuid not null,
  lane smallint not null check (lane between 0 and 15),
  state text not null,
  entry integer not null,
  invoke text not null,
  role text not null,
  operation text not null,
  input jsonb not null,
  status text not null default 'pending'
    check (status in ('pending', 'inflight', 'backoff', 'succeeded', 'failed', 'abandoned')),
  attempts integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  next_attempt_at timestamptz not null default clock_timestamp(),
  give_up_at timestamptz,                -- null: the role's limit
  timeout_ms integer not null,
  lease_token uuid,
  lease_until timestamptz,
  delayed_since timestamptz,
  news text check (news in ('delayed', 'done', 'error')),   -- waits for the case's lane
  result jsonb,
  primary key (municipality, case_id, id)
) with (fillfactor = 70);
create index call_due on elukaar.call (role, next_attempt_at)   -- in flight: due when its lease ends
  where status in ('pending', 'backoff', 'inflight');
create index call_news on elukaar.call (lane) where news is not null;

-- What a person did, from its receipt to its outcome.
create table elukaar.action (
  municipality text not null,
  id uuid not null,
  case_id uuid not null,
  lane smallint not null check (lane between 0 and 15),
  person text not null,                  -- pseudonym
  name text not null,
  subject text not null,
  event text not null,                   -- JSON: the event that it becomes
  idempotency_key text not null,
  request_digest bytea not null,
  received_at timestamptz not null,
  outcome text not null default 'pending' check (outcome in ('pending', 'accepted', 'refused')),
  reason text,
  decided_at timestamptz,
  primary key (municipality, id)
);
create unique index action_idempotency on elukaar.action (municipality, person, idempotency_key);
create index action_pending on elukaar.action (lane, received_at) where outcome = 'pending';

-- What an operator ordered.
create table elukaar.command (
  id uuid primary key,
  municipality text not null,
  case_id uuid not null,
  lane smallint not null check (lane between 0 and 15),
  kind text not null check (kind in ('suspend', 'resume', 'cancel', 'retry')),
  operator text not null,
  reason text not null,
  given_at timestamptz not null,
  outcome text not null default 'pending' check (outcome in ('pending', 'accepted', 'refused')),
  detail text
);
create index command_pending on elukaar.command (lane, given_at) where outcome = 'pending';

-- Inputs of a case that wait: for a state that takes them, or for the end of an incident.
create table elukaar.deferred (
  municipality text not null,
  case_id uuid not null,
  ordinal bigint not null,               -- sequence of the journal row that deferred it
  lane smallint not null check (lane between 0 and 15),
  input text not null,                   -- JSON: the whole input, pseudonymous
  until timestamptz,                     -- null: as long as the case stands still
  primary key (municipality, case_id, ordinal)
);
create index deferred_until on elukaar.deferred (lane, until) where until is not null;

-- What could not be applied: kept with its reason, to be looked at and tried again.
create table elukaar.parked (
  id uuid primary key,
  municipality text,                     -- null: unknown
  origin text not null,                  -- lane's name, and the position there
  position bigint,
  source text,
  event_id text,
  type text,
  reason text not null,                  -- code
  detail text not null,                  -- a sentence that a person understands
  bytes bytea not null,                  -- sealed
  status text not null default 'parked' check (status in ('parked', 'retry', 'applied', 'discarded')),
  lane smallint,                         -- internal lane that tries it again
  parked_at timestamptz not null,
  expires_at timestamptz not null,
  resolved_at timestamptz
);
create index parked_retry on elukaar.parked (lane) where status = 'retry';
create index parked_list on elukaar.parked (status, parked_at);

-- Under which keys an early event waits for its case.
create table elukaar.parked_key (
  municipality text not null,
  service text not null,
  name text not null,
  value text not null,
  parked_id uuid not null references elukaar.parked on delete cascade,
  primary key (municipality, service, name, value, parked_id)
);

create table elukaar.party (
  municipality text not null,
  case_id uuid not null,
  person text not null,
  role text not null,
  since timestamptz not null,
  until timestamptz,
  source text not null,                  -- the input that said so
  primary key (municipality, case_id, person, role, since)
);
create index party_person on elukaar.party (municipality, person) where until is null;

-- A logged-in person. The cookie's token is not kept, only its digest; the person is known by his
-- pseudonym in each municipality.
create table elukaar.session (
  token_digest bytea primary key,
  csrf_token text not null,
  persons text not null,                 -- JSON: municipality → pseudonym
  assurance text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);

-- Residents' requests read through a role that sees one municipality at a time.
alter table elukaar.cases enable row level security;
alter table elukaar.party enable row level security;
alter table elukaar.journal enable row level security;
alter table elukaar.action enable row level security;
create policy one_municipality on elukaar.cases to elukaar_resident
  using (municipality = current_setting('elukaar.municipality', true));
create policy one_municipality on elukaar.party to elukaar_resident
  using (municipality = current_setting('elukaar.municipality', true));
create policy one_municipality on elukaar.journal to elukaar_resident
  using (municipality = current_setting('elukaar.municipality', true));
create policy one_municipality on elukaar.action to elukaar_resident
  using (municipality = current_setting('elukaar.municipality', true));
grant select on elukaar.cases, elukaar.party, elukaar.journal, elukaar.workflow_release,
  elukaar.clock_shift to elukaar_resident;
grant select, insert on elukaar.action to elukaar_resident;
