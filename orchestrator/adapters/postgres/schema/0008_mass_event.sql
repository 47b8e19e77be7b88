-- An event for all cases of a service in a municipality: written once when it is received, then carried to
-- the cases that were there, some hundreds in each transaction. The row stays, as its receipt.
create table elukaar.mass_event (
  municipality text not null,
  service text not null,
  receipt uuid not null,                 -- first 128 bits of SHA-256 over (source, event id)
  source text not null,
  event_id text not null,
  type text not null,
  event text not null,                   -- JSON, pseudonymous
  happened_at timestamptz not null,
  received_at timestamptz not null,      -- case time: cases created later are no concern of it
  lane smallint not null check (lane between 0 and 15),
  reached uuid,                          -- the last case that it has come to; null: none yet
  done_at timestamptz,                   -- it has come to all of them
  primary key (municipality, service, receipt)
);
create index mass_event_due on elukaar.mass_event (lane, received_at) where done_at is null;
