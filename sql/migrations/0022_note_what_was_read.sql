-- catalog: works-with 0021
-- In which encoding a file was read, beside its upload; and records of a list that nobody can be asked about.
set local role catalog_owner;

alter table catalog.upload_history
    add column file_encoding text,
    add column encoding_guessed boolean;
comment on column catalog.upload_history.file_encoding is
    'encoding in which the file was read; null if it was not read, or before this was noted here (event file.read has it)';
comment on column catalog.upload_history.encoding_guessed is 'whether nobody said so and it is not UTF-8';

create or replace view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run, u.deactivated_records, u.warning_records, u.empty_cells, u.missing_products,
    coalesce(u.file_encoding, u.encoding) as encoding, u.encoding_guessed
from catalog.upload_history u
left join catalog.vendors v using (vendor_id);

alter table enrichment.requests
    add column file_encoding text,
    add column encoding_guessed boolean;
comment on column enrichment.requests.file_encoding is 'encoding in which the list was read';
comment on column enrichment.requests.encoding_guessed is 'whether nobody said so and it is not UTF-8';

alter table enrichment.records add column problem text;
comment on column enrichment.records.problem is 'why nobody is asked about it: its line could not be read with certainty';
