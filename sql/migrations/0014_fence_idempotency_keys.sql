-- A repeated request must bring the same file, and one that took over a key must not lose it to the one before.
set local role catalog_owner;

alter table catalog.idempotency_keys
    add column attempt integer not null default 1,
    add column seen_at timestamptz not null default now(),
    add column body_sha256 text;
comment on column catalog.idempotency_keys.attempt is 'raised by each request that takes the key over: only the last one may keep its answer or give the key back';
comment on column catalog.idempotency_keys.seen_at is 'last heartbeat of the request at work; 300 s later another one may take the key over';
comment on column catalog.idempotency_keys.body_sha256 is 'of the request that was answered: another body under the same key is refused';
