set local role catalog_owner;

drop function catalog.drop_product_column(text);
drop function catalog.add_product_column(text, text);
drop function catalog.write_products_as_of();
drop function audit.products_as_of(timestamptz);
create function audit.products_as_of(at timestamptz)
    returns table (
        product_id bigint, vendor_id varchar, vendor_product_id varchar, product_name varchar, category varchar,
        subcategory varchar, description varchar, sku varchar, brand varchar, price numeric, compare_at_price numeric,
        stock_quantity integer, unit varchar, weight_kg numeric, dimensions_cm varchar, image_url varchar, status text,
        upload_id varchar, valid_from timestamptz)
    language sql stable
as $$
    select p.product_id, p.vendor_id, p.vendor_product_id, p.product_name, p.category, p.subcategory, p.description,
        p.sku, p.brand, p.price, p.compare_at_price, p.stock_quantity, p.unit, p.weight_kg, p.dimensions_cm,
        p.image_url, p.status, p.upload_id, p.valid_from
    from catalog.products p
    where p.valid_from <= products_as_of.at
    union all
    select v.product_id, v.vendor_id, v.vendor_product_id, v.product_name, v.category, v.subcategory, v.description,
        v.sku, v.brand, v.price, v.compare_at_price, v.stock_quantity, v.unit, v.weight_kg, v.dimensions_cm,
        v.image_url, v.status, v.upload_id, v.valid_from
    from catalog.product_versions v
    where v.valid_from <= products_as_of.at and products_as_of.at < v.valid_to
$$;
comment on function audit.products_as_of is 'the catalogue as it stood at a moment';

revoke execute on function audit.products_as_of(timestamptz) from public;
grant execute on function audit.products_as_of(timestamptz) to catalog_vendor, catalog_auditor;

create or replace function catalog.keep_updated_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    insert into catalog.product_versions (
        product_id, vendor_id, vendor_product_id, product_name, category, subcategory, description, sku, brand, price,
        compare_at_price, stock_quantity, unit, weight_kg, dimensions_cm, image_url, status, upload_id, created_at,
        valid_from, valid_to, operation, superseded_by)
    select
        o.product_id, o.vendor_id, o.vendor_product_id, o.product_name, o.category, o.subcategory, o.description, o.sku,
        o.brand, o.price, o.compare_at_price, o.stock_quantity, o.unit, o.weight_kg, o.dimensions_cm, o.image_url,
        o.status, o.upload_id, o.created_at, o.valid_from, n.valid_from,
        coalesce(nullif(current_setting('catalog.operation', true), ''), 'update'),
        nullif(current_setting('catalog.upload_id', true), '')
    from old_images o
    join new_images n using (product_id);
    return null;
end
$$;

create or replace function catalog.keep_deleted_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    insert into catalog.product_versions (
        product_id, vendor_id, vendor_product_id, product_name, category, subcategory, description, sku, brand, price,
        compare_at_price, stock_quantity, unit, weight_kg, dimensions_cm, image_url, status, upload_id, created_at,
        valid_from, valid_to, operation, superseded_by)
    select
        o.product_id, o.vendor_id, o.vendor_product_id, o.product_name, o.category, o.subcategory, o.description, o.sku,
        o.brand, o.price, o.compare_at_price, o.stock_quantity, o.unit, o.weight_kg, o.dimensions_cm, o.image_url,
        o.status, o.upload_id, o.created_at, o.valid_from, greatest(statement_timestamp(), o.valid_from),
        coalesce(nullif(current_setting('catalog.operation', true), ''), 'delete'),
        nullif(current_setting('catalog.upload_id', true), '')
    from old_images o;
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

    update catalog.products p
    set (product_name, category, subcategory, description, sku, brand, price, compare_at_price, stock_quantity, unit,
         weight_kg, dimensions_cm, image_url, status, upload_id)
      = (v.product_name, v.category, v.subcategory, v.description, v.sku, v.brand, v.price, v.compare_at_price,
         v.stock_quantity, v.unit, v.weight_kg, v.dimensions_cm, v.image_url, v.status, v.upload_id)
    from reverting r
    join catalog.product_versions v using (version_id)
    where p.product_id = r.product_id and r.reason is null;
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
drop function catalog.product_columns(text, text[]);
