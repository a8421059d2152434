-- The uploads of one vendor between two dates, newest first.
-- Variables: vendor, from, to
select upload_id, file_name, status, total_records, valid_records, error_records, success_percent, upload_timestamp, duration
from audit.uploads
where vendor_id = :'vendor' and upload_timestamp >= :'from'::timestamptz and upload_timestamp < :'to'::timestamptz
order by upload_timestamp desc;
