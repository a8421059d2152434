-- Enrichment: contacts and companies in, an enriched file out; every limit of every provider is kept by rows.
set local role catalog_owner;

create schema enrichment;
comment on schema enrichment is 'contacts and companies to be enriched, the providers that know more of them, and what they said';

create table enrichment.providers (
    provider text not null,
    kind text not null,
    settings jsonb not null default '{}',
    secret_id text,
    cache_ttl interval not null default '30 days',
    miss_ttl interval not null default '7 days',
    max_concurrency integer not null default 64,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint providers_pkey primary key (provider),
    constraint providers_name_is_short check (provider ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    constraint providers_kind_is_known
        check (kind in ('zoominfo', 'zoominfo-gtm', 'http-json', 'naics', 'mock')),
    constraint providers_settings_are_an_object check (jsonb_typeof(settings) = 'object'),
    constraint providers_cache_ttl_is_positive check (cache_ttl > interval '0' and miss_ttl > interval '0'),
    constraint providers_max_concurrency_is_positive check (max_concurrency > 0)
);
comment on table enrichment.providers is 'who can be asked; kind chooses the adapter, settings are its own';
comment on column enrichment.providers.secret_id is 'name or ARN of a secret of Secrets Manager, or file:PATH; never the secret';
comment on column enrichment.providers.miss_ttl is 'how long "no match" is believed';
comment on column enrichment.providers.max_concurrency is 'calls reserved or under way at once, of all workers together';

create table enrichment.buckets (
    provider text not null,
    per_second double precision,
    per_hour integer,
    per_day integer,
    next_at timestamptz not null default '-infinity',
    hour_at timestamptz not null default 'epoch',
    hour_used integer[] not null default array_fill(0, array[61]),
    day_at timestamptz not null default 'epoch',
    day_used integer[] not null default array_fill(0, array[97]),
    credit_budget bigint,
    credits_used bigint not null default 0,
    blocked_until timestamptz not null default '-infinity',
    blocked_because text,
    failures integer not null default 0,
    constraint buckets_pkey primary key (provider),
    constraint buckets_provider_exists foreign key (provider) references enrichment.providers (provider) on delete cascade,
    constraint buckets_limits_are_positive check (per_second > 0 and per_hour > 0 and per_day > 0),
    constraint buckets_credit_budget_is_not_negative check (credit_budget >= 0)
) with (fillfactor = 50);
comment on table enrichment.buckets is
    'what of each provider may still be used; one row each, so that one statement takes of all or of none. No limit is null';
comment on column enrichment.buckets.next_at is
    'the bucket of the second: when its next token is free; ahead of now by what is reserved';
comment on column enrichment.buckets.hour_used is
    'tokens taken in each of the last 61 minutes, the newest at hour_at; each comes back an hour later';
comment on column enrichment.buckets.day_used is
    'tokens taken in each of the last 97 quarters of an hour, the newest at day_at; each comes back a day later';
comment on column enrichment.buckets.credits_used is 'spent, and reserved for calls under way';
comment on column enrichment.buckets.blocked_until is 'nobody calls before: Retry-After, or the circuit is open';
comment on column enrichment.buckets.failures is 'in a row; five open the circuit, one call then tries whether it may close';

create table enrichment.requests (
    request_id uuid not null default gen_random_uuid(),
    request_hash text,
    same_as uuid,
    status text not null default 'accepted',
    source text not null,
    options jsonb not null default '{}',
    plan jsonb,
    format text not null default 'csv',
    is_compressed boolean not null default false,
    file_name text,
    bucket text,
    object_key text,
    object_version text,
    etag text,
    output_key text not null,
    columns text[] not null default '{}',
    fields jsonb not null default '{}',
    total_records integer not null default 0,
    total_batches integer not null default 0,
    processed_batches integer not null default 0,
    failed_batches integer not null default 0,
    revision integer not null default 0,
    failure_message text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    constraint requests_pkey primary key (request_id),
    constraint requests_status_is_known check (status in ('accepted', 'processing', 'completed', 'partial', 'failed')),
    constraint requests_source_is_known check (source in ('bucket', 'api', 'command')),
    constraint requests_format_is_known check (format in ('csv', 'json', 'ndjson')),
    constraint requests_request_hash_is_hex check (request_hash ~ '^[0-9a-f]{64}$'),
    constraint requests_same_as_exists foreign key (same_as) references enrichment.requests (request_id) on delete set null,
    constraint requests_batches_add_up check (processed_batches + failed_batches <= total_batches)
) with (fillfactor = 50);
comment on table enrichment.requests is 'one file or list to be enriched';
comment on column enrichment.requests.status is
    'accepted -> processing (split into batches) -> completed | partial (batches failed); partial -> completed (catalog jobs retry); failed: the input cannot be used';
comment on column enrichment.requests.request_hash is
    'SHA-256 of plan, format and records as canonical JSON; of the requests with one hash the first is the original';
comment on column enrichment.requests.same_as is 'the earlier request with this hash';
comment on column enrichment.requests.options is 'what was asked for: {"providers", "groups", "minimumConfidence"}';
comment on column enrichment.requests.plan is
    'what it means: {"providers": {"contact": ["a", "b"]}, "fields": {"contact": ["email"]}, "minimumConfidence"}; null until split';
comment on column enrichment.requests.columns is 'of the input, in its order';
comment on column enrichment.requests.fields is 'what columns mean: {"email": "E-Mail"}';
comment on column enrichment.requests.revision is 'raised by every batch that ends: whoever wrote the output sees whether it is complete';
create unique index requests_request_hash_is_original on enrichment.requests (request_hash)
    where same_as is null and status <> 'failed';
create index requests_created_at_idx on enrichment.requests (created_at);

-- A foreign key from each of a million records would cost more than it proves: records go with their request by statement.
create table enrichment.records (
    request_id uuid not null,
    ordinal integer not null,
    input jsonb not null,
    constraint records_pkey primary key (request_id, ordinal)
);
comment on table enrichment.records is 'the input as it came, by its place from 0';

create table enrichment.batches (
    request_id uuid not null,
    batch_no integer not null,
    state text not null default 'waiting',
    attempt integer not null default 0,
    error text,
    finished_at timestamptz,
    constraint batches_pkey primary key (request_id, batch_no),
    constraint batches_request_exists foreign key (request_id) references enrichment.requests (request_id),
    constraint batches_state_is_known check (state in ('waiting', 'done', 'failed'))
);
comment on table enrichment.batches is '100 records each: batch_no * 100 and the 99 after it; one job each';
comment on column enrichment.batches.state is 'waiting -> done | failed (its job is dead); failed -> done (catalog jobs retry)';

create table enrichment.results (
    request_id uuid not null,
    ordinal integer not null,
    field_group text not null,
    provider text not null,
    outcome text not null,
    confidence real,
    obtained_at timestamptz not null,
    is_cached boolean not null,
    fields jsonb,
    error text,
    constraint results_pkey primary key (request_id, ordinal, field_group),
    constraint results_field_group_is_known check (field_group in ('contact', 'company', 'new_contact', 'industry')),
    constraint results_outcome_is_known check (outcome in ('match', 'no_match', 'error'))
);
comment on table enrichment.results is 'what was found for a record: all fields of a group come from one provider';
comment on column enrichment.results.provider is 'of a match who gave it; else who was asked last';
comment on column enrichment.results.confidence is 'from 0 to 1';
comment on column enrichment.results.obtained_at is 'when the provider said so, which may be before the request';
comment on column enrichment.results.is_cached is 'known before, not paid for again';

create table enrichment.cache (
    provider text not null,
    input_hash bytea not null,
    outcome text not null,
    confidence real,
    fields jsonb,
    obtained_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint cache_pkey primary key (provider, input_hash),
    constraint cache_outcome_is_known check (outcome in ('match', 'no_match'))
);
comment on table enrichment.cache is 'answers of providers, "no match" included: nobody is asked twice before expires_at';
comment on column enrichment.cache.input_hash is 'SHA-256 of what was asked: capability and normalised input as canonical JSON';
-- Answers expire in about the order they came: a summary of each block is enough, and costs the inserts nothing.
create index cache_expires_at_idx on enrichment.cache using brin (expires_at);

create table enrichment.calls (
    call_id bigint generated always as identity not null,
    provider text not null,
    capability text not null,
    request_id uuid not null,
    batch_no integer not null,
    attempt integer not null,
    inputs bytea[] not null,
    state text not null default 'reserved',
    credits integer not null,
    reserved_at timestamptz not null default now(),
    ended_at timestamptz,
    error text,
    constraint calls_pkey primary key (call_id),
    constraint calls_state_is_known check (state in ('reserved', 'answered', 'refused', 'unknown', 'unused'))
) with (fillfactor = 70);
comment on table enrichment.calls is 'every call of a provider, noted before it is made';
comment on column enrichment.calls.state is
    'reserved (about to be made, or under way) -> answered | refused (not charged) | unknown (nobody knows whether it was made: crash, lost connection) | unused (never made)';
comment on column enrichment.calls.inputs is 'input_hash of each input';
comment on column enrichment.calls.credits is 'at most while reserved or unknown; then what it cost';
create index calls_reserved_idx on enrichment.calls (provider) where state = 'reserved';
create index calls_request_id_batch_no_idx on enrichment.calls (request_id, batch_no);

create table enrichment.naics_sectors (
    sector text not null,
    title text not null,
    constraint naics_sectors_pkey primary key (sector)
);
comment on table enrichment.naics_sectors is 'the 20 sectors of NAICS 2022, by the code of the Census Bureau, ranges included';
insert into enrichment.naics_sectors (sector, title) values
    ('11', 'Agriculture, Forestry, Fishing and Hunting'), ('21', 'Mining, Quarrying, and Oil and Gas Extraction'),
    ('22', 'Utilities'), ('23', 'Construction'), ('31-33', 'Manufacturing'), ('42', 'Wholesale Trade'),
    ('44-45', 'Retail Trade'), ('48-49', 'Transportation and Warehousing'), ('51', 'Information'),
    ('52', 'Finance and Insurance'), ('53', 'Real Estate and Rental and Leasing'),
    ('54', 'Professional, Scientific, and Technical Services'), ('55', 'Management of Companies and Enterprises'),
    ('56', 'Administrative and Support and Waste Management and Remediation Services'), ('61', 'Educational Services'),
    ('62', 'Health Care and Social Assistance'), ('71', 'Arts, Entertainment, and Recreation'),
    ('72', 'Accommodation and Food Services'), ('81', 'Other Services (except Public Administration)'),
    ('92', 'Public Administration');

create table enrichment.naics_codes (
    code text not null,
    title text not null,
    sector text not null,
    constraint naics_codes_pkey primary key (code),
    constraint naics_codes_code_is_2_to_6_digits check (code ~ '^[0-9]{2,6}$'),
    constraint naics_codes_sector_exists foreign key (sector) references enrichment.naics_sectors (sector)
);
comment on table enrichment.naics_codes is 'codes of 2 to 6 digits, loaded by catalog naics import';

create table enrichment.naics_index (
    code text not null,
    phrase text not null,
    words tsvector generated always as (to_tsvector('english', phrase)) stored,
    constraint naics_index_pkey primary key (code, phrase),
    constraint naics_index_code_has_6_digits check (code ~ '^[0-9]{6}$')
);
comment on table enrichment.naics_index is 'what establishments of an industry do or sell, in words: loaded by catalog naics import';
create index naics_index_words_idx on enrichment.naics_index using gin (words);

-- Whoever asks by hand: which provider said what of whom.
create view audit.enrichment with (security_invoker = true) as
select
    q.request_id, q.status, q.source, q.file_name, q.created_at, q.completed_at - q.created_at as duration,
    q.total_records, q.total_batches, q.processed_batches, q.failed_batches, q.output_key, c.calls, c.credits,
    c.unknown_calls
from enrichment.requests q
cross join lateral (
    select
        count(*) filter (where state in ('answered', 'unknown')) as calls,
        coalesce(sum(credits) filter (where state in ('answered', 'unknown')), 0) as credits,
        count(*) filter (where state = 'unknown') as unknown_calls
    from enrichment.calls where request_id = q.request_id
) c;
comment on view audit.enrichment is 'every enrichment request with its calls and credits';

alter table intake.routes add column providers text[] not null default '{}';
comment on column intake.routes.providers is 'of enrichment: who is asked, in order; all providers if it is empty';

alter table intake.object_events add column request_id uuid;
alter table intake.object_events add constraint object_events_request_exists
    foreign key (request_id) references enrichment.requests (request_id);
comment on column intake.object_events.request_id is 'the enrichment request it became';
create index object_events_request_id_idx on intake.object_events (request_id) where request_id is not null;

grant usage on schema enrichment to catalog_auditor;
grant select on all tables in schema enrichment to catalog_auditor;
grant select on audit.enrichment to catalog_auditor;
