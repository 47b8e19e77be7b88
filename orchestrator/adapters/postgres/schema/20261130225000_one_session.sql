-- Residents' and officials' sessions in one table: a session says whose pages it opens, so that neither can be taken
-- for the other's. Whoever is logged in logs in again.
drop table elukaar.office_session;
delete from elukaar.session;
alter table elukaar.session add column kind text not null check (kind in ('resident', 'official'));
comment on column elukaar.session.persons is 'JSON: municipality → pseudonym; of an official the one municipality';
