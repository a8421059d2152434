set local role catalog_owner;
drop view audit.mappings;
drop view audit.uploads;
create view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run, u.deactivated_records, u.warning_records, u.empty_cells, u.missing_products,
    coalesce(u.file_encoding, u.encoding) as encoding, u.encoding_guessed, u.kind, u.reverts, u.created_by as uploaded_by
from catalog.upload_history u
left join catalog.vendors v using (vendor_id);
comment on view audit.uploads is 'every upload with its vendor, counts, share of good rows and duration';
grant select on audit.uploads to catalog_vendor, catalog_auditor;
alter table catalog.upload_history drop column mapping_name, drop column mapping_version;
alter table catalog.vendors drop column mapping;
drop table catalog.mapping_headers;
drop table catalog.mappings;
