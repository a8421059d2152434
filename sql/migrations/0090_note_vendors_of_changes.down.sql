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
set local role catalog_history;

create or replace function catalog.begin_change() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    upload constant text := nullif(current_setting('catalog.upload_id', true), '');
    change bigint := catalog.current_change();
begin
    if change is null then
        if upload is not null and not catalog.is_own_upload(upload) then
            raise exception 'upload % is not at work in this session: nothing is written in its name', upload
                using errcode = 'restrict_violation', hint = 'reset catalog.upload_id: a change by hand has no upload';
        end if;
        insert into catalog.changes (actor, upload_id, request_id, began_at, backend, database_user)
        values (
            case
                -- as releases before this one load
                when upload is not null and coalesce(current_setting('catalog.actor', true), '') = '' then 'upload ' || upload
                else catalog.current_actor()
            end,
            upload, nullif(current_setting('catalog.request_id', true), ''), transaction_timestamp(), pg_backend_pid(), session_user)
        returning change_id into change;
        perform set_config('catalog.change_id', change::text, true);
    end if;
    perform set_config('catalog.loading_change', case when upload is null then '-1' else change::text end, true);
    return null;
end
$$;

create or replace function audit.tick(wait boolean default true, tells boolean default true) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    closing catalog.ticks;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) and not exists (select from catalog.seals s where s.tick_id is null) then
        return null;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a tick needs a transaction that sees what others commit meanwhile'
            using errcode = 'invalid_transaction_state', hint = 'begin isolation level read committed';
    elsif wait then
        perform pg_advisory_xact_lock(1785684595, -1);
    elsif not pg_try_advisory_xact_lock(1785684595, -1) then
        return null;  -- another one is at it
    end if;
    select t.tick_id + 1, t.hash, t.at into closing.tick_id, closing.prev_hash, closing.at from catalog.ticks t order by t.tick_id desc limit 1;
    -- The key is checked at the end of the statement, when the tick is there.
    with taking as (
        update catalog.changes c
        set tick_id = closing.tick_id, (versions, rows_hash) = (select h.versions, h.hash from catalog.rows_hash(c.change_id) h),
            place = greatest(
                (select 2 * max(v.version_id) from catalog.product_versions v where v.ended_by = c.change_id),
                (select 2 * max(p.version_id) + 1 from catalog.created_products p where p.change_id = c.change_id), 0)
        where c.tick_id is null
        returning c.change_id
    ), sealing as (
        update catalog.seals s set tick_id = closing.tick_id where s.tick_id is null returning s.seal_id
    ), counted as (
        select (select count(*) from taking) as changes, (select count(*) from sealing) as seals
    )
    insert into catalog.ticks (tick_id, at, changes, prev_hash)
    select closing.tick_id, greatest(clock_timestamp(), closing.at + interval '1 microsecond'), c.changes, closing.prev_hash
    from counted c
    where c.changes > 0 or c.seals > 0
    returning * into closing;
    if not found then return null; end if;
    update catalog.ticks t set hash = catalog.tick_hash(closing) where t.tick_id = closing.tick_id;
    if tells then
        perform pg_notify('catalog.changes', closing.tick_id::text);
    end if;
    return closing.tick_id;
end
$$;

alter table catalog.changes drop column vendor_id;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
