-- What is kept for a time only: the answers to a form that somebody is still filling in.
alter table elukaar.vault_value
  add column keep_until timestamptz;  -- case time; nobody reads it from then on, and it is erased; null: no end
create index vault_value_keep_until on elukaar.vault_value (keep_until) where keep_until is not null;
