-- Arrivals: one row per object version seen, from whatever source, and what becomes of it.
set local role catalog_owner;

create schema intake;
comment on schema intake is 'objects that arrived in a bucket, and where they go';

create table intake.routes (
    bucket text not null,
    prefix text not null,
    pipeline text not null,
    mode text not null default 'create',
    policy text not null default 'load-valid',
    accepts_from timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint routes_pkey primary key (bucket, prefix),
    constraint routes_pipeline_is_known check (pipeline in ('onboard', 'enrich', 'relay')),
    constraint routes_prefix_is_a_folder check (prefix ~ '^([^/]+/)*$'),
    constraint routes_mode_is_known check (mode in ('create', 'upsert')),
    constraint routes_policy_is_known check (policy in ('load-valid', 'all-or-nothing'))
);
comment on table intake.routes is 'which objects go into which pipeline; the longest prefix wins';
comment on column intake.routes.mode is 'of uploads that arrive here: create or upsert';
comment on column intake.routes.accepts_from is 'the poller leaves older objects alone';

create table intake.object_events (
    event_id bigint generated always as identity not null,
    bucket text not null,
    object_key text not null,
    object_version text not null,
    etag text not null,
    size_bytes bigint,
    source text not null,
    pipeline text not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null default now(),
    upload_id varchar(50),
    ignored_because text,
    constraint object_events_pkey primary key (event_id),
    constraint object_events_object_version_is_seen_once unique (bucket, object_key, object_version),
    constraint object_events_source_is_known check (source in ('s3', 'sns', 'eventbridge', 'minio', 'ceph', 'poller')),
    constraint object_events_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id),
    constraint object_events_end_somewhere check (upload_id is null or ignored_because is null)
);
comment on table intake.object_events is 'arrivals; a second event of the same object version changes nothing';
comment on column intake.object_events.object_version is 'version id of a versioned bucket, else the ETag';
comment on column intake.object_events.ignored_because is 'why an object below a route is no input';
create index object_events_upload_id_idx on intake.object_events (upload_id);
create index object_events_received_at_idx on intake.object_events (received_at);

-- A service upload is alive as long as its job is: see giveUpOrphans.
create index upload_history_queued_idx on catalog.upload_history (upload_timestamp) where status = 'queued';

grant usage on schema intake to catalog_auditor;
grant select on all tables in schema intake to catalog_auditor;
