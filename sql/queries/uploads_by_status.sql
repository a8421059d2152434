-- The newest uploads with a given status: queued, processing, completed, partial, failed or reverted.
-- Variables: status
select upload_id, vendor_id, file_name, total_records, error_records, failure_type, failure_message, upload_timestamp
from audit.uploads
where status = :'status'
order by upload_timestamp desc
limit 100;
