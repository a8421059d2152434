do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_history;
drop index catalog.seals_at_idx;
create index seals_table_name_at_idx on catalog.seals (table_name, at);
create index seals_waiting_idx on catalog.seals (seal_id) where tick_id is null;
set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
