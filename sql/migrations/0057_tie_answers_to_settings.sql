-- catalog: works-with 0031
-- catalog: allow adding-field-with-default: of a table with a row for each provider
-- Enrichment: an answer belongs to the settings with which it was asked for; a result is that of the newest list of its name.
set local role catalog_owner;

alter table enrichment.providers add column settings_hash bigint not null generated always as
    (hashtextextended(kind || ' ' || (settings - '{timeoutSeconds,latencyMilliseconds}'::text[])::text, 0)) stored;
comment on column enrichment.providers.settings_hash is 'of kind and settings, as far as they change what is answered';
alter table enrichment.cache add column settings_hash bigint;
comment on column enrichment.cache.settings_hash is
    'of the provider when it was asked: a corrected mapping asks again; null is of binaries that did not know it, and good for all';
comment on column enrichment.cache.input_hash is
    'SHA-256 of what was asked: capability and what identifies the person or company, as canonical JSON';

alter table enrichment.requests add column fresh_since timestamptz;
comment on column enrichment.requests.fresh_since is 'answers obtained before are not good enough; null takes all that are remembered';
comment on column enrichment.requests.request_hash is
    'SHA-256 of plan, settings of its providers, format and records as canonical JSON';
