-- The catalogue of one vendor as it stood at a moment.
-- Variables: vendor, moment
select vendor_product_id, product_name, sku, price, stock_quantity, upload_id, valid_from
from audit.products_as_of(:'moment'::timestamptz)
where vendor_id = :'vendor'
order by vendor_product_id;
