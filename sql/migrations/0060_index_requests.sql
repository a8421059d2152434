-- catalog: works-with 0031
-- catalog: no-transaction
-- Enrichment: a list that was worked through is found by what it asked, and the newest list of a name by where its result goes.
create index concurrently requests_request_hash_idx on enrichment.requests (request_hash, created_at) where request_hash is not null;
create index concurrently requests_output_key_idx on enrichment.requests (output_key);
