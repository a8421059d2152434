do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_owner;
alter table catalog.products drop constraint products_times_are_moments;
create or replace function catalog.drop_product_column(name text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    execute format('alter table catalog.products drop column %I', drop_product_column.name);
    perform catalog.write_products_as_of();
end
$$;

set local role catalog_history;
drop function audit.verify_history(text);
drop function audit.history_problems();
drop function audit.head();
create or replace function audit.tick(wait boolean default true) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    closing bigint;
    taken bigint;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) then
        return null;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a tick needs a transaction that sees what others commit meanwhile'
            using errcode = 'invalid_transaction_state', hint = 'begin isolation level read committed';
    elsif wait then
        perform pg_advisory_xact_lock(1785684595, -1);
    elsif not pg_try_advisory_xact_lock(1785684595, -1) then
        return null;  -- another one is at it
    end if;
    select t.tick_id + 1 into closing from catalog.ticks t order by t.tick_id desc limit 1;
    -- The key is checked at the end of the statement, when the tick is there.
    with taking as (
        update catalog.changes c set tick_id = closing where c.tick_id is null returning c.change_id
    ), counted as (
        select count(*) as changes from taking
    )
    insert into catalog.ticks (tick_id, at, changes)
    select closing, greatest(clock_timestamp(), (select max(t.at) + interval '1 microsecond' from catalog.ticks t)), c.changes
    from counted c
    where c.changes > 0
    returning tick_id into taken;
    return taken;
end
$$;

create or replace function catalog.keep_updated_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    change bigint := catalog.current_change();
begin
    if exists (select from new_images n where n.made_by is distinct from change) then
        raise exception 'the setting catalog.change_id is not given' using errcode = 'restrict_violation';
    end if;
    execute format(
        'insert into catalog.product_versions (%s, valid_to, operation, superseded_by, ended_by)
         select %s, n.valid_from, $1, $2, $3
         from old_images o
         join new_images n using (product_id)',
        catalog.product_columns(), catalog.product_columns('o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'update'),
        nullif(current_setting('catalog.upload_id', true), ''), change;
    return null;
end
$$;
alter function catalog.keep_updated_product_images() reset timezone;
alter function catalog.keep_updated_product_images() reset datestyle;

create or replace function catalog.keep_deleted_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    execute format(
        'insert into catalog.product_versions (%s, valid_to, operation, superseded_by, ended_by)
         select %s, greatest(statement_timestamp(), o.valid_from), $1, $2, $3
         from old_images o',
        catalog.product_columns(), catalog.product_columns('o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'delete'),
        nullif(current_setting('catalog.upload_id', true), ''), catalog.current_change();
    return null;
end
$$;
alter function catalog.keep_deleted_product_images() reset timezone;
alter function catalog.keep_deleted_product_images() reset datestyle;

create or replace function catalog.add_version_column(name text) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    kind text := (
        select format_type(a.atttypid, a.atttypmod)
            || coalesce((select format(' collate %s', a.attcollation::regcollation) from pg_type t where t.oid = a.atttypid and t.typcollation <> a.attcollation), '')
        from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attname = add_version_column.name and a.attnum > 0 and not a.attisdropped);
begin
    if kind is null then
        raise exception 'products have no column %', add_version_column.name using errcode = 'undefined_column';
    end if;
    execute format('alter table catalog.product_versions add column if not exists %I %s', add_version_column.name, kind);
end
$$;
comment on function catalog.add_version_column is null;
drop function catalog.tick_hash(catalog.ticks);
drop function catalog.change_hash(catalog.changes);
drop function catalog.early_hash();
drop function catalog.row_hashes(integer, text);
drop function catalog.rows_hash(bigint);
drop trigger ticks_refuse_change on catalog.ticks;
drop trigger ticks_refuse_delete on catalog.ticks;
create trigger ticks_refuse_change before update or delete on catalog.ticks
    for each row execute function catalog.refuse_history_change();
alter table catalog.ticks drop column prev_hash, drop column hash;
alter table catalog.changes drop column versions, drop column rows_hash;
alter table catalog.product_versions
    drop constraint product_versions_times_are_moments, drop column format_id, drop column row_hash;
drop table catalog.version_formats;
drop function catalog.version_format();

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
