-- How good the files of each vendor have been, worst first.
select vendor_id, audit.brief(vendor_name, 16) as vendor, status, uploads, failed_uploads as failed, rows_received as rows,
    rows_rejected as rejected, success_percent as "good %", audit.utc(last_upload_at) as last_upload_utc
from audit.vendor_quality
where uploads > 0
order by success_percent nulls first, rows_rejected desc;
