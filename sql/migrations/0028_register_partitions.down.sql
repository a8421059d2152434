set local role catalog_owner;
drop table jobs.alerts;
-- A rest with rows stays: it is an ordinary partition.
do $$
declare
    registered record;
    is_used boolean;
begin
    for registered in
        select t.table_schema as space, t.table_name || '_rest' as name from retention.tables t
        where to_regclass(format('%I.%I', t.table_schema, t.table_name || '_rest')) is not null
    loop
        execute format('select exists (select from %I.%I)', registered.space, registered.name) into is_used;
        if not is_used then execute format('drop table %I.%I', registered.space, registered.name); end if;
    end loop;
end
$$;
create or replace function catalog.ensure_error_partitions(at timestamptz default now()) returns integer
    language plpgsql
    security definer  -- partitions belong to catalog_owner whoever needs one
    set search_path = pg_catalog
as $$
declare
    month date;
    name text;
    created integer := 0;
begin
    foreach month in array array[date_trunc('month', at at time zone 'UTC')::date,
                                 (date_trunc('month', at at time zone 'UTC') + interval '1 month')::date] loop
        name := 'validation_errors_' || to_char(month, 'YYYY_MM');
        continue when to_regclass('catalog.' || name) is not null;
        begin
            execute format('create table catalog.%I partition of catalog.validation_errors for values from (%L) to (%L)',
                name, month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
            created := created + 1;
        exception
            when duplicate_table or unique_violation or invalid_object_definition then null;  -- made by another session meanwhile
        end;
    end loop;
    return created;
end
$$;
comment on function catalog.ensure_error_partitions is
    'makes the partitions of validation_errors for the month of the given time and the next one, where they are missing';
create or replace function catalog.drop_error_partitions(keep interval default '90 days') returns setof text
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    partition record;
begin
    if keep < interval '90 days' then
        raise exception 'errors are kept for at least 90 days, % is less', keep using errcode = 'invalid_parameter_value';
    end if;
    for partition in
        select c.relname as name
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'catalog.validation_errors'::regclass
          and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= (now() - keep) at time zone 'UTC'
        order by c.relname
    loop
        execute format('drop table catalog.%I', partition.name);
        return next partition.name;
    end loop;
end
$$;
comment on function catalog.drop_error_partitions is 'drops the months of validation_errors that ended longer ago than the interval';
create or replace function relay.ensure_member_partitions(at timestamptz default now(), days integer default 3) returns integer
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
create or replace function relay.drop_member_partitions(keep interval) returns setof text
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
comment on table catalog.validation_errors is
    'every error of every rejected row; partitioned by month, so that retention drops partitions (catalog.drop_error_partitions)';
comment on table relay.members is
    'the objects of each window; partitioned by day, so that retention drops partitions (relay.drop_member_partitions)';
drop view retention.partitions;
drop function retention.drop_ended(text, text, interval);
drop function retention.bounds(oid);
drop table retention.released_partitions, retention.tables;
drop schema retention;
drop function relay.windows_are_verified(timestamptz, timestamptz);
