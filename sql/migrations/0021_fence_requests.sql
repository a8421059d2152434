-- Requests that repeat or overlap: a repeated one must bring the same file, one that took over a key must not lose it to the one
-- before, and of several callers that bring one announced object the first stores it. It works with no older binary: its requests have
-- no heartbeat and no attempt, and would lose their keys while they are at work.
set local role catalog_owner;

alter table catalog.idempotency_keys
    add column attempt integer not null default 1,
    add column seen_at timestamptz not null default now(),
    add column body_sha256 text;
comment on column catalog.idempotency_keys.attempt is 'raised by each request that takes the key over: only the last one may keep its answer or give the key back';
comment on column catalog.idempotency_keys.seen_at is 'last heartbeat of the request at work; 30 s later another one may take the key over';
comment on column catalog.idempotency_keys.body_sha256 is 'of the request that was answered: another body under the same key is refused';

create table intake.received_objects (
    bucket text not null,
    object_key text not null,
    sha256 text not null,
    token_sha256 text,
    taken_at timestamptz not null default clock_timestamp(),
    stored_at timestamptz,
    constraint received_objects_pkey primary key (bucket, object_key),
    constraint received_objects_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$')
);
comment on table intake.received_objects is
    'announced objects whose bytes this service took: who inserts the row stores them, others with the same bytes get the same answer; kept for two days';
comment on column intake.received_objects.token_sha256 is 'hash of the secret in the link that took the bytes';
comment on column intake.received_objects.stored_at is 'null while the bytes are on their way into the store; 300 s after taken_at another caller may try';
create unique index received_objects_token_sha256_idx on intake.received_objects (token_sha256);

alter table catalog.upload_history
    add column announced_sha256 text,
    add constraint upload_history_announced_sha256_is_hex check (announced_sha256 ~ '^[0-9a-f]{64}$') not valid;
alter table catalog.upload_history validate constraint upload_history_announced_sha256_is_hex;
comment on column catalog.upload_history.announced_sha256 is 'what the file must have, if that was said before it came';
