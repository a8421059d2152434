-- catalog: works-with 0018
-- Which object versions were seen, apart from the arrivals that tell the rest: a key across partitions by time is not to be had, and
-- arrivals are kept for a time only. The trigger serves releases before this one, too.
set local role catalog_owner;

create table intake.seen_objects (
    bucket text not null,
    object_key text not null,
    object_version text not null,
    etag text not null,
    pipeline text not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    constraint seen_objects_pkey primary key (bucket, object_key, object_version)
);
comment on table intake.seen_objects is
    'every object version that arrived, once, for as long as its pipeline remembers it (intake.lifetimes); written by a trigger of object_events';
comment on column intake.seen_objects.object_version is 'version id of a versioned bucket, else the ETag';
create index seen_objects_received_at_idx on intake.seen_objects (received_at);

create table intake.lifetimes (
    pipeline text not null,
    keep_days integer not null,
    forgotten_until timestamptz,
    constraint lifetimes_pkey primary key (pipeline),
    constraint lifetimes_outlast_every_delivery check (keep_days >= 30)
);
comment on table intake.lifetimes is 'for how long a pipeline remembers arrivals; the upkeep writes what CATALOG_RETENTION_ARRIVALS_DAYS says';
comment on column intake.lifetimes.forgotten_until is 'arrivals before this moment are forgotten: the poller leaves older objects alone';
insert into intake.lifetimes (pipeline, keep_days) values ('onboard', 90), ('enrich', 90), ('relay', 30);

create function intake.remember_objects() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    insert into intake.seen_objects (bucket, object_key, object_version, etag, pipeline, occurred_at, received_at)
    select n.bucket, n.object_key, n.object_version, n.etag, n.pipeline, n.occurred_at, n.received_at from new_events n;
    return null;
end
$$;

create function intake.forget_objects() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    delete from intake.seen_objects s using old_events o
    where s.bucket = o.bucket and s.object_key = o.object_key and s.object_version = o.object_version;
    return null;
end
$$;

create trigger object_events_remember_objects after insert on intake.object_events
    referencing new table as new_events
    for each statement execute function intake.remember_objects();
create trigger object_events_forget_objects after delete on intake.object_events
    referencing old table as old_events
    for each statement execute function intake.forget_objects();

revoke execute on function intake.remember_objects(), intake.forget_objects() from public;
grant select on intake.seen_objects, intake.lifetimes to catalog_auditor;
