-- What an upload did to prices: old and new price of every product it updated.
-- Variables: upload
select v.vendor_id, audit.brief(v.vendor_product_id, 24) as product, audit.brief(v.sku, 24) as sku, v.price as old_price, n.price as new_price,
    round(100 * (n.price - v.price) / v.price, 1) as change_percent
from catalog.product_versions v
join lateral (
    select i.price from (
        select p.valid_from, p.price from catalog.products p
        where p.vendor_id = v.vendor_id and p.vendor_product_id = v.vendor_product_id
        union all
        select w.valid_from, w.price from catalog.product_versions w
        where w.vendor_id = v.vendor_id and w.vendor_product_id = v.vendor_product_id
    ) i
    where i.valid_from >= v.valid_to
    order by i.valid_from
    limit 1
) n on true
where (v.ended_by = any ((select catalog.changes_of_upload(:'upload'))::bigint[])
        or v.ended_by = 0 and v.superseded_by = :'upload')  -- before changes were recorded
  and v.operation = 'update' and n.price <> v.price
order by abs(n.price - v.price) desc;
