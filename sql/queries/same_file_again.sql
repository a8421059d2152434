-- Files that were uploaded more than once, byte for byte.
select file_sha256, vendor_id, count(*) as times, min(upload_timestamp) as first_at, max(upload_timestamp) as last_at,
    array_agg(upload_id order by upload_timestamp) as uploads
from audit.uploads
where file_sha256 is not null
group by file_sha256, vendor_id
having count(*) > 1
order by last_at desc;
