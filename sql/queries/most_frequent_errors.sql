-- What goes wrong most often in the files of the last few days, by vendor; `days` says how many.
-- Variables: days
select f.vendor_id, f.error_type, f.errors, f.uploads, audit.brief(e.error_message, 50) as example
from (
    select vendor_id, error_type, sum(errors) as errors, count(*) as uploads, max(upload_id) as upload_id
    from audit.error_counts
    where upload_timestamp > now() - make_interval(days => :'days'::integer)
    group by vendor_id, error_type
    order by errors desc, vendor_id, error_type
    limit 50
) f
left join lateral (
    select v.error_message from catalog.validation_errors v where v.upload_id = f.upload_id and v.error_type = f.error_type limit 1
) e on true
order by f.errors desc, f.vendor_id, f.error_type;
