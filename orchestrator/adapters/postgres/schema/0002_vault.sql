-- The vault: the one home of personal data. Values are sealed (AES-256-GCM) by the program before they
-- come here; the keys that open them stand neither in this database nor in its backups.
-- The program's own role owns the tables and serves every municipality.

-- One data key for each holder: a person, or a person in a case (owner). Erasing it erases whatever it
-- sealed, in backups as well.
create table elukaar.vault_key (
  municipality text not null,
  person       text not null,
  owner        text not null default '',  -- case id; '': known of the person himself
  key_number   bigint not null,           -- which of the municipality's keys wrapped it
  wrapped      bytea not null,
  created_at   timestamptz not null,
  primary key (municipality, person, owner)
);

create table elukaar.vault_value (
  municipality text not null,
  person       text not null,
  owner        text not null default '',
  field        text not null,             -- kebab-case: first-name
  class        text not null check (class in ('identity', 'contact', 'special')),
  sealed       bytea not null,
  source       text not null,             -- where it comes from, …
  as_of        date not null,             -- … and for which day that was said
  recorded_at  timestamptz not null,
  primary key (municipality, person, owner, field),
  foreign key (municipality, person, owner) references elukaar.vault_key on delete cascade
) with (fillfactor = 80);

-- Other names of a person: a changed code, a rotated key, a code given at last. `person` is always the
-- current name, never itself an alias: one look finds it.
create table elukaar.pseudonym_alias (
  municipality text not null,
  alias        text not null,
  person       text not null check (person <> alias),
  recorded_at  timestamptz not null,
  primary key (municipality, alias)
);
create index pseudonym_alias_person on elukaar.pseudonym_alias (municipality, person);

-- Who looked at whose values, and why. Written in the transaction that reads; shown to the person.
create table elukaar.usage_record (
  municipality text not null,
  id           bigint generated always as identity,
  person       text not null,             -- the name that was asked for
  case_id      uuid,
  who          text not null,
  purpose      text not null,
  fields       text[] not null,           -- names of what was read
  used_at      timestamptz not null,
  primary key (municipality, id)
);
create index usage_record_person on elukaar.usage_record (municipality, person, used_at desc);
create index usage_record_case on elukaar.usage_record (municipality, case_id, used_at desc)
  where case_id is not null;

-- A role that serves people sees the municipality it has been bound to for its transaction, and none
-- where it has not been bound.
do $$
declare
  vault_table text;
begin
  foreach vault_table in array
      array['vault_key', 'vault_value', 'pseudonym_alias', 'usage_record'] loop
    execute format('alter table elukaar.%I enable row level security', vault_table);
    execute format('create policy one_municipality on elukaar.%I to elukaar_resident '
                   'using (municipality = current_setting(''elukaar.municipality'', true)) '
                   'with check (municipality = current_setting(''elukaar.municipality'', true))',
                   vault_table);
  end loop;
end $$;

-- A resident's form is kept under his case: this role may add to the vault, but neither erase, nor
-- change a key, nor rewrite who looked.
grant select, insert on elukaar.vault_key, elukaar.usage_record to elukaar_resident;
grant select, insert, update on elukaar.vault_value to elukaar_resident;
grant select on elukaar.pseudonym_alias to elukaar_resident;
