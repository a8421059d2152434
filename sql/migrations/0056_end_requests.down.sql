set local role catalog_owner;
update enrichment.requests set status = 'failed' where status = 'cancelled';
alter table enrichment.requests drop constraint requests_status_is_known;
alter table enrichment.requests add constraint requests_status_is_known
    check (status in ('accepted', 'processing', 'completed', 'partial', 'failed'));
alter table enrichment.requests
    drop column queue, drop column watched_at, drop column local_path, drop column waiting_for, drop column waiting_because,
    drop column retry_at;
comment on column enrichment.requests.status is
    'accepted -> processing (split into batches) -> completed | partial (batches failed); partial -> completed (catalog jobs retry); failed: the input cannot be used';
