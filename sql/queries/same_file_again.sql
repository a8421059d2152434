-- Files of the last few days that their vendor had sent before, byte for byte, newest first; `days` says how many.
-- Variables: days
select left(u.file_sha256, 12) as sha256, u.vendor_id, audit.utc(u.upload_timestamp) as uploaded_utc, u.upload_id,
    e.upload_id as same_as
from catalog.upload_history u
cross join lateral (
    select p.upload_id
    from catalog.upload_history p
    where p.vendor_id = u.vendor_id and p.file_sha256 = u.file_sha256 and p.upload_timestamp < u.upload_timestamp
    order by p.upload_timestamp desc
    limit 1
) e
where u.upload_timestamp > now() - make_interval(days => :'days'::integer)
order by u.upload_timestamp desc
limit 100;
