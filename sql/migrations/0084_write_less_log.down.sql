do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_history;
create or replace function catalog.current_change() returns bigint
    language sql stable
    security definer
    set search_path = pg_catalog
as $$
    select c.change_id
    from catalog.changes c
    where c.change_id = nullif(current_setting('catalog.change_id', true), '')::bigint
      and c.backend = pg_backend_pid() and c.began_at = transaction_timestamp() and age(c.xmin) <= 0
      and c.upload_id is not distinct from nullif(current_setting('catalog.upload_id', true), '')
$$;
create or replace trigger seals_refuse_change before update on catalog.seals
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();
create or replace trigger changes_refuse_change before update on catalog.changes
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();
alter table catalog.changes reset (fillfactor);

set local role none;
set local role catalog_owner;
do $$
declare
    oldest regclass;
begin
    select c.conrelid into oldest from pg_constraint c where c.conname = 'object_events_rest_pkey' and c.connamespace = 'intake'::regnamespace;
    if found then
        execute format(
            'alter table %s add constraint object_events_rest_object_version_is_seen_once unique (bucket, object_key, object_version)', oldest);
    end if;
end
$$;
alter table catalog.upload_history reset (fillfactor);

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
