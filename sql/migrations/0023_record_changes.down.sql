-- Roles are shared by the databases of a cluster and stay.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
alter table catalog.product_versions owner to catalog_owner;
alter schema catalog owner to catalog_owner;
set local role catalog_owner;
grant usage, create on schema catalog to catalog_history;
drop function audit.products_as_of(timestamptz);
drop type audit.product_image;
drop policy product_versions_service on catalog.product_versions;
drop trigger product_versions_refuse_change on catalog.product_versions;
drop trigger product_versions_refuse_truncate on catalog.product_versions;
drop trigger products_begin_change on catalog.products;
drop trigger products_refuse_forged_change on catalog.products;
drop trigger products_begin_image on catalog.products;
drop trigger products_keep_updated_images on catalog.products;
drop trigger products_keep_deleted_images on catalog.products;
alter table catalog.products drop column made_by;
alter table catalog.product_versions drop column made_by, drop column ended_by;
comment on column catalog.products.valid_from is 'since when the row has looked like this; former images are in product_versions';

set local role catalog_history;
drop function audit.cut(timestamptz, bigint);
drop function audit.tick(boolean);
drop table catalog.changes;
drop table catalog.ticks;
drop function catalog.add_version_column(text);
drop function catalog.keep_updated_product_images();
drop function catalog.keep_deleted_product_images();
drop function catalog.refuse_forged_change();
drop function catalog.refuse_history_change();
drop function catalog.begin_product_image();
drop function catalog.begin_change();
drop function catalog.current_change();

set local role catalog_owner;
revoke usage, create on schema catalog, audit from catalog_history;
revoke references, trigger on catalog.products from catalog_history;
revoke execute on function catalog.product_columns(text, text[]) from catalog_history;

create function catalog.begin_product_image() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    new.valid_from := greatest(statement_timestamp(), old.valid_from);
    if new.upload_id is not distinct from old.upload_id then
        new.upload_id := nullif(current_setting('catalog.upload_id', true), '');
    end if;
    return new;
end
$$;

create function catalog.keep_updated_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    execute format(
        'insert into catalog.product_versions (%s, valid_to, operation, superseded_by)
         select %s, n.valid_from, $1, $2
         from old_images o
         join new_images n using (product_id)',
        catalog.product_columns(), catalog.product_columns('o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'update'),
        nullif(current_setting('catalog.upload_id', true), '');
    return null;
end
$$;

create function catalog.keep_deleted_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    execute format(
        'insert into catalog.product_versions (%s, valid_to, operation, superseded_by)
         select %s, greatest(statement_timestamp(), o.valid_from), $1, $2
         from old_images o',
        catalog.product_columns(), catalog.product_columns('o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'delete'),
        nullif(current_setting('catalog.upload_id', true), '');
    return null;
end
$$;

create trigger products_begin_image before update on catalog.products
    for each row execute function catalog.begin_product_image();
create trigger products_keep_updated_images after update on catalog.products
    referencing old table as old_images new table as new_images
    for each statement execute function catalog.keep_updated_product_images();
create trigger products_keep_deleted_images after delete on catalog.products
    referencing old table as old_images
    for each statement execute function catalog.keep_deleted_product_images();


create or replace function catalog.write_products_as_of() returns void
    language plpgsql
    set search_path = pg_catalog
as $write$
declare
    without text[] := array['created_at'];
    result text := (
        select string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, null), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> all (without));
begin
    drop function if exists audit.products_as_of(timestamptz);
    execute format(
        $text$
create function audit.products_as_of(at timestamptz) returns table (%1$s)
    language sql stable
as $body$
    select %2$s
    from catalog.products p
    where p.valid_from <= products_as_of.at
    union all
    select %3$s
    from catalog.product_versions v
    where v.valid_from <= products_as_of.at and products_as_of.at < v.valid_to
$body$
        $text$,
        result, catalog.product_columns('p.', without), catalog.product_columns('v.', without));
    comment on function audit.products_as_of is 'the catalogue as it stood at a moment';
    revoke execute on function audit.products_as_of(timestamptz) from public;
    grant execute on function audit.products_as_of(timestamptz) to catalog_vendor, catalog_auditor;
end
$write$;

create or replace function catalog.add_product_column(name text, definition text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    execute format('alter table catalog.products add column %I %s', add_product_column.name, add_product_column.definition);
    execute format('alter table catalog.product_versions add column %I %s', add_product_column.name, add_product_column.definition);
    perform catalog.write_products_as_of();
end
$$;

create or replace function catalog.drop_product_column(name text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    execute format('alter table catalog.products drop column %I', drop_product_column.name);
    execute format('alter table catalog.product_versions drop column %I', drop_product_column.name);
    perform catalog.write_products_as_of();
end
$$;
comment on function catalog.drop_product_column is 'undoes catalog.add_product_column, with what the column held';

select catalog.write_products_as_of();
revoke execute on function catalog.begin_product_image(), catalog.keep_updated_product_images(),
    catalog.keep_deleted_product_images() from public;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
