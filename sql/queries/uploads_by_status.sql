-- The newest uploads that ended in a given way: completed, partial, failed, reverted; or are queued or processing.
-- Variables: status
select upload_id, vendor_id, file_name, total_records, error_records, failure_type, failure_message, upload_timestamp
from audit.uploads
where status = :'status'
order by upload_timestamp desc
limit 100;
