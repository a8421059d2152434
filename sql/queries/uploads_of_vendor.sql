-- The uploads of one vendor between two dates, newest first.
-- Variables: vendor, from, to
select upload_id, audit.brief(file_name, 16) as file, status, total_records as rows, error_records as errors, success_percent as "good %",
    audit.utc(upload_timestamp) as uploaded_utc, round(extract(epoch from duration), 1) as seconds
from audit.uploads
where vendor_id = :'vendor' and upload_timestamp >= :'from'::timestamptz and upload_timestamp < :'to'::timestamptz
order by upload_timestamp desc;
