-- What people call a case by, on the telephone too: unique within its municipality, and revealing nothing. Numbers
-- are drawn from one sequence and then shuffled by a key of this database's own, one to one: no two meet, so that no
-- batch fails over one, and neither how many cases there are, nor which came first, nor when can be read from them.
create sequence elukaar.case_number minvalue 0 start 0;

-- A Feistel network over two halves of three digits, of four once a million numbers are given out. Six rounds.
do $make$
declare
  keys bigint[] := array(
    select ('x' || left(encode(sha256(uuid_send(gen_random_uuid())), 'hex'), 16))::bit(64)::bigint
    from generate_series(1, 6));
begin
  execute format($function$
create function elukaar.shuffled_case_number(n bigint) returns text language plpgsql immutable strict as $$
declare
  half bigint := 1000;
  l bigint;
  r bigint;
begin
  if n >= 1000000 then
    half := 10000;
    n := n - 1000000;
  end if;
  l := n / half;
  r := n %% half;
  l := (l + (hashint8extended(r, %s) & 1073741823)) %% half;
  r := (r + (hashint8extended(l, %s) & 1073741823)) %% half;
  l := (l + (hashint8extended(r, %s) & 1073741823)) %% half;
  r := (r + (hashint8extended(l, %s) & 1073741823)) %% half;
  l := (l + (hashint8extended(r, %s) & 1073741823)) %% half;
  r := (r + (hashint8extended(l, %s) & 1073741823)) %% half;
  return lpad((l * half + r)::text, case half when 1000 then 6 else 8 end, '0');
end $$ $function$, keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]);
end $make$;

alter table elukaar.cases add column number text;
update elukaar.cases set number = elukaar.shuffled_case_number(nextval('elukaar.case_number'));
alter table elukaar.cases alter column number set not null;
create unique index case_number_once on elukaar.cases (municipality, number);

-- Whoever creates a case need not think of it.
create function elukaar.number_case() returns trigger language plpgsql as $$
begin
  new.number := elukaar.shuffled_case_number(nextval('elukaar.case_number'));
  return new;
end $$;
create trigger number_case before insert on elukaar.cases
  for each row when (new.number is null) execute function elukaar.number_case();
