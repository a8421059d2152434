set local role catalog_owner;
create index upload_history_unfinished_idx on catalog.upload_history (vendor_id, status) where status in ('queued', 'processing');
create index upload_history_queued_idx on catalog.upload_history (upload_timestamp) where status = 'queued';
drop index catalog.upload_history_under_way_idx;
