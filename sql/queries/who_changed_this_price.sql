-- Who changed this price? Every price a product has had, since when, which upload and line of its file set it, and what ended it: which
-- upload, or whose hand.
-- Variables: vendor, product
select audit.utc(valid_from) as since_utc, price, made_by_upload as upload, image ->> 'line_number' as line, ended_by as ended,
    coalesce(ended_by_upload, audit.brief(ended_by_user, 29)) as ended_by
from audit.product_history(:'vendor', :'product');
