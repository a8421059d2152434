-- catalog: works-with 0021
-- What was written once can be proved to be still as it was: each version has a hash, each change the hash of the versions that it ended, and
-- each tick that of its changes and of the tick before it. Who has the hash of the newest tick in a safe place has the whole past there.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);  -- until the end of this file
    end if;
exception
    when sqlstate 'XX000' or unique_violation then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
set local role catalog_history;

create table catalog.version_formats (
    format_id integer generated always as identity not null,
    columns text not null,
    since timestamptz not null default clock_timestamp(),
    constraint version_formats_pkey primary key (format_id)
);
comment on table catalog.version_formats is
    'which columns of a version its hash covers: a column that comes later is not in the hash of older versions';
create trigger version_formats_refuse_change before update or delete on catalog.version_formats
    for each row execute function catalog.refuse_history_change();
create trigger version_formats_refuse_truncate before truncate on catalog.version_formats
    for each statement execute function catalog.refuse_history_change();

alter table catalog.product_versions
    add column format_id integer,
    add column row_hash bytea,
    add constraint product_versions_times_are_moments check (isfinite(valid_from) and isfinite(valid_to)) not valid;
comment on column catalog.product_versions.row_hash is
    'SHA-256 of the columns of catalog.version_formats as text; null of versions that are older than hashes, which change 0 covers';
alter table catalog.changes
    add column versions bigint,
    add column rows_hash bytea;
comment on column catalog.changes.versions is 'how many versions the change ended';
comment on column catalog.changes.rows_hash is 'SHA-256 of the hashes of those versions, in their order';
alter table catalog.ticks
    add column prev_hash bytea,
    add column hash bytea;
comment on column catalog.ticks.hash is 'SHA-256 of the hash before it, of number, time, and the hashes of the changes of the tick';

create function catalog.version_format() returns text
    language sql stable
    set search_path = pg_catalog
    return catalog.product_columns() || ', valid_to, operation, superseded_by, ended_by, changed_by';
comment on function catalog.version_format is 'the columns of a version that its hash covers from now on';
insert into catalog.version_formats (columns) select catalog.version_format();

-- In blocks, because no value is larger than 1 GB.
create function catalog.rows_hash(change bigint, out versions bigint, out hash bytea)
    language sql stable
    set search_path = pg_catalog
as $$
    select coalesce(sum(b.versions), 0)::bigint, sha256(coalesce(string_agg(b.hash, ''::bytea order by b.block), ''::bytea))
    from (
        select v.version_id / 1000000 as block, count(*) as versions, sha256(string_agg(v.row_hash, ''::bytea order by v.version_id)) as hash
        from catalog.product_versions v
        where v.ended_by = rows_hash.change
        group by 1
    ) b
$$;

-- The text of a row is that of these settings, wherever it is asked for.
create function catalog.row_hashes(format integer, condition text) returns table (version_id bigint, ended_by bigint, stored bytea, hash bytea)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
begin
    return query execute format(
        'select v.version_id, v.ended_by, v.row_hash, sha256(convert_to(row(%s)::text, ''UTF8'')) from catalog.product_versions v where %s',
        (select f.columns from catalog.version_formats f where f.format_id = row_hashes.format), condition);
end
$$;

-- What is older than hashes has one for all of it.
create function catalog.early_hash(out versions bigint, out hash bytea)
    language sql stable
    set search_path = pg_catalog
as $$
    select coalesce(sum(b.versions), 0)::bigint, sha256(coalesce(string_agg(b.hash, ''::bytea order by b.block), ''::bytea))
    from (
        select h.version_id / 1000000 as block, count(*) as versions, sha256(string_agg(h.hash, ''::bytea order by h.version_id)) as hash
        from catalog.row_hashes(1, 'v.row_hash is null') h
        group by 1
    ) b
$$;

create function catalog.change_hash(change catalog.changes) returns bytea
    language sql immutable
    return sha256(convert_to(
        concat_ws(
            '|', change.change_id, quote_nullable(change.actor), quote_nullable(change.upload_id), quote_nullable(change.request_id),
            extract(epoch from change.began_at), change.versions, encode(change.rows_hash, 'hex')),
        'UTF8'));

create function catalog.tick_hash(tick catalog.ticks) returns bytea
    language sql stable
    set search_path = pg_catalog
as $$
    select sha256(
        coalesce(tick_hash.tick.prev_hash, ''::bytea)
        || convert_to(concat_ws('|', tick_hash.tick.tick_id, extract(epoch from tick_hash.tick.at), tick_hash.tick.changes), 'UTF8')
        || coalesce((
            select string_agg(catalog.change_hash(c), ''::bytea order by c.change_id)
            from catalog.changes c where c.tick_id = tick_hash.tick.tick_id), ''::bytea))
$$;

create or replace function catalog.keep_updated_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
declare
    change bigint := catalog.current_change();
    newest catalog.version_formats;
begin
    if exists (select from new_images n where n.made_by is distinct from change) then
        raise exception 'the setting catalog.change_id is not given' using errcode = 'restrict_violation';
    end if;
    select * into newest from catalog.version_formats f order by f.format_id desc limit 1;
    execute format(
        'insert into catalog.product_versions (%1$s, format_id, row_hash)
         select v.*, $4, sha256(convert_to(row(v.*)::text, ''UTF8''))
         from (
             select %2$s, n.valid_from, $1::text, $2::varchar(50), $3::bigint, session_user::text
             from old_images o
             join new_images n using (product_id)) v',
        newest.columns, 'o.' || replace(split_part(newest.columns, ', valid_to, ', 1), ', ', ', o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'update'),
        nullif(current_setting('catalog.upload_id', true), ''), change, newest.format_id;
    return null;
end
$$;

create or replace function catalog.keep_deleted_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
declare
    newest catalog.version_formats;
begin
    select * into newest from catalog.version_formats f order by f.format_id desc limit 1;
    execute format(
        'insert into catalog.product_versions (%1$s, format_id, row_hash)
         select v.*, $4, sha256(convert_to(row(v.*)::text, ''UTF8''))
         from (
             select %2$s, greatest(statement_timestamp(), o.valid_from), $1::text, $2::varchar(50), $3::bigint, session_user::text
             from old_images o) v',
        newest.columns, 'o.' || replace(split_part(newest.columns, ', valid_to, ', 1), ', ', ', o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'delete'),
        nullif(current_setting('catalog.upload_id', true), ''), catalog.current_change(), newest.format_id;
    return null;
end
$$;

-- The first tick covers what is older than hashes.
drop trigger changes_refuse_change on catalog.changes;
drop trigger ticks_refuse_change on catalog.ticks;
update catalog.changes c set (versions, rows_hash) = (
    select h.versions, h.hash from catalog.early_hash() h where c.change_id = 0
    union all
    select h.versions, h.hash from catalog.rows_hash(c.change_id) h where c.change_id <> 0)
where c.tick_id is not null;
do $$
declare
    one catalog.ticks;
    before bytea;
begin
    for one in select * from catalog.ticks order by tick_id loop
        one.prev_hash := before;
        before := catalog.tick_hash(one);
        update catalog.ticks t set prev_hash = one.prev_hash, hash = before where t.tick_id = one.tick_id;
    end loop;
end
$$;
create trigger changes_refuse_change before update on catalog.changes
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();
create trigger ticks_refuse_change before update on catalog.ticks
    for each row when (old.hash is not null) execute function catalog.refuse_history_change();
create trigger ticks_refuse_delete before delete on catalog.ticks
    for each row execute function catalog.refuse_history_change();

-- As before, and sealed.
create or replace function audit.tick(wait boolean default true) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    closing catalog.ticks;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) then
        return null;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a tick needs a transaction that sees what others commit meanwhile'
            using errcode = 'invalid_transaction_state', hint = 'begin isolation level read committed';
    elsif wait then
        perform pg_advisory_xact_lock(1785684595, -1);
    elsif not pg_try_advisory_xact_lock(1785684595, -1) then
        return null;  -- another one is at it
    end if;
    select t.tick_id + 1, t.hash, t.at into closing.tick_id, closing.prev_hash, closing.at from catalog.ticks t order by t.tick_id desc limit 1;
    -- The key is checked at the end of the statement, when the tick is there.
    with taking as (
        update catalog.changes c
        set tick_id = closing.tick_id, (versions, rows_hash) = (select h.versions, h.hash from catalog.rows_hash(c.change_id) h)
        where c.tick_id is null
        returning c.change_id
    ), counted as (
        select count(*) as changes from taking
    )
    insert into catalog.ticks (tick_id, at, changes, prev_hash)
    select closing.tick_id, greatest(clock_timestamp(), closing.at + interval '1 microsecond'), c.changes, closing.prev_hash
    from counted c
    where c.changes > 0
    returning * into closing;
    if not found then return null; end if;
    update catalog.ticks t set hash = catalog.tick_hash(closing) where t.tick_id = closing.tick_id;
    return closing.tick_id;
end
$$;

create function audit.head(out tick bigint, out at timestamptz, out head text)
    language sql stable
    security definer
    set search_path = pg_catalog
as $$
    select t.tick_id, t.at, t.tick_id || ':' || encode(t.hash, 'hex') from catalog.ticks t order by t.tick_id desc limit 1
$$;
comment on function audit.head is
    'the newest tick and its hash, which stands for the whole past: kept elsewhere, it proves later that nothing was rewritten';

-- What is wrong with the history, the earliest first; nothing if all is as it was written.
create function audit.history_problems() returns table (tick bigint, problem text)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
declare
    format integer;
begin
    for format in select f.format_id from catalog.version_formats f order by 1 loop
        return query
            select c.tick_id, format('version %s of product %s (%s %s) is not as it was written', v.version_id, v.product_id, v.vendor_id, v.vendor_product_id)
            from catalog.row_hashes(format, 'v.format_id = ' || format) h
            join catalog.product_versions v using (version_id)
            left join catalog.changes c on c.change_id = v.ended_by
            where h.hash is distinct from h.stored
            order by h.version_id;
    end loop;
    return query
        with blocks as (
            select v.ended_by, v.version_id / 1000000 as block, count(*) as versions,
                sha256(string_agg(v.row_hash, ''::bytea order by v.version_id)) as hash
            from catalog.product_versions v
            where v.row_hash is not null
            group by 1, 2
        ), found as (
            select b.ended_by as change_id, sum(b.versions)::bigint as versions, sha256(string_agg(b.hash, ''::bytea order by b.block)) as hash
            from blocks b
            group by 1
            union all
            select 0, h.versions, h.hash from catalog.early_hash() h
        )
        select c.tick_id,
            case
                when c.change_id is null then format('%s versions name change %s, which is missing', f.versions, f.change_id)
                when c.versions <> coalesce(f.versions, 0) then
                    format('change %s ended %s versions, of which %s are there', c.change_id, c.versions, coalesce(f.versions, 0))
                else format('change %s did not end the versions that name it, or in another order', c.change_id)
            end
        from catalog.changes c
        full join found f using (change_id)
        where (c.change_id is null or c.tick_id is not null)
          and (c.change_id is null or c.versions is distinct from coalesce(f.versions, 0)
              or c.rows_hash is distinct from coalesce(f.hash, sha256(''::bytea)));
    return query
        with chain as (
            select t as tick, lag(t.hash) over earlier as before, lag(t.tick_id) over earlier as number, lag(t.at) over earlier as moment
            from catalog.ticks t
            window earlier as (order by t.tick_id)
        )
        select (c.tick).tick_id,
            case
                when c.number is not null and (c.tick).tick_id <> c.number + 1 then
                    format('ticks from %s to %s are missing', c.number + 1, (c.tick).tick_id - 1)
                when c.number is null and (c.tick).tick_id <> 0 then 'the first ticks are missing'
                when (c.tick).prev_hash is distinct from c.before then format('tick %s does not follow the one before it', (c.tick).tick_id)
                when (c.tick).at <= c.moment then format('tick %s is earlier than the one before it', (c.tick).tick_id)
                when (c.tick).changes <> (select count(*) from catalog.changes x where x.tick_id = (c.tick).tick_id) then
                    format('changes of tick %s are missing, or too many', (c.tick).tick_id)
                else format('tick %s, or a change in it, is not as it was written', (c.tick).tick_id)
            end
        from chain c
        where (c.tick).prev_hash is distinct from c.before
           or coalesce((c.tick).tick_id <> c.number + 1, (c.tick).tick_id <> 0) or (c.tick).at <= c.moment
           or (c.tick).hash is distinct from catalog.tick_hash(c.tick);
end
$$;

create function audit.verify_history(
    head text default null, out ticks bigint, out changes bigint, out versions bigint, out newest text, out problem text)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
begin
    select p.problem into problem from audit.history_problems() with ordinality p (tick, problem, place) order by p.tick nulls first, p.place limit 1;
    if problem is null and verify_history.head is not null then
        problem := (
            select format('the history does not contain %s: it was rewritten since, or is another one', verify_history.head)
            where not exists (
                select from catalog.ticks t
                where t.tick_id::text = split_part(verify_history.head, ':', 1)
                  and encode(t.hash, 'hex') = lower(split_part(verify_history.head, ':', 2))));
    end if;
    select count(*) into ticks from catalog.ticks;
    select count(*) into changes from catalog.changes c where c.tick_id is not null;
    select count(*) into versions from catalog.product_versions;
    newest := (select h.head from audit.head() h);
end
$$;
comment on function audit.verify_history is
    'recomputes all hashes of the history and names the first altered, missing or reordered row; given a head that was kept, proves that the past is still that of the head';

alter table catalog.version_formats enable row level security;
create policy version_formats_audit on catalog.version_formats for select to catalog_owner, catalog_auditor using (true);
grant select on catalog.version_formats to catalog_owner, catalog_auditor;
revoke execute on function catalog.version_format(), catalog.rows_hash(bigint), catalog.row_hashes(integer, text), catalog.early_hash(),
    catalog.change_hash(catalog.changes), catalog.tick_hash(catalog.ticks), audit.head(), audit.history_problems(),
    audit.verify_history(text) from public;
grant execute on function audit.head(), audit.history_problems(), audit.verify_history(text) to catalog_owner, catalog_auditor;

create or replace function catalog.add_version_column(name text) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    kind text := (
        select format_type(a.atttypid, a.atttypmod)
            || coalesce((select format(' collate %s', a.attcollation::regcollation) from pg_type t where t.oid = a.atttypid and t.typcollation <> a.attcollation), '')
        from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attname = add_version_column.name and a.attnum > 0 and not a.attisdropped);
begin
    if kind is not null then
        execute format('alter table catalog.product_versions add column if not exists %I %s', add_version_column.name, kind);
    end if;
    insert into catalog.version_formats (columns)
    select catalog.version_format()
    where catalog.version_format() <> (select f.columns from catalog.version_formats f order by f.format_id desc limit 1);
end
$$;
comment on function catalog.add_version_column is 'gives versions a column that products have, or have no more';

set local role catalog_owner;
create or replace function catalog.drop_product_column(name text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    execute format('alter table catalog.products drop column %I', drop_product_column.name);
    perform catalog.add_version_column(drop_product_column.name);
    perform catalog.write_products_as_of();
end
$$;

alter table catalog.products add constraint products_times_are_moments check (isfinite(valid_from) and isfinite(created_at)) not valid;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
