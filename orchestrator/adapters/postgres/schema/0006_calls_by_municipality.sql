-- Calls are claimed municipality by municipality, so that one that floods or whose systems are silent keeps
-- no other waiting.
drop index elukaar.call_due;
create index call_due on elukaar.call (role, municipality, next_attempt_at)   -- in flight: due when its lease ends
  where status in ('pending', 'backoff', 'inflight');
