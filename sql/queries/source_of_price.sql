-- Where did each price of a product come from: by whose order, from which line of which file? The sum is the file's SHA-256 (its beginning), as
-- the timeline has it that nobody can rewrite: compare it with `sha256sum FILE`. The tick is that which catalog audit verify proves.
-- Variables: vendor, product
select audit.utc(r.seen_at) as seen_utc, r.price, audit.brief(r.file_name, 20) as file, r.line_number as line,
    left(coalesce(e.detail ->> 'sha256', ''), 16) as sum, audit.brief(r.actor, 24) as by, r.tick_id as tick
from audit.product_rows r
left join lateral (
    select e.detail from catalog.upload_events e where e.upload_id = r.upload_id and e.event = 'finished' order by e.event_id desc limit 1
) e on true
where r.vendor_id = :'vendor' and r.vendor_product_id = :'product'
order by r.version_id nulls last;
