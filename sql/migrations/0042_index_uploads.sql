-- catalog: works-with 0031
-- catalog: no-transaction
-- The same file again is found by its sum, without reading what else the vendor has sent.
create index concurrently upload_history_vendor_id_file_sha256_idx on catalog.upload_history (vendor_id, file_sha256)
    where file_sha256 is not null;
