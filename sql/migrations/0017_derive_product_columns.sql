-- One place for the columns of a product, the table itself: what keeps, shows and restores versions asks it for them. A new optional
-- column is one call of catalog.add_product_column; bulk loads, which insert, meet none of this.
set local role catalog_owner;

create function catalog.product_columns(prefix text default '', without text[] default '{}') returns text
    language sql stable
    set search_path = pg_catalog
as $$
    select string_agg(product_columns.prefix || quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute a
    where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped
      and a.attname <> all (product_columns.without)
$$;
comment on function catalog.product_columns is 'the columns of catalog.products as a select list, each with the prefix';

create or replace function catalog.keep_updated_product_images() returns trigger
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

create or replace function catalog.keep_deleted_product_images() returns trigger
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

-- Undoes one upload in the caller's transaction and lists the products left alone.
create or replace function catalog.revert_upload(upload text)
    returns table (vendor_product_id varchar, sku varchar, reason text)
    language plpgsql
    set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
    target catalog.upload_history;
    deleted integer;
    restored integer;
    kept integer;
    fixed text[] := array['product_id', 'vendor_id', 'vendor_product_id', 'created_at', 'valid_from'];
begin
    select * into target from catalog.upload_history u where u.upload_id = revert_upload.upload for update;
    if not found then
        raise exception 'no upload %', revert_upload.upload
            using errcode = 'no_data_found', hint = 'catalog upload list shows the uploads';
    elsif target.status not in ('completed', 'partial') then
        raise exception 'upload % is %: only a completed or partial upload can be reverted', target.upload_id, target.status
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform from catalog.vendors v where v.vendor_id = target.vendor_id for no key update;  -- one upload of a vendor at a time
    perform set_config('catalog.upload_id', target.upload_id, true), set_config('catalog.operation', 'revert', true);

    create temporary table reverting on commit drop as
    select p.product_id, p.vendor_product_id, p.sku, null::bigint as version_id, null::varchar as former_sku,
        case when p.upload_id is distinct from target.upload_id then 'changed since' end as reason
    from catalog.products p
    where p.vendor_id = target.vendor_id and false;

    -- updated by the upload: the image it ended is to come back
    insert into reverting
    select p.product_id, p.vendor_product_id, p.sku, v.version_id, v.sku,
        case
            when p.upload_id is distinct from target.upload_id then 'changed since'
            when exists (select from catalog.products o where o.sku = v.sku and o.product_id <> p.product_id)
                then 'its former SKU ' || v.sku || ' is used by another product'
        end
    from catalog.product_versions v
    join catalog.products p using (product_id)
    where v.superseded_by = target.upload_id and v.operation = 'update';

    -- created by the upload: still as it made them, or changed since (its image then is an old version)
    insert into reverting
    select p.product_id, p.vendor_product_id, p.sku, null::bigint, null::varchar, null::text
    from catalog.products p
    where p.upload_id = target.upload_id
      and not exists (select from reverting r where r.product_id = p.product_id)
    union
    select p.product_id, p.vendor_product_id, p.sku, null, null, 'changed since'
    from catalog.product_versions v
    join catalog.products p using (product_id)
    where v.upload_id = target.upload_id
      and p.upload_id is distinct from target.upload_id
      and not exists (select from reverting r where r.product_id = p.product_id);

    delete from catalog.products p using reverting r
    where p.product_id = r.product_id and r.version_id is null and r.reason is null;
    get diagnostics deleted = row_count;

    execute format(
        'update catalog.products p set (%s) = (%s)
         from reverting r
         join catalog.product_versions v using (version_id)
         where p.product_id = r.product_id and r.reason is null',
        catalog.product_columns(without => fixed), catalog.product_columns('v.', fixed));
    get diagnostics restored = row_count;

    select count(*) into kept from reverting r where r.reason is not null;
    update catalog.upload_history u set status = 'reverted' where u.upload_id = target.upload_id;
    insert into catalog.upload_events (upload_id, event, detail)
    values (target.upload_id, 'reverted', jsonb_build_object(
        'deleted', deleted, 'restored', restored, 'left_alone', kept, 'by', session_user));
    perform set_config('catalog.upload_id', '', true), set_config('catalog.operation', '', true);

    return query select r.vendor_product_id, r.sku, r.reason from reverting r where r.reason is not null order by 1;
    drop table reverting;
end
$$;

-- Written anew for each column: a function that asks for its columns while it runs would not be planned with the query around it.
create function catalog.write_products_as_of() returns void
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
comment on function catalog.write_products_as_of is 'makes audit.products_as_of from the columns of catalog.products';

create function catalog.add_product_column(name text, definition text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    execute format('alter table catalog.products add column %I %s', add_product_column.name, add_product_column.definition);
    execute format('alter table catalog.product_versions add column %I %s', add_product_column.name, add_product_column.definition);
    perform catalog.write_products_as_of();
end
$$;
comment on function catalog.add_product_column is
    'adds an optional column to products and to their history: name and type, as varchar(50); for migrations';

create function catalog.drop_product_column(name text) returns void
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
revoke execute on function catalog.product_columns(text, text[]), catalog.write_products_as_of(),
    catalog.add_product_column(text, text), catalog.drop_product_column(text) from public;
