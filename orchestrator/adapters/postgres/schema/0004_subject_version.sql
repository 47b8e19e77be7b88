-- Which version of its subject a person's answer is about (an offer's revision); 0: it has none.
alter table elukaar.action add column subject_version bigint not null default 0;
