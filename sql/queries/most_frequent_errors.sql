-- What goes wrong most often in the files of the last few days, by vendor; `days` says how many.
-- Variables: days
select vendor_id, error_type, count(*) as errors, count(distinct upload_id) as uploads, min(error_message) as example
from audit.upload_errors
where upload_timestamp > now() - make_interval(days => :'days'::integer)
group by vendor_id, error_type
order by errors desc, vendor_id, error_type
limit 50;
