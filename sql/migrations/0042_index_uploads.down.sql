set local role catalog_owner;
drop index catalog.upload_history_vendor_id_file_sha256_idx;
