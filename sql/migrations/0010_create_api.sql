-- What the HTTP interface needs: who may ask, uploads whose bytes are still to come, answers given already.
set local role catalog_owner;

create table catalog.api_tokens (
    token_id text not null,
    secret_sha256 text not null,
    role text not null,
    vendor_id varchar(50),
    description text not null default '',
    created_at timestamptz not null default now(),
    created_by text not null default session_user,
    expires_at timestamptz not null default now() + interval '365 days',
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint api_tokens_pkey primary key (token_id),
    constraint api_tokens_secret_sha256_is_hex check (secret_sha256 ~ '^[0-9a-f]{64}$'),
    constraint api_tokens_role_is_known check (role in ('vendor', 'operator', 'auditor')),
    constraint api_tokens_vendor_id_is_given_for_vendors_only check ((role = 'vendor') = (vendor_id is not null)),
    constraint api_tokens_vendor_exists foreign key (vendor_id) references catalog.vendors (vendor_id)
);
comment on table catalog.api_tokens is 'bearer tokens cat_<token_id>_<secret>; only the hash of the secret is kept';
comment on column catalog.api_tokens.last_used_at is 'to the minute';
create index api_tokens_vendor_id_idx on catalog.api_tokens (vendor_id);

-- A service keeps tokens it has seen in memory for a while; a revoked one is forgotten at once.
create function catalog.announce_token_change() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    perform pg_notify('catalog.api_tokens', old.token_id);
    return null;
end
$$;
create trigger api_tokens_announce_change after update of secret_sha256, role, vendor_id, expires_at, revoked_at or delete
    on catalog.api_tokens for each row execute function catalog.announce_token_change();

create table catalog.upload_slots (
    upload_id varchar(50) not null,
    bucket text not null,
    object_key text not null,
    put_token_sha256 text,
    file_sha256 text,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '24 hours',
    constraint upload_slots_pkey primary key (upload_id),
    constraint upload_slots_object_key_is_used_once unique (bucket, object_key),
    constraint upload_slots_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id),
    constraint upload_slots_file_sha256_is_hex check (file_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table catalog.upload_slots is
    'uploads announced by POST /uploads whose bytes have not arrived; the arrival takes the row away and enqueues the job';
comment on column catalog.upload_slots.put_token_sha256 is 'hash of the secret in PUT /uploads/{id}/content; null where the store takes the bytes';
create unique index upload_slots_put_token_sha256_idx on catalog.upload_slots (put_token_sha256);

create table catalog.idempotency_keys (
    subject text not null,
    idempotency_key text not null,
    fingerprint text not null,
    status integer,
    headers jsonb,
    body text,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (subject, idempotency_key),
    constraint idempotency_keys_idempotency_key_is_short check (length(idempotency_key) between 1 and 255)
);
comment on table catalog.idempotency_keys is 'answers to POST with an Idempotency-Key, repeated for 24 hours instead of doing the work again';
comment on column catalog.idempotency_keys.status is 'null while the first request is at work';
create index idempotency_keys_created_at_idx on catalog.idempotency_keys (created_at);

alter table catalog.upload_history
    add column dry_run boolean not null default false,
    add constraint upload_history_dry_runs_are_not_reverted check (not (dry_run and status = 'reverted'));
comment on column catalog.upload_history.dry_run is 'checked and counted like any other, but nothing was loaded';

alter table intake.object_events
    drop constraint object_events_source_is_known,
    add constraint object_events_source_is_known
        check (source in ('s3', 'sns', 'eventbridge', 'minio', 'ceph', 'poller', 'api'));

alter table catalog.api_tokens enable row level security;
create policy api_tokens_audit on catalog.api_tokens for select to catalog_auditor using (true);
grant select (token_id, role, vendor_id, description, created_at, created_by, expires_at, revoked_at, last_used_at)
    on catalog.api_tokens to catalog_auditor;
revoke execute on function catalog.announce_token_change() from public;

-- Dry runs say nothing about the quality of what was delivered, and show as such.
create or replace view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run
from catalog.upload_history u
left join catalog.vendors v using (vendor_id);

create or replace view audit.vendor_quality with (security_invoker = true) as
select
    v.vendor_id, v.vendor_name, v.status,
    count(u.upload_id) as uploads,
    count(u.upload_id) filter (where u.status = 'failed') as failed_uploads,
    coalesce(sum(u.total_records), 0) as rows_received,
    coalesce(sum(u.error_records), 0) as rows_rejected,
    trunc(100.0 * sum(u.valid_records) / nullif(sum(u.total_records), 0), 1) as success_percent,
    max(u.upload_timestamp) as last_upload_at
from catalog.vendors v
left join catalog.upload_history u
    on u.vendor_id = v.vendor_id and u.status not in ('queued', 'processing') and not u.dry_run
group by v.vendor_id, v.vendor_name, v.status;
