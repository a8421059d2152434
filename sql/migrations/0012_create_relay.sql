-- The relay: what arrived in one window of time becomes one checked archive on another store.
set local role catalog_owner;

create schema relay;
comment on schema relay is 'small objects on their way into archives on another store; catalog relay status shows';

create table relay.windows (
    opens_at timestamptz not null,
    closes_at timestamptz not null,
    state text not null default 'open',
    member_count integer,
    byte_count bigint,
    missing_count integer not null default 0,
    attempt integer not null default 0,
    waits_for text,
    failed_at timestamptz,
    retry_at timestamptz,
    last_error text,
    dispatched_at timestamptz,
    sealed_at timestamptz,
    delivered_at timestamptz,
    verified_at timestamptz,
    constraint windows_pkey primary key (opens_at),
    constraint windows_do_not_overlap exclude using gist (tstzrange(opens_at, closes_at) with &&),
    constraint windows_close_after_they_open check (closes_at > opens_at),
    constraint windows_state_is_known check (state in ('open', 'sealed', 'packing', 'delivered', 'verified')),
    constraint windows_are_counted_when_sealed check ((state = 'open') = (member_count is null and byte_count is null)),
    constraint windows_have_the_times_of_their_state check (
        (state = 'open') = (sealed_at is null)
        and (state in ('delivered', 'verified')) = (delivered_at is not null)
        and (state = 'verified') = (verified_at is not null)),
    constraint windows_wait_for_something_known check (waits_for in ('source', 'target', 'repair')),
    constraint windows_wait_after_a_failure check (waits_for is null or (failed_at is not null and retry_at is not null))
);
comment on table relay.windows is 'the arrivals between two moments; a window never holds an arrival of another';
comment on column relay.windows.state is
    'open (takes arrivals) -> sealed (complete, waits) -> packing -> delivered (all archives stored) -> verified (and looked at again); a failure leads back to sealed';
comment on column relay.windows.missing_count is 'members whose object was gone or altered before it was read';
comment on column relay.windows.attempt is 'raised by every attempt; fences whoever had the window before';
comment on column relay.windows.waits_for is
    'after a failure: source or target (a store; all windows go on when it answers one of them), repair (the window itself)';
create index windows_unfinished_idx on relay.windows (state, opens_at) where state <> 'verified';

create table relay.archives (
    window_at timestamptz not null,
    part integer not null,
    object_key text not null,
    sha256 text not null,
    byte_count bigint not null,
    member_count integer not null,
    packed_at timestamptz not null default now(),
    delivered_at timestamptz,
    verified_at timestamptz,
    constraint archives_pkey primary key (window_at, part),
    constraint archives_object_key_is_used_once unique (object_key),
    constraint archives_window_exists foreign key (window_at) references relay.windows (opens_at),
    constraint archives_part_is_counted_from_1 check (part > 0),
    constraint archives_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint archives_are_not_empty check (byte_count > 0 and member_count > 0),
    constraint archives_are_verified_after_delivery check (verified_at is null or delivered_at is not null)
);
comment on table relay.archives is
    'the archives of a window; a row is written before its archive is stored, so that a second attempt stores the same one';
comment on column relay.archives.verified_at is 'when the store showed the archive with the right size and checksum';

create table relay.members (
    window_at timestamptz not null,
    bucket text not null,
    object_key text not null,
    object_version text not null,
    etag text not null,
    size_bytes bigint,
    arrived_at timestamptz not null default clock_timestamp(),
    state text not null default 'waiting',
    part integer,
    entry_name text,
    sha256 text,
    problem text,
    constraint members_pkey primary key (window_at, bucket, object_key, object_version),
    constraint members_window_exists foreign key (window_at) references relay.windows (opens_at),
    constraint members_state_is_known check (state in ('waiting', 'packed', 'gone', 'altered')),
    constraint members_packed_are_in_an_archive check (
        (state = 'packed') = (part is not null and entry_name is not null and sha256 is not null)),
    constraint members_missing_have_a_reason check ((state in ('gone', 'altered')) = (problem is not null)),
    constraint members_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$')
) partition by range (window_at);
comment on table relay.members is
    'the objects of each window; partitioned by day, so that retention drops partitions (relay.drop_member_partitions)';
comment on column relay.members.object_version is 'version id of a versioned bucket, else the ETag';
comment on column relay.members.state is
    'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now)';
comment on column relay.members.entry_name is 'name in the archive: the key, made safe to extract';

create table relay.alerts (
    alert_id bigint generated always as identity not null,
    kind text not null,
    window_at timestamptz,
    detail text not null,
    raised_at timestamptz not null default clock_timestamp(),
    cleared_at timestamptz,
    constraint alerts_pkey primary key (alert_id),
    constraint alerts_kind_is_known check (kind in ('backlog', 'age', 'members')),
    constraint alerts_window_exists foreign key (window_at) references relay.windows (opens_at),
    constraint alerts_of_members_name_a_window check ((kind = 'members') = (window_at is not null))
);
comment on table relay.alerts is 'what an operator should know; an alert without cleared_at is still true';
comment on column relay.alerts.kind is
    'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), members (objects could not be read; cleared by hand)';
create unique index alerts_are_raised_once on relay.alerts (kind, coalesce(window_at, '-infinity')) where cleared_at is null;

create function relay.ensure_member_partitions(at timestamptz default now(), days integer default 3) returns integer
    language plpgsql
    security definer  -- partitions belong to catalog_owner whoever needs one
    set search_path = pg_catalog
as $$
declare
    day timestamp;
    name text;
    created integer := 0;
begin
    for day in
        select generate_series(date_trunc('day', at at time zone 'UTC'),
            date_trunc('day', at at time zone 'UTC') + (days - 1) * interval '1 day', interval '1 day')
    loop
        name := 'members_' || to_char(day, 'YYYY_MM_DD');
        continue when to_regclass('relay.' || name) is not null;
        begin
            execute format('create table relay.%I partition of relay.members for values from (%L) to (%L)',
                name, day at time zone 'UTC', (day + interval '1 day') at time zone 'UTC');
            created := created + 1;
        exception
            when duplicate_table or unique_violation or invalid_object_definition then null;  -- made by another session meanwhile
        end;
    end loop;
    return created;
end
$$;
comment on function relay.ensure_member_partitions is
    'makes the partitions of members for the day of the given time and those after it, where they are missing';

create function relay.drop_member_partitions(keep interval) returns setof text
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    partition record;
begin
    if keep < interval '4 days' then
        raise exception 'members are kept for at least 4 days, % is less', keep using errcode = 'invalid_parameter_value';
    end if;
    for partition in
        select c.relname as name
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        cross join lateral (select to_date(right(c.relname, 10), 'YYYY_MM_DD')::timestamp at time zone 'UTC') as d (starts_at)
        where i.inhparent = 'relay.members'::regclass
          and d.starts_at + interval '1 day' <= now() - keep
          and not exists (
              select from relay.windows w
              where w.state <> 'verified' and w.opens_at >= d.starts_at and w.opens_at < d.starts_at + interval '1 day')
        order by c.relname
    loop
        execute format('drop table relay.%I', partition.name);
        return next partition.name;
    end loop;
end
$$;
comment on function relay.drop_member_partitions is
    'drops the days of members that ended longer ago than the interval; a day with a window that is not verified stays';

grant usage on schema relay to catalog_auditor;
grant select on relay.windows, relay.archives, relay.members, relay.alerts to catalog_auditor;
revoke execute on all functions in schema relay from public;
