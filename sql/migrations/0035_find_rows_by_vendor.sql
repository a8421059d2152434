-- catalog: works-with 0031
-- An upload writes products of one vendor: by that their rows are found, so that the index on upload_id can go. It changes with every
-- price, and an update that changes an indexed column writes into every index of the table.
set local role catalog_owner;
create or replace function audit.upload_diff(upload text)
    returns table (vendor_product_id varchar, sku varchar, operation text, field text, old_value text, new_value text)
    language sql stable
as $$
    with own as (
        select catalog.changes_of_upload(upload_diff.upload) as changes,
            (select u.vendor_id from catalog.upload_history u where u.upload_id = upload_diff.upload) as vendor_id
    ), ended as (
        select distinct on (v.product_id) v.product_id, v.vendor_product_id, v.sku, to_jsonb(v) as image
        from catalog.product_versions v
        where v.ended_by = any ((select o.changes from own o)::bigint[]) and v.made_by <> all ((select o.changes from own o)::bigint[])
           or v.superseded_by = upload_diff.upload and v.ended_by = 0
        order by v.product_id, v.version_id
    ), made as (
        select p.product_id, p.vendor_product_id, p.sku, to_jsonb(p) as image, null::bigint as version_id
        from catalog.products p
        where p.vendor_id = (select o.vendor_id from own o) and p.upload_id = upload_diff.upload
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
