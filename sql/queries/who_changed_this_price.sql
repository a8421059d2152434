-- Who changed this price? Every price a product has had, since when, and which upload or person ended it.
-- Variables: vendor, product
select valid_from, valid_to, price, made_by_upload, ended_by, ended_by_upload, ended_by_user
from audit.product_history(:'vendor', :'product')
order by valid_from;
