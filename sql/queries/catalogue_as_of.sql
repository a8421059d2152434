-- The catalogue of one vendor as it stood at a moment; a moment without an offset is one of the session's time zone.
-- Variables: vendor, moment
select audit.brief(vendor_product_id, 20) as product, audit.brief(product_name, 32) as name, audit.brief(sku, 24) as sku, price,
    stock_quantity as stock, audit.utc(valid_from) as since_utc
from audit.products_as_of(:'moment'::timestamptz)
where vendor_id = :'vendor'
order by vendor_product_id;
