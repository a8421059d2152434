-- catalog: works-with 0031
-- catalog: no-transaction
-- What was checked is loaded once, and files that are kept too long are found without reading the history.
create unique index concurrently upload_history_checked_upload_id_key on catalog.upload_history (checked_upload_id)
    where checked_upload_id is not null;
create index concurrently upload_history_keeps_file_idx on catalog.upload_history (completed_at, upload_id) where keeps_file;
