-- Residents' requests take this role on for each transaction; the program's own login may do so.
grant elukaar_resident to current_user;

-- Outcomes are told to the pages of whoever acted.
create index action_person on elukaar.action (municipality, person) where outcome = 'pending';
