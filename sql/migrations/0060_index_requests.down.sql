set local role catalog_owner;
drop index enrichment.requests_output_key_idx, enrichment.requests_request_hash_idx;
