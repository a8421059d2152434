-- catalog: works-with 0031
-- Less of the write-ahead log for an upload, and less of PostgreSQL's time. A trigger before an update locks each row first, which is logged by
-- itself: what only refuses does so afterwards. A row that is changed once or twice has its new version beside the former. And a function in SQL is
-- planned anew each time a trigger calls it, one in PL/pgSQL once in a session.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);  -- until the end of this file
    end if;
exception
    when sqlstate 'XX000' or unique_violation then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
set local role catalog_owner;
alter table catalog.upload_history set (fillfactor = 80);

-- What intake.seen_objects keeps unique was kept so once more by the partition that is as old as that.
do $$
declare
    oldest regclass;
begin
    select c.conrelid into oldest from pg_constraint c
    where c.conname = 'object_events_rest_object_version_is_seen_once' and c.connamespace = 'intake'::regnamespace;
    if found then
        execute format('alter table %s drop constraint object_events_rest_object_version_is_seen_once', oldest);
    end if;
end
$$;

set local role none;
set local role catalog_history;
alter table catalog.changes set (fillfactor = 80);
create or replace trigger changes_refuse_change after update on catalog.changes
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();
create or replace trigger seals_refuse_change after update on catalog.seals
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();

create or replace function catalog.current_change() returns bigint
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
begin
    return (
        select c.change_id
        from catalog.changes c
        where c.change_id = nullif(current_setting('catalog.change_id', true), '')::bigint
          and c.backend = pg_backend_pid() and c.began_at = transaction_timestamp() and age(c.xmin) <= 0
          and c.upload_id is not distinct from nullif(current_setting('catalog.upload_id', true), ''));
end
$$;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
