-- Changes that no upload made: somebody made them in psql.
select vendor_id, audit.brief(vendor_product_id, 24) as product, operation, audit.brief(changed_by, 20) as changed_by,
    audit.utc(valid_to) as changed_utc, price as former_price
from catalog.product_versions
where superseded_by is null
order by version_id desc
limit 100;
