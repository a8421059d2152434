-- catalog: works-with 0018
-- One way to manage the partitions of every table: what is in partitions by time is registered here, and the service's upkeep makes
-- them ahead of time, releases them after theirs, and finds them by their bounds, whatever they are called.
--
-- A registered table is covered from end to end. Its last partition, the rest, reaches to the end of time and takes what no other does,
-- so that no row ever fails; the upkeep makes the partitions of the coming periods before the rest is needed. It is no default
-- partition: with one, PostgreSQL refuses DETACH … CONCURRENTLY.
set local role catalog_owner;

create schema retention;
comment on schema retention is 'which tables are in partitions by time, how long these are kept, and where those went that are no longer here';

create table retention.tables (
    table_schema text not null,
    table_name text not null,
    partition_column text not null,
    period text not null,
    ahead integer not null,
    keep_days integer,
    minimum_days integer not null,
    is_archived boolean not null,
    release_check text,
    constraint tables_pkey primary key (table_schema, table_name),
    constraint tables_period_is_known check (period in ('day', 'month')),
    constraint tables_are_made_ahead check (ahead > 0),
    constraint tables_are_kept_long_enough check (keep_days >= minimum_days)
);
comment on table retention.tables is 'every table in partitions by time; the upkeep manages them by these rows';
comment on column retention.tables.period is 'time that a partition spans: a day or a month of UTC';
comment on column retention.tables.ahead is 'how many whole periods after the present one have their partition';
comment on column retention.tables.keep_days is 'a partition is released so long after its end; null keeps it; a setting of the service goes before it';
comment on column retention.tables.minimum_days is 'what no setting may go below';
comment on column retention.tables.is_archived is 'whether a partition is written into the store of reports before it is dropped';
comment on column retention.tables.release_check is
    'a function (from timestamptz, until timestamptz) returns boolean that must agree before a partition is released';

create table retention.released_partitions (
    release_id bigint generated always as identity not null,
    table_schema text not null,
    table_name text not null,
    partition_name text not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    state text not null default 'leaving',
    row_count bigint,
    byte_count bigint,
    content_sha256 text,
    object_key text,
    object_sha256 text,
    began_at timestamptz not null default clock_timestamp(),
    exported_at timestamptz,
    released_at timestamptz,
    restored_until timestamptz,
    constraint released_partitions_pkey primary key (release_id),
    constraint released_partitions_table_is_registered
        foreign key (table_schema, table_name) references retention.tables (table_schema, table_name),
    constraint released_partitions_state_is_known check (state in ('leaving', 'released', 'restored')),
    constraint released_partitions_have_the_times_of_their_state check (
        (state = 'leaving' or released_at is not null) and (state = 'restored') = (restored_until is not null)),
    constraint released_partitions_say_where_they_are check (
        num_nulls(object_key, object_sha256, content_sha256, row_count, byte_count, exported_at) in (0, 6)),
    constraint released_partitions_sums_are_hex check (object_sha256 ~ '^[0-9a-f]{64}$' and content_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table retention.released_partitions is
    'partitions that were taken out of their table: catalog retention status shows them, catalog retention restore brings one back';
comment on column retention.released_partitions.state is
    'leaving (exported, then detached, then dropped; goes on where it was cut off) -> released (dropped) -> restored (back until restored_until) -> leaving';
comment on column retention.released_partitions.byte_count is 'of the compressed file';
comment on column retention.released_partitions.content_sha256 is 'of the rows as CSV, before compression: compared again after the partition was detached';
comment on column retention.released_partitions.object_key is 'in the store of reports; null for tables that are not archived';
comment on column retention.released_partitions.object_sha256 is 'of the compressed file: sha256sum says the same';
create unique index released_partitions_one_at_a_time on retention.released_partitions (table_schema, table_name, from_at)
    where state <> 'released';

-- The text of a bound is read with the settings with which it is written.
create function retention.bounds(relation oid, out from_at timestamptz, out until_at timestamptz)
    language sql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
    select coalesce(substring(b.bound from 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
        coalesce(substring(b.bound from 'TO \(''([^'']+)''\)')::timestamptz, 'infinity')
    from (select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c where c.oid = relation) b
$$;
comment on function retention.bounds is 'the time that a partition spans; infinite where it has no bound';

create view retention.partitions with (security_invoker = true) as
with children as materialized (
    select t.table_schema, t.table_name, i.inhrelid, i.inhdetachpending
    from retention.tables t
    join pg_namespace n on n.nspname = t.table_schema
    join pg_class p on p.relnamespace = n.oid and p.relname = t.table_name
    join pg_inherits i on i.inhparent = p.oid
)
select r.table_schema, r.table_name, n.nspname::text as partition_schema, c.relname::text as partition_name, b.from_at, b.until_at,
    r.inhdetachpending as is_detaching, pg_table_size(c.oid) as table_bytes, greatest(c.reltuples, 0)::bigint as estimated_rows
from children r
join pg_class c on c.oid = r.inhrelid
join pg_namespace n on n.oid = c.relnamespace
cross join lateral retention.bounds(c.oid) b;
comment on view retention.partitions is 'the partitions of every registered table, by their bounds';

create function relay.windows_are_verified(from_at timestamptz, until_at timestamptz) returns boolean
    language sql stable
    set search_path = pg_catalog
    return not exists (
        select from relay.windows w where w.state <> 'verified' and w.opens_at >= from_at and w.opens_at < until_at);
comment on function relay.windows_are_verified is 'whether nothing of the time is still on its way: the members may go';

insert into retention.tables
    (table_schema, table_name, partition_column, period, ahead, keep_days, minimum_days, is_archived, release_check)
values
    ('catalog', 'validation_errors', 'created_at', 'month', 3, null, 90, true, null),
    ('relay', 'members', 'window_at', 'day', 3, 30, 4, false, 'relay.windows_are_verified');

-- An empty table is attached: readers and writers of the table go on.
do $$
declare
    registered record;
    covered timestamptz;
begin
    for registered in select t.table_schema as space, t.table_name as name from retention.tables t loop
        select max(p.until_at) into covered from retention.partitions p
        where p.table_schema = registered.space and p.table_name = registered.name;
        continue when covered = 'infinity';
        execute format('create table %1$I.%3$I (like %1$I.%2$I including all excluding identity excluding statistics)',
            registered.space, registered.name, registered.name || '_rest');
        execute format('alter table %1$I.%2$I attach partition %1$I.%3$I for values from (%4$s) to (maxvalue)',
            registered.space, registered.name, registered.name || '_rest', coalesce(quote_literal(covered), 'minvalue'));
    end loop;
end
$$;

create function retention.drop_ended(space text, name text, keep interval) returns setof text
    language plpgsql
    security definer
    set search_path = pg_catalog
    set lock_timeout = '1s'
as $$
declare
    registered retention.tables;
    ended record;
    may_go boolean := true;
begin
    select * into strict registered from retention.tables t where t.table_schema = space and t.table_name = name;
    if keep < registered.minimum_days * interval '1 day' then
        raise exception '%.% is kept for at least % days, % is less', space, name, registered.minimum_days, keep
            using errcode = 'invalid_parameter_value';
    end if;
    for ended in
        select p.partition_schema, p.partition_name, p.from_at, p.until_at from retention.partitions p
        where p.table_schema = space and p.table_name = name and p.until_at <= now() - keep
        order by p.until_at
    loop
        if registered.release_check is not null then
            execute format('select %s($1, $2)', registered.release_check) into may_go using ended.from_at, ended.until_at;
        end if;
        continue when not may_go;
        execute format('drop table %I.%I', ended.partition_schema, ended.partition_name);
        return next ended.partition_name;
    end loop;
end
$$;
comment on function retention.drop_ended is
    'drops partitions for good, without a copy, and locks the table for it: catalog retention run does neither';

-- Called by releases before this one, in every upload and for every new window.
create or replace function catalog.ensure_error_partitions(at timestamptz default now()) returns integer
    language sql stable
    set search_path = pg_catalog
    return 0;
comment on function catalog.ensure_error_partitions is 'does nothing any more: the upkeep makes partitions ahead of time';

create or replace function relay.ensure_member_partitions(at timestamptz default now(), days integer default 3) returns integer
    language sql stable
    set search_path = pg_catalog
    return 0;
comment on function relay.ensure_member_partitions is 'does nothing any more: the upkeep makes partitions ahead of time';

create or replace function catalog.drop_error_partitions(keep interval default '90 days') returns setof text
    language sql
    security definer
    set search_path = pg_catalog
as $$ select retention.drop_ended('catalog', 'validation_errors', keep) $$;
comment on function catalog.drop_error_partitions is
    'drops the partitions of validation_errors that ended longer ago than the interval, without a copy: catalog retention run makes one';

create or replace function relay.drop_member_partitions(keep interval) returns setof text
    language sql
    security definer
    set search_path = pg_catalog
as $$ select retention.drop_ended('relay', 'members', keep) $$;
comment on function relay.drop_member_partitions is
    'drops the partitions of members that ended longer ago than the interval; one with a window that is not verified stays';

comment on table catalog.validation_errors is
    'every error of every rejected row; in partitions by month, which the upkeep makes and releases (retention.tables)';
comment on table relay.members is
    'the objects of each window; in partitions by day, which the upkeep makes and releases (retention.tables)';

-- What somebody should know about the upkeep of this service, whichever part of it.
create table jobs.alerts (
    alert_id bigint generated always as identity not null,
    kind text not null,
    detail text not null,
    raised_at timestamptz not null default clock_timestamp(),
    cleared_at timestamptz,
    constraint alerts_pkey primary key (alert_id)
);
comment on table jobs.alerts is 'periodic jobs that fail; an alert without cleared_at is still true';
comment on column jobs.alerts.kind is 'the kind of the job';
create unique index alerts_are_raised_once on jobs.alerts (kind) where cleared_at is null;

revoke execute on all functions in schema retention from public;
revoke execute on function relay.windows_are_verified(timestamptz, timestamptz) from public;
grant usage on schema retention to catalog_auditor;
grant execute on function retention.bounds(oid) to catalog_auditor;
grant select on all tables in schema retention to catalog_auditor;
grant select on jobs.alerts to catalog_auditor;
