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
set local role catalog_owner;
delete from retention.released_partitions where table_schema = 'catalog' and table_name in ('product_versions', 'actions', 'row_versions');
delete from retention.tables where table_schema = 'catalog' and table_name in ('product_versions', 'actions', 'row_versions');

set local role catalog_history;
do $make$
declare
    one record;
    newest bigint;
    is_called boolean;
    columns text;
begin
    if exists (select from catalog.history_releases) then
        raise exception 'history was released: what is left cannot be proved by an older schema'
            using errcode = 'object_not_in_prerequisite_state', hint = 'keep this version, or restore a backup';
    end if;
    for one in select s.* from catalog.sealed_tables s where s.table_name in ('actions', 'row_versions') order by 1 loop
        execute format('select last_value, is_called from catalog.%s_%s_seq', one.table_name, one.key_column) into newest, is_called;
        execute format(
            'alter table catalog.%1$s alter column %2$s drop identity;
             alter table catalog.%1$s rename to %1$s_parts;
             create table catalog.%1$s (like catalog.%1$s_parts including all excluding indexes)', one.table_name, one.key_column);
        columns := (
            select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
            where a.attrelid = format('catalog.%s', one.table_name)::regclass and a.attnum > 0 and not a.attisdropped);
        execute format(
            'insert into catalog.%1$s (%3$s) select %3$s from catalog.%1$s_parts;
             alter table catalog.%1$s alter column %2$s add generated always as identity', one.table_name, one.key_column, columns);
        perform setval(format('catalog.%s_%s_seq', one.table_name, one.key_column)::regclass, newest, is_called);
        execute format('alter table catalog.%1$s enable row level security', one.table_name);
        execute format(
            'create trigger %1$s_refuse_change before update or delete on catalog.%1$s
                 for each row execute function catalog.refuse_history_change();
             create trigger %1$s_refuse_truncate before truncate on catalog.%1$s
                 for each statement execute function catalog.refuse_history_change()', one.table_name);
    end loop;
end
$make$;
create policy actions_staff on catalog.actions for select to catalog_owner, catalog_auditor using (true);
create policy row_versions_staff on catalog.row_versions for select to catalog_owner, catalog_auditor using (true);
grant select on catalog.actions, catalog.row_versions to catalog_owner, catalog_auditor;

set local role catalog_owner;
create or replace view audit.actions with (security_invoker = true) as
select a.at, a.actor, a.action, a.object, a.before, a.after, a.request_id, a.database_user
from catalog.actions a;
create or replace view audit.row_versions with (security_invoker = true) as
select v.at, v.actor, v.table_name, v.row_key, v.operation, v.before, v.after, v.request_id, v.database_user
from catalog.row_versions v;

set local role catalog_history;
drop table catalog.actions_parts, catalog.row_versions_parts;
alter table catalog.actions add constraint actions_pkey primary key (action_id);
create index actions_at_idx on catalog.actions (at);
create index actions_object_idx on catalog.actions (object, at);
alter table catalog.row_versions add constraint row_versions_pkey primary key (version_id);
create index row_versions_began_at_idx on catalog.row_versions (began_at);
create index row_versions_row_idx on catalog.row_versions (table_name, row_key, version_id);
comment on table catalog.actions is 'one row for each command and each request that changed something; read it as audit.actions';
comment on table catalog.row_versions is
    'every change of vendors, categories, tokens (without their secrets), routes, providers and paused queues, by whatever hand';

drop trigger upload_events_refuse_change on catalog.upload_events;
drop trigger upload_events_refuse_truncate on catalog.upload_events;
drop trigger upload_events_seal_rows on catalog.upload_events;
drop policy upload_events_service on catalog.upload_events;
drop policy upload_events_add on catalog.upload_events;
revoke all on catalog.upload_events from catalog_owner;
set local role none;
do $$
declare
    one regclass;
begin
    for one in select i.inhrelid from pg_inherits i where i.inhparent = 'catalog.upload_events'::regclass loop
        execute format('alter table %s owner to catalog_owner', one);
        execute format('drop trigger upload_events_refuse_truncate on %s', one);
        execute format(
            'create trigger upload_events_refuse_truncate before truncate on %s
                 for each statement execute function catalog.refuse_change(''upload_events is append-only: insert a further event'')', one);
    end loop;
    alter table catalog.upload_events owner to catalog_owner;
end
$$;
set local role catalog_owner;
create trigger upload_events_refuse_change before update or delete on catalog.upload_events
    for each row execute function catalog.refuse_change('upload_events is append-only: insert a further event');
create trigger upload_events_refuse_truncate before truncate on catalog.upload_events
    for each statement execute function catalog.refuse_change('upload_events is append-only: insert a further event');
revoke references on catalog.upload_history from catalog_history;

set local role catalog_history;
set local role catalog_owner;
create function catalog.newest_product(out product_id bigint, out made_by bigint)
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select p.product_id, p.made_by from catalog.products p order by p.product_id desc limit 1
$$;
revoke execute on function catalog.newest_product() from public;
grant execute on function catalog.newest_product() to catalog_history;
drop policy products_history on catalog.products;
revoke select on catalog.products from catalog_history;

set local role catalog_history;
create or replace function catalog.refuse_history_change() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    raise exception '% of %.% is refused: history is only added to', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;
create or replace function catalog.current_actor() returns text
    language plpgsql stable security definer
    set search_path = pg_catalog
as $$
declare
    said constant text := left(nullif(current_setting('catalog.actor', true), ''), 300);
    may_be_silent boolean;
begin
    if not pg_has_role(session_user, 'catalog_app', 'usage') then
        return 'database user ' || session_user || coalesce(' as ' || said, '');
    elsif said is not null then
        return said;
    end if;
    select r.rolsuper or exists (
        select from migrations.instances i
        where i.seen_at > clock_timestamp() - interval '20 seconds'
          and i.schema_version < (select a.version from migrations.applied a where a.name = 'name_actors'))
    into may_be_silent from pg_roles r where r.rolname = session_user;
    if not may_be_silent then
        raise exception '% writes for others and does not say for whom', session_user
            using errcode = 'insufficient_privilege', hint = 'set catalog.actor = ''os:NAME'', or log in as yourself';
    end if;
    return 'database user ' || session_user;
end
$$;
create or replace function catalog.is_own_upload(upload text) returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog
as $$
declare
    maker text;
begin
    select u.created_by into maker from catalog.upload_history u where u.upload_id = is_own_upload.upload and u.status = 'processing';
    if not found then
        return false;
    elsif not pg_has_role(session_user, 'catalog_app', 'usage') and maker is distinct from catalog.current_actor() then
        return false;
    end if;
    return pg_try_advisory_xact_lock(hashtextextended('catalog.upload ' || is_own_upload.upload, 0));
end
$$;
create or replace function catalog.image_operation(otherwise text) returns text
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select case
        when current_setting('catalog.operation', true) = 'revert' and exists (
            select from catalog.upload_history u
            where u.upload_id = nullif(current_setting('catalog.upload_id', true), '') and u.kind = 'revert')
        then 'revert' else otherwise end
$$;
create or replace function catalog.begin_creation() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    if pg_trigger_depth() = 1 or coalesce(current_setting('catalog.last_product_id', true), '') = '' then
        perform set_config('catalog.last_product_id', (case when s.is_called then s.last_value else s.last_value - 1 end)::text, true)
        from catalog.products_product_id_seq s;
    end if;
    return null;
end
$$;
create or replace function catalog.end_creation() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    change constant bigint := catalog.current_change();
    before constant bigint := current_setting('catalog.last_product_id')::bigint;
    newest record;
    given bigint;
begin
    select case when s.is_called then s.last_value else s.last_value - 1 end into given from catalog.products_product_id_seq s;
    select * into newest from catalog.newest_product();
    if newest.product_id > given and newest.made_by = change then
        raise exception 'product_id % is beyond those that were given out', newest.product_id
            using errcode = 'restrict_violation', hint = 'leave product_id out: the next free one is taken';
    elsif given > before then
        insert into catalog.created_products (change_id, first_product_id, last_product_id, version_id)
        select change, before + 1, given, case when s.is_called then s.last_value else 0 end from catalog.product_versions_version_id_seq s;
    end if;
    return null;
end
$$;
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
create or replace function catalog.version_format() returns text
    language sql stable
    set search_path = pg_catalog
    return catalog.product_columns() || ', valid_to, operation, superseded_by, ended_by, changed_by';
drop function catalog.require_plain(text), catalog.require_plain_types(oid);
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
             select %2$s, greatest(statement_timestamp(), o.valid_from), $1::text, $2::varchar(50), $3::bigint, $5::text
             from old_images o) v',
        newest.columns, 'o.' || replace(split_part(newest.columns, ', valid_to, ', 1), ', ', ', o.'))
    using catalog.image_operation('update'), nullif(current_setting('catalog.upload_id', true), ''), change, newest.format_id,
        (select c.actor from catalog.changes c where c.change_id = change);
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
    change bigint := catalog.current_change();
    newest catalog.version_formats;
begin
    select * into newest from catalog.version_formats f order by f.format_id desc limit 1;
    execute format(
        'insert into catalog.product_versions (%1$s, format_id, row_hash)
         select v.*, $4, sha256(convert_to(row(v.*)::text, ''UTF8''))
         from (
             select %2$s, greatest(statement_timestamp(), o.valid_from), $1::text, $2::varchar(50), $3::bigint, $5::text
             from old_images o) v',
        newest.columns, 'o.' || replace(split_part(newest.columns, ', valid_to, ', 1), ', ', ', o.'))
    using catalog.image_operation('delete'), nullif(current_setting('catalog.upload_id', true), ''), change, newest.format_id,
        (select c.actor from catalog.changes c where c.change_id = change);
    return null;
end
$$;
alter function catalog.keep_updated_product_images() set jit = off;
alter function catalog.keep_deleted_product_images() set jit = off;

drop function catalog.row_hashes(integer, text, text);
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
drop function catalog.early_hash(text);
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
create or replace function catalog.tick_hash(tick catalog.ticks) returns bytea
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
create or replace function audit.tick(wait boolean default true, tells boolean default true) returns bigint
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
        set tick_id = closing.tick_id, (versions, rows_hash) = (select h.versions, h.hash from catalog.rows_hash(c.change_id) h),
            place = greatest(
                (select 2 * max(v.version_id) from catalog.product_versions v where v.ended_by = c.change_id),
                (select 2 * max(p.version_id) + 1 from catalog.created_products p where p.change_id = c.change_id), 0)
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
    if tells then
        perform pg_notify('catalog.changes', closing.tick_id::text);
    end if;
    return closing.tick_id;
end
$$;
create or replace function audit.cut(
    moment timestamptz, seen bigint, out tick bigint, out changes bigint[], out is_present boolean, out is_early boolean)
    language plpgsql volatile parallel restricted
    security definer
    set search_path = pg_catalog
as $$
declare
    newest catalog.ticks;
    began constant timestamptz := case current_setting('transaction_isolation')
        when 'read committed' then statement_timestamp() else transaction_timestamp() end;
begin
    is_early := false;
    is_present := moment > began;
    if is_present then return; end if;

    select * into newest from catalog.ticks t order by t.tick_id desc limit 1;
    if moment > newest.at then
        if pg_is_in_recovery() then
            raise exception 'this standby knows the history until %', newest.at
                using errcode = 'object_not_in_prerequisite_state', hint = 'ask for an earlier moment, or the primary';
        end if;
        -- The lock goes with the block, so that no reader holds up the next tick.
        begin
            perform pg_advisory_xact_lock_shared(1785684595, -1);
            raise exception using errcode = 'CT001';
        exception when sqlstate 'CT001' then null;
        end;
        if exists (select from catalog.changes c where c.tick_id is null and c.began_at <= moment) then
            raise notice 'changes since % are not recorded in a tick yet, and not in the answer', newest.at
                using hint = 'a worker records them once a second; select audit.tick() does so now';
        end if;
    end if;

    select t.tick_id into tick from catalog.ticks t where t.at <= moment order by t.at desc limit 1;
    is_early := tick is null;
    if tick > seen then
        changes := array(select c.change_id from catalog.changes c where c.tick_id = cut.tick);
    end if;
end
$$;
create or replace function audit.history_problems() returns table (tick bigint, problem text)
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
drop function audit.verify_history(text);
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
create or replace function catalog.changes_of_upload(upload text) returns bigint[]
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select array(select c.change_id from catalog.changes c where c.upload_id = changes_of_upload.upload)
$$;
drop function catalog.newest_in_history(text, text), catalog.extend_history(text, timestamptz[], text[]), catalog.drop_rest_checks(text),
    catalog.cut_history(text, text, timestamptz, text), catalog.open_history(text, text), catalog.detach_history(text, text),
    catalog.version_spans(), catalog.drop_history(text, text), catalog.prepare_history(text, text),
    catalog.restore_history(text, text, timestamptz, timestamptz), catalog.make_history_partition(text, text),
    catalog.attach_history_partition(text, text, timestamptz, timestamptz), catalog.history_partition(text, text),
    catalog.partition_bounds(oid), catalog.partition_problems(text, text, timestamptz, timestamptz, boolean),
    catalog.seal_problems(text, text, timestamptz, timestamptz, boolean),
    catalog.version_problems(text, timestamptz, timestamptz, boolean), catalog.seal_early_rows(text), catalog.seal_hash(catalog.seals);
drop table catalog.seals, catalog.history_releases, catalog.sealed_tables;
drop function catalog.released_until(), catalog.released_ranges(text), catalog.seal_upload_events(), catalog.seal_actions(), catalog.seal_row_versions(),
    catalog.seal_history_releases();
-- The ticks covered seals, too: heads that were kept since are of another history.
drop trigger ticks_refuse_change on catalog.ticks;
do $make$
declare
    one catalog.ticks;
    before bytea;
begin
    for one in select * from catalog.ticks order by tick_id loop
        one.prev_hash := before;
        before := catalog.tick_hash(one);
        update catalog.ticks t set prev_hash = one.prev_hash, hash = before where t.tick_id = one.tick_id and t.hash <> before;
    end loop;
end
$make$;
create trigger ticks_refuse_change before update on catalog.ticks
    for each row when (old.hash is not null) execute function catalog.refuse_history_change();
revoke execute on function catalog.row_hashes(integer, text), catalog.early_hash(), audit.verify_history(text) from public;
grant execute on function audit.verify_history(text) to catalog_owner, catalog_auditor;

set local role catalog_owner;
create or replace function catalog.gauges(queues text[])
    returns table (family text, subject text, state text, value double precision)
    language sql stable
    set search_path = pg_catalog
as $$
    with by_queue as materialized (
        select q.queue,
            count(*) filter (where q.state in ('ready', 'parked') and q.run_at <= clock_timestamp()) as ready,
            count(*) filter (where q.state in ('ready', 'parked') and q.run_at > clock_timestamp()) as waiting,
            count(*) filter (where q.state = 'running') as running,
            count(*) filter (where q.state = 'dead') as dead,
            -- What is made for later is not late before its time.
            extract(epoch from clock_timestamp() - min(case when q.attempt > 0 then q.created_at else q.run_at end)
                filter (where q.state <> 'dead' and (q.attempt > 0 or q.run_at <= clock_timestamp()))) as oldest,
            exists (select from jobs.paused_queues p where p.queue = q.queue) as is_paused
        from (
            select j.queue, j.state, j.run_at, j.attempt, j.created_at from jobs.jobs j
            union all select unnest(gauges.queues), null, null, null, null
            union all select p.queue, null, null, null, null from jobs.paused_queues p
        ) q
        group by q.queue
    ), windows as materialized (
        select w.state, count(*) as windows, min(w.sealed_at) as sealed_at
        from relay.windows w where w.state in ('open', 'sealed', 'packing', 'delivered') group by w.state
    ), covered as materialized (
        select t.period, max(b.until_at) filter (where b.until_at < 'infinity') as until_at
        from retention.tables t
        join pg_namespace n on n.nspname = t.table_schema
        join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
        left join pg_inherits i on i.inhparent = c.oid
        left join lateral retention.bounds(i.inhrelid) b on true
        group by t.table_schema, t.table_name, t.period
    )
    select 'catalog_jobs', q.queue, s.state, s.jobs::float8
    from by_queue q
    cross join lateral (values ('ready', q.ready), ('waiting', q.waiting), ('running', q.running), ('dead', q.dead)) s (state, jobs)
    union all
    select 'catalog_job_oldest_age_seconds', q.queue, null, greatest(0, coalesce(q.oldest, 0))::float8 from by_queue q
    union all
    select 'catalog_queue_paused', q.queue, null, q.is_paused::integer::float8 from by_queue q
    union all
    select 'catalog_relay_windows', s.state, null, coalesce(w.windows, 0)::float8
    from unnest('{open,sealed,packing,delivered}'::text[]) s (state) left join windows w using (state)
    union all
    select 'catalog_relay_oldest_age_seconds', null, null,
        greatest(0, coalesce(extract(epoch from clock_timestamp() - (select min(w.sealed_at) from windows w)), 0))::float8
    union all
    select f.family, p.provider, null, f.value
    from enrichment.providers p
    left join enrichment.buckets b using (provider)
    cross join lateral (values
        ('catalog_enrichment_credits_left', coalesce(greatest(0, b.credit_budget - b.credits_used)::float8, 'infinity')),
        ('catalog_enrichment_credit_budget', coalesce(b.credit_budget::float8, 'infinity')),
        ('catalog_enrichment_circuit_open', (coalesce(b.blocked_because, '') like 'the circuit is open:%')::integer::float8)
    ) f (family, value)
    union all
    select 'catalog_dead_tuples', null, null, coalesce(pg_stat_get_dead_tuples('jobs.jobs'::regclass), 0)::float8
    union all
    select 'catalog_oldest_transaction_seconds', null, null,
        greatest(0, coalesce(max(extract(epoch from clock_timestamp() - a.xact_start)), 0))::float8
    from pg_stat_activity a
    where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
      and (a.backend_xmin is not null or a.backend_xid is not null)
    union all
    select 'catalog_partitions_missing', null, null, count(*) filter (
        where coalesce(c.until_at, '-infinity') < (date_trunc(c.period, clock_timestamp() at time zone 'UTC')
            + 2 * ('1 ' || c.period)::interval) at time zone 'UTC')::float8
    from covered c
    union all
    select 'catalog_schema_version', null, null, coalesce(max(a.version), 0)::float8 from migrations.applied a
$$;
create or replace function catalog.feed_position(
    after_cursor text, out tick bigint, out place bigint, out change bigint, out part integer, out key bigint)
    language plpgsql stable
    set search_path = pg_catalog
as $$
declare
    words constant text[] := regexp_match(after_cursor, '^([0-9]{1,18})-(?:([0-9]{1,18})-([12])-([0-9]{1,18})-)?([0-9a-f]{8})$');
begin
    if after_cursor is null then
        tick := 0;
        return;
    elsif words is null then
        raise exception '''%'' is no cursor of the change feed', left(after_cursor, 100)
            using errcode = 'invalid_parameter_value', hint = 'give the cursor of an event as it was read, or none to begin with the first';
    end if;
    tick := words[1];
    change := words[2];
    part := words[3];
    key := words[4];
    select c.place into place from catalog.changes c where c.change_id = change and c.tick_id = tick;
    if not exists (select from catalog.ticks t where t.tick_id = tick and left(encode(t.hash, 'hex'), 8) = words[5])
        or change is not null and place is null
    then
        raise exception 'the cursor % is of another history', after_cursor
            using errcode = 'invalid_parameter_value', hint = 'read the catalogue anew, then go on from audit.changes_head()';
    end if;
end
$$;
-- Undoes one upload in the caller's transaction and lists the products left alone.
create or replace function catalog.revert_upload(upload text)
    returns table (vendor_product_id varchar, sku varchar, reason text)
    language plpgsql
    set search_path = pg_catalog
    set jit = off
    set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    target catalog.upload_history;
    own bigint[];
    undone bigint[];
    is_early boolean;
    undoing text := 'UPLOAD_' || to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD_HH24MISS') || '_' || left(md5(gen_random_uuid()::text), 6);
    deleted integer;
    restored integer;
    recreated integer;
    kept integer;
    fixed text[] := array['product_id', 'vendor_id', 'vendor_product_id', 'created_at', 'valid_from', 'made_by'];
begin
    select * into target from catalog.upload_history u where u.upload_id = revert_upload.upload for update;
    if not found then
        raise exception 'no upload %', revert_upload.upload
            using errcode = 'no_data_found', hint = 'catalog upload list shows the uploads';
    elsif target.status not in ('completed', 'partial') then
        raise exception 'upload % is %: only a completed or partial upload can be reverted', target.upload_id, target.status
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform from catalog.vendors v where v.vendor_id = target.vendor_id for no key update;  -- one upload of a vendor at a time
    update catalog.upload_history u set status = 'reverted' where u.upload_id = target.upload_id;
    insert into catalog.upload_history (upload_id, vendor_id, file_name, status, mode, kind, reverts, started_at)
    values (undoing, target.vendor_id, 'revert of ' || target.upload_id, 'processing', 'update', 'revert', target.upload_id, clock_timestamp());
    perform pg_advisory_xact_lock(hashtextextended('catalog.upload ' || undoing, 0));
    perform set_config('catalog.upload_id', undoing, true), set_config('catalog.operation', 'revert', true);

    own := array(select c.change_id from catalog.changes c where c.upload_id = target.upload_id);
    undone := array(select c.change_id from catalog.changes c where c.upload_id = target.reverts);
    is_early := cardinality(own) = 0;  -- before changes were recorded, versions name their uploads alone

    -- Images that the upload ended: the first of each product is to come back, also of one that it deleted, as a revert does.
    create temporary table reverting on commit drop as
    with ended as (
        select distinct on (v.product_id) v.product_id, v.vendor_product_id, v.sku, v.version_id
        from catalog.product_versions v
        where v.ended_by = any (own) and v.made_by <> all (own)
           or is_early and v.superseded_by = target.upload_id and v.operation = 'update'
        order by v.product_id, v.version_id
    ), seen as (
        select e.*, p.product_id is not null as is_there, p.upload_id = target.upload_id or p.made_by = any (own) as is_own,
            (select l.ended_by from catalog.product_versions l where l.product_id = e.product_id order by l.version_id desc limit 1) as last_end,
            case when p.sku = e.sku then p.product_id else (
                select o.product_id from catalog.products o where o.sku = e.sku) end as sku_holder,
            case when p.vendor_id = target.vendor_id and p.vendor_product_id = e.vendor_product_id then p.product_id else (
                select o.product_id from catalog.products o
                where o.vendor_id = target.vendor_id and o.vendor_product_id = e.vendor_product_id) end as key_holder,
            coalesce(p.sku, e.sku) as present_sku
        from ended e
        left join catalog.products p using (product_id)
    )
    select s.product_id, s.vendor_product_id, s.present_sku as sku, s.version_id, s.is_there,
        case
            when s.is_there and s.is_own is not true then 'changed since'
            when not s.is_there and not s.last_end = any (own) then 'deleted since'
            when s.sku_holder <> s.product_id then
                case when s.is_there then 'its former SKU ' else 'its SKU ' end || s.sku || ' is used by another product'
            when s.key_holder <> s.product_id then 'its vendor product ID is used by another product'
        end as reason
    from seen s;
    analyze reverting;

    -- Created by the upload and still as it made them; a revert has created again what the upload it undid had deleted.
    insert into reverting
    select p.product_id, p.vendor_product_id, p.sku, null, true, null
    from (
        select p.product_id, p.vendor_product_id, p.sku
        from catalog.products p
        where p.vendor_id = target.vendor_id and p.upload_id = target.upload_id
        union
        select p.product_id, p.vendor_product_id, p.sku
        from catalog.products p
        join catalog.product_versions v using (product_id)
        where v.ended_by = any (undone) and p.made_by = any (own)
    ) p
    where not exists (select from reverting r where r.product_id = p.product_id);
    analyze reverting;

    -- Created by it, and changed or deleted since.
    insert into reverting
    select distinct on (v.product_id) v.product_id, v.vendor_product_id, coalesce(p.sku, v.sku), null::bigint, p.product_id is not null,
        case when p.product_id is null then 'deleted since' else 'changed since' end
    from catalog.product_versions v
    left join catalog.products p using (product_id)
    where (v.made_by = any (own) or is_early and v.upload_id = target.upload_id)
      and not exists (select from reverting r where r.product_id = v.product_id)
      and (p.product_id is not null or not exists (
          select from catalog.product_versions l
          where l.product_id = v.product_id and l.version_id > v.version_id and l.ended_by = any (own)) and v.ended_by <> all (own))
    order by v.product_id, v.version_id;
    analyze reverting;

    -- By product_id alone: right after a load nothing is known of the vendor's rows, and its index looks as good as the key.
    delete from catalog.products p
    where p.product_id = any (array(select r.product_id from reverting r where r.version_id is null and r.reason is null));
    get diagnostics deleted = row_count;

    execute format(
        'update catalog.products p set (%s) = (%s)
         from reverting r
         join catalog.product_versions v using (version_id)
         where p.product_id = r.product_id and r.is_there and r.reason is null',
        catalog.product_columns('', fixed), catalog.product_columns('v.', fixed));
    get diagnostics restored = row_count;

    execute format(
        'insert into catalog.products (%s)
         select %s from reverting r join catalog.product_versions v using (version_id)
         where not r.is_there and r.reason is null',
        catalog.product_columns('', array['valid_from', 'made_by']), catalog.product_columns('v.', array['valid_from', 'made_by']));
    get diagnostics recreated = row_count;

    select count(*) into kept from reverting r where r.reason is not null;
    update catalog.upload_history u
    set status = 'completed', completed_at = clock_timestamp(), total_records = deleted + restored + recreated,
        valid_records = deleted + restored + recreated, error_records = 0, created_records = recreated, updated_records = restored,
        unchanged_records = 0, deleted_records = deleted
    where u.upload_id = undoing;
    insert into catalog.upload_events (upload_id, event, detail)
    select e.upload_id, e.event, e.detail || jsonb_build_object(
        'deleted', deleted, 'restored', restored, 'recreated', recreated, 'left_alone', kept, 'by', session_user)
    from (values
        (target.upload_id, 'reverted', jsonb_build_object('revert', undoing)),
        (undoing, 'reverts', jsonb_build_object('upload', target.upload_id))) e (upload_id, event, detail);
    perform set_config('catalog.upload_id', '', true), set_config('catalog.operation', '', true);
    perform catalog.describe_action(
        jsonb_build_object('status', target.status),
        jsonb_build_object(
            'status', 'reverted', 'revert', undoing, 'deleted', deleted, 'restored', restored, 'recreated', recreated, 'leftAlone', kept));

    return query select r.vendor_product_id, r.sku, r.reason from reverting r where r.reason is not null order by 1;
    drop table reverting;
end
$$;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
