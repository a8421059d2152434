set local role catalog_owner;
alter table enrichment.requests drop column fresh_since;
alter table enrichment.cache drop column settings_hash;
alter table enrichment.providers drop column settings_hash;
comment on column enrichment.cache.input_hash is 'SHA-256 of what was asked: capability and normalised input as canonical JSON';
comment on column enrichment.requests.request_hash is
    'SHA-256 of plan, format and records as canonical JSON; of the requests with one hash the first is the original';
