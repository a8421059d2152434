-- Changes that no upload made: somebody made them in psql.
select vendor_id, vendor_product_id, operation, changed_by, valid_to as changed_at, price as former_price
from catalog.product_versions
where superseded_by is null
order by valid_to desc
limit 100;
