-- The same clock in a language that keeps its plan: one written in SQL, and not to be inlined because time does
-- not stand still, is planned anew in every statement that asks for it.
create or replace function elukaar.case_now() returns timestamptz language plpgsql stable parallel safe as $$
begin
  return coalesce(
    (select case_time + (clock_timestamp() - anchored_at) * factor from elukaar.clock_shift),
    clock_timestamp());
end $$;
