-- The newest uploads with a given status: queued, processing, completed, partial, failed or reverted.
-- Variables: status
select upload_id, vendor_id, audit.brief(file_name, 20) as file, error_records as errors, failure_type as failure,
    audit.utc(upload_timestamp) as uploaded_utc
from audit.uploads
where status = :'status'
order by upload_timestamp desc
limit 100;
