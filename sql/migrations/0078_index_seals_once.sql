-- catalog: works-with 0031
-- catalog: no-transaction
-- A seal is written twice, when its rows are and when it gets its tick, and each time into every index. Seals without a tick are found by the
-- index that has the ticks; those of a month lie beside each other, since they are only ever added. The role is given for as long as this
-- file runs.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
create index concurrently seals_at_idx on catalog.seals using brin (at) with (pages_per_range = 16);
drop index concurrently catalog.seals_table_name_at_idx;
drop index concurrently catalog.seals_waiting_idx;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
