-- What every request of a vendor pays for: who the vendor is, and how many errors of each type an upload has.
set local role catalog_owner;

-- A body that was parsed when it was created needs no search path, and without one it becomes part of each policy's plan.
alter function catalog.current_vendor_id() reset search_path;

-- Called for uploads with errors alone: as a subquery the partitions and their policies would be prepared for every upload.
create function catalog.error_counts(upload text) returns json
    language sql stable
    return (
        select coalesce(json_object_agg(c.error_type, c.errors), '{}')
        from (
            select e.error_type, count(*) as errors from catalog.validation_errors e where e.upload_id = upload group by e.error_type
        ) c
    );
comment on function catalog.error_counts is 'how many errors of each type an upload has, as a JSON object; with the rights of the caller';
revoke execute on function catalog.error_counts(text) from public;
grant execute on function catalog.error_counts(text) to catalog_vendor, catalog_auditor;
