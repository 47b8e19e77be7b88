-- How long the content of parked records is kept is the program's to say, of `parked_at` (operations/retention.hpp).
alter table elukaar.parked drop column expires_at;
