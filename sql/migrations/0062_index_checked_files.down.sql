set local role catalog_owner;
drop index catalog.upload_history_keeps_file_idx, catalog.upload_history_checked_upload_id_key;
