-- catalog: works-with 0021
-- From a version to the line of the file that it came from, and from an upload to all that it did.
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
select catalog.add_product_column('line_number', 'integer');
comment on column catalog.products.line_number is
    'physical line, in the file of upload_id, that made the current image; null by hand, and where the file does not name the product';

set local role catalog_history;
-- What a hand changes has no line; what an upload changes says which.
create or replace function catalog.begin_product_image() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if new.product_id <> old.product_id then
        raise exception 'product_id of product % is refused another value: its history would lose it', old.product_id
            using errcode = 'restrict_violation', hint = 'delete the product and insert another one';
    end if;
    new.valid_from := greatest(statement_timestamp(), old.valid_from);
    new.made_by := current_setting('catalog.change_id')::bigint;
    if new.upload_id is not distinct from old.upload_id then
        new.upload_id := nullif(current_setting('catalog.upload_id', true), '');
        if new.upload_id is null then
            new.line_number := null;
        end if;
    end if;
    return new;
end
$$;

create function catalog.changes_of_upload(upload text) returns bigint[]
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select array(select c.change_id from catalog.changes c where c.upload_id = changes_of_upload.upload)
$$;
comment on function catalog.changes_of_upload is 'the changes in which an upload wrote products';
revoke execute on function catalog.changes_of_upload(text) from public;
grant execute on function catalog.changes_of_upload(text) to catalog_owner, catalog_vendor, catalog_auditor;

set local role catalog_owner;

create view audit.product_rows with (security_invoker = true) as
select i.version_id, i.product_id, i.vendor_id, i.vendor_product_id, i.sku, i.product_name, i.price, i.stock_quantity, i.status,
    i.upload_id, i.line_number, u.file_name, u.file_sha256, u.bucket, u.object_key, u.object_version, u.upload_timestamp as uploaded_at,
    i.made_by as change_id, m.actor, m.began_at, m.tick_id, t.at as seen_at,
    i.ended_by as ended_by_change, e.actor as ended_by_actor, e.upload_id as ended_by_upload, x.at as ended_at,
    n.recipient as notified, n.sent_at as notified_at
from (
    select null::bigint as version_id, p.product_id, p.vendor_id, p.vendor_product_id, p.sku, p.product_name, p.price, p.stock_quantity,
        p.status, p.upload_id, p.line_number, p.made_by, null::bigint as ended_by
    from catalog.products p
    union all
    select v.version_id, v.product_id, v.vendor_id, v.vendor_product_id, v.sku, v.product_name, v.price, v.stock_quantity,
        v.status, v.upload_id, v.line_number, v.made_by, v.ended_by
    from catalog.product_versions v
) i
left join catalog.upload_history u using (upload_id)
left join catalog.changes m on m.change_id = i.made_by
left join catalog.ticks t on t.tick_id = m.tick_id
left join catalog.changes e on e.change_id = i.ended_by
left join catalog.ticks x on x.tick_id = e.tick_id
left join catalog.notifications n on n.upload_id = i.upload_id;
comment on view audit.product_rows is
    'every image of every product, current ones without version_id, with the line and the file it came from, who made and ended it, and who was told';

create function audit.row_of_version(version bigint) returns setof audit.product_rows
    language sql stable
as $$
    select r.* from audit.product_rows r where r.version_id = row_of_version.version
$$;
comment on function audit.row_of_version is 'where a version came from: file, line, change, actor and mail';

create function audit.upload_diff(upload text)
    returns table (vendor_product_id varchar, sku varchar, operation text, field text, old_value text, new_value text)
    language sql stable
as $$
    with own as (
        select catalog.changes_of_upload(upload_diff.upload) as changes
    ), ended as (
        select distinct on (v.product_id) v.product_id, v.vendor_product_id, v.sku, to_jsonb(v) as image
        from catalog.product_versions v
        where v.ended_by = any ((select o.changes from own o)::bigint[]) and v.made_by <> all ((select o.changes from own o)::bigint[])
           or v.superseded_by = upload_diff.upload and v.ended_by = 0
        order by v.product_id, v.version_id
    ), made as (
        select p.product_id, p.vendor_product_id, p.sku, to_jsonb(p) as image, null::bigint as version_id
        from catalog.products p
        where p.upload_id = upload_diff.upload
        union all
        select p.product_id, p.vendor_product_id, p.sku, to_jsonb(p), null
        from catalog.products p
        join ended e using (product_id)
        where p.upload_id is distinct from upload_diff.upload and p.made_by = any ((select o.changes from own o)::bigint[])
        union all
        select v.product_id, v.vendor_product_id, v.sku, to_jsonb(v), v.version_id
        from catalog.product_versions v
        where v.made_by = any ((select o.changes from own o)::bigint[]) and v.ended_by <> all ((select o.changes from own o)::bigint[])
    ), pairs as (
        select coalesce(m.vendor_product_id, e.vendor_product_id) as vendor_product_id, coalesce(m.sku, e.sku) as sku,
            e.image as before, m.image as after
        from ended e
        full join made m using (product_id)
    )
    select p.vendor_product_id, p.sku,
        case when p.before is null then 'created' when p.after is null then 'removed' else 'changed' end,
        f.key, f.old, f.new
    from pairs p
    left join lateral (
        select b.key, b.value as old, a.value as new
        from jsonb_each_text(p.before) b
        join jsonb_each_text(p.after) a using (key)
        where b.value is distinct from a.value
          -- of the row, not of the product
          and b.key not in (
              'upload_id', 'valid_from', 'made_by', 'line_number', 'created_at', 'version_id', 'valid_to', 'operation', 'superseded_by',
              'changed_by', 'ended_by', 'format_id', 'row_hash')
    ) f on p.before is not null and p.after is not null
    where p.before is null or p.after is null or f.key is not null
    order by 1, 4
$$;
comment on function audit.upload_diff is 'what an upload did to products: created, removed, or changed, with each field''s old and new value';

create function audit.upload_timeline(upload text) returns table (at timestamptz, what text, who text, detail jsonb)
    language sql stable
as $$
    select e.at, e.event, e.detail ->> 'by', e.detail from catalog.upload_events e where e.upload_id = upload_timeline.upload
    union all
    select c.began_at, 'products changed', c.actor, jsonb_build_object('change', c.change_id, 'tick', c.tick_id)
    from catalog.changes c where c.upload_id = upload_timeline.upload
    union all
    select t.at, 'products seen by others', null, jsonb_build_object('tick', t.tick_id)
    from catalog.changes c join catalog.ticks t using (tick_id) where c.upload_id = upload_timeline.upload
    union all
    select n.sent_at, 'notified', n.recipient, '{}' from catalog.notifications n where n.upload_id = upload_timeline.upload and n.sent_at is not null
    order by 1
$$;
comment on function audit.upload_timeline is 'all that happened to an upload, in the order of time';

create function audit.sku_holders(upload text)
    returns table (row_number integer, line_number integer, sku varchar, vendor_id varchar, vendor_product_id varchar, product_id bigint, held_since timestamptz)
    language sql stable
as $$
    select e.row_number, e.line_number, p.sku, p.vendor_id, p.vendor_product_id, p.product_id, p.created_at
    from catalog.validation_errors e
    join catalog.products p on p.sku = e.rejected_value collate "C"
    where e.upload_id = sku_holders.upload and e.error_type = 'DUPLICATE_SKU'
    order by e.row_number
$$;
comment on function audit.sku_holders is 'for staff: whose products hold the SKUs that an upload could not use';

revoke execute on function audit.row_of_version(bigint), audit.upload_diff(text), audit.upload_timeline(text), audit.sku_holders(text) from public;
grant select on audit.product_rows to catalog_auditor;
grant execute on function audit.row_of_version(bigint), audit.upload_timeline(text), audit.sku_holders(text) to catalog_auditor;
grant execute on function audit.upload_diff(text) to catalog_vendor, catalog_auditor;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
