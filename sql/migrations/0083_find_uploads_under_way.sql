-- catalog: works-with 0031
-- catalog: no-transaction
-- Uploads that have not ended are found by one index, which does not have their status: when one begins, no index changes.
create index concurrently upload_history_under_way_idx on catalog.upload_history (upload_timestamp) where completed_at is null;
drop index concurrently catalog.upload_history_queued_idx;
drop index concurrently catalog.upload_history_unfinished_idx;
