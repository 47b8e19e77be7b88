-- Where no system plays a role, its calls are officials' tasks: the row rests, claimed by nobody, until one of
-- them has answered it. Nothing about persons stands here that did not before: `answered_by` is a pseudonym.
alter table elukaar.call drop constraint call_status_check;
alter table elukaar.call add constraint call_status_check
  check (status in ('pending', 'inflight', 'backoff', 'entrusted', 'succeeded', 'failed', 'abandoned'));
alter table elukaar.call
  add column due_on date,                -- by when it is to be done, if an official does it
  add column answered_by text,           -- the official
  add column answer bytea,               -- SHA-256 of his answer: a repeat is told from a contradiction
  add column answered_at timestamptz;
create index call_tasks on elukaar.call (municipality, due_on) where status = 'entrusted';

alter table elukaar.call enable row level security;
create policy one_municipality on elukaar.call to elukaar_resident
  using (municipality = current_setting('elukaar.municipality', true));
grant select, update (status, news, result, answered_by, answer, answered_at) on elukaar.call
  to elukaar_resident;

-- An official's name, too, stands in the vault alone: sessions that hold one end here.
delete from elukaar.office_session;
comment on column elukaar.office_session.official is 'pseudonym';
