-- catalog: works-with 0031
-- catalog: allow renaming-table: a partitioned table takes over the name in the same transaction, with the same columns
-- catalog: allow renaming-object: indexes of the tables that get another name
-- catalog: allow ban-alter-identity: the partitioned tables go on counting where these end
-- catalog: allow ban-drop-constraint: keys that the database itself gives need no index of their own in each partition
-- catalog: allow ban-drop-function: they are made again at once, with more columns or parameters at their end
-- All history belongs to catalog_history and stands in the chain of ticks: versions of products, actions, versions of what operators set up,
-- and the timeline of uploads. What leaves after its time leaves the hashes of its rows in the chain, so that the rest stays proved, and so
-- does what comes back. All but versions of products is in partitions by month; those are asked for by product, key and change, in
-- small questions that each partition would make longer, and leave by their changes.
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
grant references, select on catalog.upload_history to catalog_history;
grant select on catalog.products to catalog_history;
create policy products_history on catalog.products for select to catalog_history using (true);
set local role none;
do $$
declare
    one regclass;
begin
    for one in select 'catalog.upload_events'::regclass union select i.inhrelid from pg_inherits i where i.inhparent = 'catalog.upload_events'::regclass loop
        execute format('alter table %s owner to catalog_history', one);
    end loop;
end
$$;
set local role catalog_history;

create table catalog.sealed_tables (
    table_name text not null,
    key_column text not null,
    time_column text,
    columns text,
    since timestamptz not null default transaction_timestamp(),
    constraint sealed_tables_pkey primary key (table_name)
);
comment on table catalog.sealed_tables is 'the tables of the history: in the schema catalog, in partitions by month where they are in partitions';
comment on column catalog.sealed_tables.time_column is 'its month is that of the partition; null of product_versions, which go with the change that ended them';
comment on column catalog.sealed_tables.columns is 'what the hash of a row covers, as text; null of product_versions, for which catalog.version_formats says it';
comment on column catalog.sealed_tables.since is 'rows that are older have one seal for each month';
insert into catalog.sealed_tables (table_name, key_column, time_column, columns) values
    ('product_versions', 'version_id', null, null),
    ('actions', 'action_id', 'at', 'action_id, at, actor, database_user, action, object, before, after, request_id'),
    ('row_versions', 'version_id', 'at',
        'version_id, at, actor, database_user, table_name, row_key, operation, before, after, request_id, began_at, backend'),
    ('upload_events', 'event_id', 'at', 'event_id, upload_id, at, event, detail'),
    ('history_releases', 'release_id', 'at', 'release_id, at, table_name, operation, partition_name, from_at, until_at, answers_from, rows, actor, database_user');

create table catalog.seals (
    seal_id bigint generated always as identity not null,
    table_name text not null,
    at timestamptz not null,
    row_ids bigint[],
    until_id bigint,
    rows bigint not null,
    rows_hash bytea not null,
    tick_id bigint,
    constraint seals_pkey primary key (seal_id),
    constraint seals_name_their_rows check (num_nulls(row_ids, until_id) = 1)
);
comment on table catalog.seals is 'the hash of the rows that one statement wrote into a table of the history; the ticks cover it';
comment on column catalog.seals.at is 'of the earliest of its rows; all are of the same month of UTC';
comment on column catalog.seals.until_id is 'of what is older than seals: the newest row there was; the seal covers the month up to it';
create index seals_waiting_idx on catalog.seals (seal_id) where tick_id is null;
create index seals_tick_id_idx on catalog.seals (tick_id, seal_id);
create index seals_table_name_at_idx on catalog.seals (table_name, at);

create table catalog.history_releases (
    release_id bigint generated always as identity not null,
    at timestamptz not null default clock_timestamp(),
    table_name text not null,
    operation text not null,
    partition_name text not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    answers_from timestamptz,
    rows bigint not null,
    actor text not null,
    database_user text not null,
    constraint history_releases_pkey primary key (release_id),
    constraint history_releases_operation_is_known check (operation in ('release', 'restore'))
);
comment on table catalog.history_releases is 'what was taken out of the history after its time, and what was brought back';
comment on column catalog.history_releases.answers_from is 'questions about moments before it cannot be answered without these versions';

-- What catalog_history reads of others. Their owner might make a view of a table, or give it a policy, whose functions would run as
-- catalog_history then: read is only a table that is one, and whose policies ask nothing. The lock keeps it so to the end.
create function catalog.require_plain(relation text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    execute format('lock table %s in access share mode', relation);
    if exists (
        select from pg_class c
        where c.oid = relation::regclass and (c.relkind not in ('r', 'p') or exists (
            select from pg_policy p
            where p.polrelid = c.oid and p.polcmd in ('r', '*')
              and (p.polroles = '{0}' or p.polroles @> array['catalog_history'::regrole::oid])
              and pg_get_expr(p.polqual, p.polrelid) is distinct from 'true')))
    then
        raise exception '% is not what history may read: it is no table, or its policies ask functions', relation
            using errcode = 'insufficient_privilege', hint = 'catalog migrate verify';
    end if;
end
$$;

-- A type of somebody's own could bring functions along, which would run as catalog_history.
create function catalog.require_plain_types(relation oid) returns void
    language plpgsql stable
    set search_path = pg_catalog
as $$
declare
    name text := (
        select a.attname from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and t.typnamespace <> 'pg_catalog'::regnamespace
        limit 1);
begin
    if name is not null then
        raise exception 'column % of % has a type that is not the server''s own: history does not keep it', name, relation::regclass
            using errcode = 'feature_not_supported';
    end if;
end
$$;
revoke execute on function catalog.require_plain(text), catalog.require_plain_types(oid) from public;

create or replace function catalog.refuse_history_change() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    -- By catalog.detach_history alone.
    if tg_op = 'DELETE' and current_user = 'catalog_history' and current_setting('catalog.releasing', true) = tg_table_name then
        return old;
    end if;
    raise exception '% of %.% is refused: history is only added to', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;

create or replace function catalog.current_actor() returns text
    language plpgsql volatile security definer
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
    perform catalog.require_plain('migrations.instances'), catalog.require_plain('migrations.applied');
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
    perform catalog.require_plain('catalog.upload_history');
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
    language plpgsql volatile security definer
    set search_path = pg_catalog
as $$
begin
    if coalesce(current_setting('catalog.operation', true), '') <> 'revert' then
        return otherwise;
    end if;
    perform catalog.require_plain('catalog.upload_history');
    return case
        when exists (
            select from catalog.upload_history u
            where u.upload_id = nullif(current_setting('catalog.upload_id', true), '') and u.kind = 'revert')
        then 'revert' else otherwise end;
end
$$;

create or replace function catalog.begin_creation() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    if pg_trigger_depth() = 1 or coalesce(current_setting('catalog.last_product_id', true), '') = '' then
        perform set_config(
            'catalog.last_product_id', coalesce(pg_sequence_last_value('catalog.products_product_id_seq'::regclass), 0)::text, true);
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
    given := coalesce(pg_sequence_last_value('catalog.products_product_id_seq'::regclass), 0);
    perform catalog.require_plain('catalog.products');
    select p.product_id, p.made_by into newest from catalog.products p order by p.product_id desc limit 1;
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

create or replace function catalog.version_format() returns text
    language sql stable
    set search_path = pg_catalog
as $$
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ', valid_to, operation, superseded_by, ended_by, changed_by'
    from pg_attribute a
    where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped
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
    perform catalog.require_plain_types('catalog.products'::regclass);
    if kind is not null then
        execute format('alter table catalog.product_versions add column if not exists %I %s', add_version_column.name, kind);
    end if;
    insert into catalog.version_formats (columns)
    select catalog.version_format()
    where catalog.version_format() <> (select f.columns from catalog.version_formats f order by f.format_id desc limit 1);
end
$$;

-- The triggers of a statement seal what it writes. A load writes a few rows of its timeline; nothing of it is asked for products.
do $make$
declare
    sealed catalog.sealed_tables;
begin
    for sealed in select * from catalog.sealed_tables s where s.columns is not null loop
        execute format($text$
create function catalog.seal_%1$s() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $body$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select '%1$s', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.%2$s as key, n.%3$s as moment, sha256(convert_to(row(%4$s)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$body$
            $text$, sealed.table_name, sealed.key_column, sealed.time_column, 'n.' || replace(sealed.columns, ', ', ', n.'));
    end loop;
end
$make$;

-- A table of the history becomes the rest of a new one of its name.
do $make$
declare
    sealed catalog.sealed_tables;
    key record;
    one record;
    newest bigint;
    is_called boolean;
    definitions text[];
begin
    for sealed in select * from catalog.sealed_tables s where s.table_name in ('actions', 'row_versions') order by 1 loop
        execute format('select last_value, is_called from catalog.%s_%s_seq', sealed.table_name, sealed.key_column) into newest, is_called;
        -- The key is the database's own: no two rows ever have one.
        execute format('alter table catalog.%1$s drop constraint %1$s_pkey', sealed.table_name);
        definitions := array(
            select pg_get_indexdef(i.indexrelid) from pg_index i
            where i.indrelid = format('catalog.%s', sealed.table_name)::regclass order by i.indexrelid);
        for one in
            select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
            where i.indrelid = format('catalog.%s', sealed.table_name)::regclass
        loop
            execute format('alter index catalog.%I rename to %I', one.name,
                sealed.table_name || '_rest' || substr(one.name, length(sealed.table_name) + 1));
        end loop;
        for one in
            select t.tgname as name from pg_trigger t
            where t.tgrelid = format('catalog.%s', sealed.table_name)::regclass and not t.tgisinternal
        loop
            execute format('drop trigger %I on catalog.%s', one.name, sealed.table_name);
        end loop;
        execute format(
            'alter table catalog.%1$s alter column %2$s drop identity;
             alter table catalog.%1$s rename to %1$s_rest;
             create table catalog.%1$s (like catalog.%1$s_rest including all excluding indexes) partition by range (%3$s);
             alter table catalog.%1$s alter column %2$s add generated always as identity',
            sealed.table_name, sealed.key_column, sealed.time_column);
        perform setval(format('catalog.%s_%s_seq', sealed.table_name, sealed.key_column)::regclass, newest, is_called);
        -- Checks that old rows were never asked are asked of new partitions alone.
        for one in
            select c.conname as name from pg_constraint c
            where c.conrelid = format('catalog.%s_rest', sealed.table_name)::regclass and not c.convalidated
        loop
            execute format('alter table catalog.%s drop constraint %I', sealed.table_name, one.name);
        end loop;
        for one in select unnest(definitions) as definition loop
            execute one.definition;
        end loop;
        execute format(
            'alter table catalog.%1$s attach partition catalog.%1$s_rest for values from (minvalue) to (maxvalue)', sealed.table_name);
    end loop;
end
$make$;
drop trigger upload_events_refuse_change on catalog.upload_events;
drop trigger upload_events_refuse_truncate on catalog.upload_events;
do $make$
declare
    one record;
begin
    for one in
        select s.table_name as parent, s.table_name as name, true as is_log from catalog.sealed_tables s where s.columns is not null
        union all
        select s.table_name, c.relname, null
        from catalog.sealed_tables s
        join pg_inherits i on i.inhparent = format('catalog.%s', s.table_name)::regclass
        join pg_class c on c.oid = i.inhrelid
        where s.columns is not null
    loop
        if one.is_log is null then
            if one.parent = 'upload_events' then
                execute format('drop trigger if exists upload_events_refuse_truncate on catalog.%I', one.name);
            end if;
        else
            execute format(
                'create trigger %1$s_refuse_change before update or delete on catalog.%1$I
                     for each row execute function catalog.refuse_history_change()', one.name);
        end if;
        if one.is_log then
            execute format(
                'create trigger %1$s_seal_rows after insert on catalog.%1$I referencing new table as new_rows
                     for each statement execute function catalog.seal_%1$s()', one.name);
        end if;
        execute format(
            'create trigger %s_refuse_truncate before truncate on catalog.%I
                 for each statement execute function catalog.refuse_history_change()', one.parent, one.name);
        if one.is_log is null then
            execute format('alter table catalog.%1$I disable row level security; revoke all on catalog.%1$I from catalog_owner, catalog_vendor, catalog_auditor', one.name);
        else
            execute format('alter table catalog.%I enable row level security', one.name);
        end if;
    end loop;
end
$make$;
drop policy actions_staff on catalog.actions_rest;
drop policy row_versions_staff on catalog.row_versions_rest;
create trigger seals_refuse_change before update on catalog.seals
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();
create trigger seals_refuse_delete before delete on catalog.seals
    for each row execute function catalog.refuse_history_change();
create trigger seals_refuse_truncate before truncate on catalog.seals
    for each statement execute function catalog.refuse_history_change();
create trigger sealed_tables_refuse_change before update or delete on catalog.sealed_tables
    for each row execute function catalog.refuse_history_change();
create trigger sealed_tables_refuse_truncate before truncate on catalog.sealed_tables
    for each statement execute function catalog.refuse_history_change();

comment on table catalog.actions is
    'one row for each command and each request that changed something, in partitions by month; read it as audit.actions';
comment on table catalog.row_versions is
    'every change of vendors, categories, tokens (without their secrets), routes, providers and paused queues, by whatever hand; in partitions by month';

create policy actions_staff on catalog.actions for select to catalog_owner, catalog_auditor using (true);
create policy row_versions_staff on catalog.row_versions for select to catalog_owner, catalog_auditor using (true);
create policy upload_events_service on catalog.upload_events for select to catalog_owner using (true);
create policy upload_events_add on catalog.upload_events for insert to catalog_owner with check (true);
create policy seals_staff on catalog.seals for select to catalog_owner, catalog_auditor using (true);
create policy sealed_tables_staff on catalog.sealed_tables for select to catalog_owner, catalog_auditor using (true);
create policy history_releases_staff on catalog.history_releases for select to catalog_owner, catalog_auditor using (true);
alter table catalog.seals enable row level security;
alter table catalog.sealed_tables enable row level security;
revoke all on catalog.upload_events from catalog_owner;
grant select on catalog.actions, catalog.row_versions, catalog.seals, catalog.sealed_tables, catalog.history_releases
    to catalog_owner, catalog_auditor;
grant select, insert on catalog.upload_events to catalog_owner;

-- The times of a table that are released now.
create function catalog.released_ranges(name text) returns table (from_at timestamptz, until_at timestamptz, answers_from timestamptz)
    language sql stable
    set search_path = pg_catalog
as $$
    select r.from_at, r.until_at, r.answers_from
    from (
        select distinct on (r.from_at, r.until_at) r.* from catalog.history_releases r
        where r.table_name = released_ranges.name
        order by r.from_at, r.until_at, r.release_id desc
    ) r
    where r.operation = 'release'
$$;

create function catalog.released_until() returns timestamptz
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select max(r.answers_from) from catalog.released_ranges('product_versions') r
$$;
comment on function catalog.released_until is 'questions about moments before it have no whole answer, because versions were released; null if none were';

drop function catalog.row_hashes(integer, text);
create function catalog.row_hashes(format integer, condition text, relation text default 'catalog.product_versions')
    returns table (version_id bigint, ended_by bigint, stored bytea, hash bytea)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
begin
    return query execute format(
        'select v.version_id, v.ended_by, v.row_hash, sha256(convert_to(row(%s)::text, ''UTF8'')) from %s v where %s',
        (select f.columns from catalog.version_formats f where f.format_id = row_hashes.format), relation, condition);
end
$$;

drop function catalog.early_hash();
create function catalog.early_hash(relation text default 'catalog.product_versions', out versions bigint, out hash bytea)
    language sql stable
    set search_path = pg_catalog
as $$
    select coalesce(sum(b.versions), 0)::bigint, sha256(coalesce(string_agg(b.hash, ''::bytea order by b.block), ''::bytea))
    from (
        select h.version_id / 1000000 as block, count(*) as versions, sha256(string_agg(h.hash, ''::bytea order by h.version_id)) as hash
        from catalog.row_hashes(1, 'v.row_hash is null', early_hash.relation) h
        group by 1
    ) b
$$;

create function catalog.seal_hash(seal catalog.seals) returns bytea
    language sql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
as $$
    select sha256(convert_to(
        concat_ws('|', seal.seal_id, seal.table_name, extract(epoch from seal.at), seal.row_ids::text, 'until ' || seal.until_id, seal.rows,
            encode(seal.rows_hash, 'hex')),
        'UTF8'))
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
            from catalog.changes c where c.tick_id = tick_hash.tick.tick_id), ''::bytea)
        || coalesce((
            select string_agg(catalog.seal_hash(s), ''::bytea order by s.seal_id)
            from catalog.seals s where s.tick_id = tick_hash.tick.tick_id), ''::bytea))
$$;

create or replace function catalog.keep_updated_product_images() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set jit = off
as $$
declare
    change bigint := catalog.current_change();
    newest catalog.version_formats;
begin
    if exists (select from new_images n where n.made_by is distinct from change) then
        raise exception 'the setting catalog.change_id is not given' using errcode = 'restrict_violation';
    end if;
    perform catalog.require_plain_types(tg_relid);
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
    set jit = off
as $$
declare
    change bigint := catalog.current_change();
    newest catalog.version_formats;
begin
    perform catalog.require_plain_types(tg_relid);
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

create or replace function audit.tick(wait boolean default true, tells boolean default true) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    closing catalog.ticks;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) and not exists (select from catalog.seals s where s.tick_id is null) then
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
    ), sealing as (
        update catalog.seals s set tick_id = closing.tick_id where s.tick_id is null returning s.seal_id
    ), counted as (
        select (select count(*) from taking) as changes, (select count(*) from sealing) as seals
    )
    insert into catalog.ticks (tick_id, at, changes, prev_hash)
    select closing.tick_id, greatest(clock_timestamp(), closing.at + interval '1 microsecond'), c.changes, closing.prev_hash
    from counted c
    where c.changes > 0 or c.seals > 0
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
    released constant timestamptz := catalog.released_until();
    began constant timestamptz := case current_setting('transaction_isolation')
        when 'read committed' then statement_timestamp() else transaction_timestamp() end;
begin
    is_early := false;
    is_present := moment > began;
    if is_present then return; end if;
    if moment < released then
        raise exception 'the history before % is released', released
            using errcode = 'object_not_in_prerequisite_state', hint = 'catalog retention status lists what was released, catalog retention restore brings it back';
    end if;

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

-- What is wrong with versions, of the whole table or of one partition that is to have those that ended in its time and no others.
create function catalog.version_problems(relation text, from_at timestamptz, until_at timestamptz, is_whole boolean)
    returns table (tick bigint, problem text)
    language plpgsql stable
    set search_path = pg_catalog
as $$
declare
    format integer;
begin
    for format in select f.format_id from catalog.version_formats f order by 1 loop
        return query execute format(
            'select c.tick_id, format(''version %%s of product %%s (%%s %%s) is not as it was written'', v.version_id, v.product_id, v.vendor_id, v.vendor_product_id)
             from catalog.row_hashes(%s, %L, %L) h
             join %s v using (version_id)
             left join catalog.changes c on c.change_id = v.ended_by
             where h.hash is distinct from h.stored
             order by h.version_id', format, 'v.format_id = ' || format, relation, relation);
    end loop;
    return query execute format(
        $query$
        with blocks as (
            select v.ended_by, v.version_id / 1000000 as block, count(*) as versions,
                sha256(string_agg(v.row_hash, ''::bytea order by v.version_id)) as hash
            from %s v
            where v.row_hash is not null
            group by 1, 2
        ), found as (
            select b.ended_by as change_id, sum(b.versions)::bigint as versions, sha256(string_agg(b.hash, ''::bytea order by b.block)) as hash
            from blocks b
            group by 1
            union all
            select 0, h.versions, h.hash from catalog.early_hash(%L) h where h.versions > 0
        ), expected as (
            select c.* from catalog.changes c
            where c.began_at >= $1 and c.began_at < $2
              and not ($3 and exists (
                  select from catalog.released_ranges('product_versions') r where c.began_at >= r.from_at and c.began_at < r.until_at))
        )
        select c.tick_id,
            case
                when c.change_id is null then format('%%s versions name change %%s, which is missing', f.versions, f.change_id)
                when c.versions <> coalesce(f.versions, 0) then
                    format('change %%s ended %%s versions, of which %%s are there', c.change_id, c.versions, coalesce(f.versions, 0))
                else format('change %%s did not end the versions that name it, or in another order', c.change_id)
            end
        from expected c
        full join found f using (change_id)
        where (c.change_id is null or c.tick_id is not null)
          and (c.change_id is null or c.versions is distinct from coalesce(f.versions, 0)
              or c.rows_hash is distinct from coalesce(f.hash, sha256(''::bytea)))
        $query$, relation, relation) using from_at, until_at, is_whole;
end
$$;

-- The same of a table whose statements are sealed.
create function catalog.seal_problems(
    name text, relation text, from_at timestamptz, until_at timestamptz, is_whole boolean)
    returns table (tick bigint, problem text)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
declare
    sealed catalog.sealed_tables;
begin
    select * into strict sealed from catalog.sealed_tables s where s.table_name = seal_problems.name;
    return query execute format(
        $query$
        with there as (
            select t.%2$I as key, t.%3$I as moment, sha256(convert_to(row(%4$s)::text, 'UTF8')) as hash from %1$s t
        ), expected as (
            select s.* from catalog.seals s
            where s.table_name = %5$L and s.at >= $1 and s.at < $2 and not ($3 and exists (
                  select from catalog.released_ranges(%5$L) r where s.at >= r.from_at and s.at < r.until_at))
        ), named as (
            select s.seal_id, k.key from expected s cross join unnest(s.row_ids) k (key)
        ), early as (
            select s.seal_id, s.until_id, date_trunc('month', s.at) as month from expected s where s.until_id is not null
        ), found as (
            select n.seal_id, n.key, t.key as there, t.hash from named n full join there t using (key)
        ), blocks as (
            select coalesce(f.seal_id, e.seal_id) as seal_id, case when f.seal_id is null then t.key / 1000000 end as block,
                count(t.key) as rows, sha256(coalesce(string_agg(t.hash, ''::bytea order by t.key), ''::bytea)) as hash, min(f.key) as first
            from found f
            left join there t on t.key = f.there
            left join early e on f.seal_id is null and t.key <= e.until_id and date_trunc('month', t.moment) = e.month
            group by 1, 2
        ), sums as (
            select b.seal_id, sum(b.rows)::bigint as rows, min(b.first) as first,
                case when bool_and(b.block is null) then (array_agg(b.hash))[1] else sha256(string_agg(b.hash, ''::bytea order by b.block)) end as hash
            from blocks b
            group by 1
        )
        select s.tick_id,
            case
                when s.seal_id is null then format('%%s rows of catalog.%%s were not written as history is', f.rows, %5$L)
                when s.rows <> coalesce(f.rows, 0) then
                    format('of %%s rows of catalog.%%s from %%s on %%s are there', s.rows, %5$L, coalesce(f.first, s.row_ids[1]), coalesce(f.rows, 0))
                else format('row %%s of catalog.%%s, or one written with it, is not as it was written', coalesce(s.row_ids[1], s.until_id), %5$L)
            end
        from expected s
        full join sums f using (seal_id)
        where s.seal_id is null or s.rows <> coalesce(f.rows, 0) or s.rows_hash is distinct from f.hash
        $query$, relation, sealed.key_column, sealed.time_column, 't.' || replace(sealed.columns, ', ', ', t.'), sealed.table_name)
    using from_at, until_at, is_whole;
end
$$;

create function catalog.partition_problems(
    name text, relation text, from_at timestamptz default '-infinity', until_at timestamptz default 'infinity', is_whole boolean default false)
    returns table (tick bigint, problem text)
    language plpgsql stable
    set search_path = pg_catalog
as $$
begin
    if name = 'product_versions' then
        return query select * from catalog.version_problems(relation, from_at, until_at, is_whole);
    else
        return query select * from catalog.seal_problems(name, relation, from_at, until_at, is_whole);
    end if;
end
$$;

-- What is older than seals has one for each month. Its rows cannot change any more, and those that come are sealed as they come.
create function catalog.seal_early_rows(name text) returns void
    language plpgsql
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
declare
    sealed catalog.sealed_tables;
begin
    select * into strict sealed from catalog.sealed_tables s where s.table_name = seal_early_rows.name;
    execute format(
        $query$
        insert into catalog.seals (table_name, at, until_id, rows, rows_hash)
        select %5$L, min(b.at), max(b.until_id), sum(b.rows), sha256(string_agg(b.hash, ''::bytea order by b.block))
        from (
            select date_trunc('month', t.%3$I) as month, t.%2$I / 1000000 as block, min(t.%3$I) as at, max(t.%2$I) as until_id, count(*) as rows,
                sha256(string_agg(sha256(convert_to(row(%4$s)::text, 'UTF8')), ''::bytea order by t.%2$I)) as hash
            from %1$s t
            where not exists (
                select from catalog.seals s cross join unnest(s.row_ids) k (key) where s.table_name = %5$L and k.key = t.%2$I)
            group by 1, 2
        ) b
        group by b.month
        $query$, 'catalog.' || sealed.table_name, sealed.key_column, sealed.time_column, 't.' || replace(sealed.columns, ', ', ', t.'), sealed.table_name);
end
$$;

create or replace function audit.history_problems() returns table (tick bigint, problem text)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
begin
    return query
        select p.* from catalog.sealed_tables s
        cross join lateral catalog.partition_problems(s.table_name, 'catalog.' || s.table_name, is_whole => true) p;
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
                else format('tick %s, or a change or a seal in it, is not as it was written', (c.tick).tick_id)
            end
        from chain c
        where (c.tick).prev_hash is distinct from c.before
           or coalesce((c.tick).tick_id <> c.number + 1, (c.tick).tick_id <> 0) or (c.tick).at <= c.moment
           or (c.tick).hash is distinct from catalog.tick_hash(c.tick);
end
$$;

drop function audit.verify_history(text);
create function audit.verify_history(
    head text default null, out ticks bigint, out changes bigint, out versions bigint, out newest text, out problem text,
    out sealed_rows bigint, out released_rows bigint)
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
    select coalesce(sum(s.rows), 0) into sealed_rows from catalog.seals s
    where not exists (select from catalog.released_ranges(s.table_name) r where s.at >= r.from_at and s.at < r.until_at);
    select coalesce(sum(r.rows), 0) into released_rows from (
        select distinct on (r.table_name, r.from_at) r.operation, r.rows from catalog.history_releases r
        order by r.table_name, r.from_at, r.release_id desc) r
    where r.operation = 'release';
    newest := (select h.head from audit.head() h);
end
$$;
comment on function audit.verify_history is
    'recomputes all hashes of the history and names the first altered, missing or reordered row; given a head that was kept, proves that the past is still that of the head';

-- The partitions of the history are made and released by the service, which may do nothing else with them: only what is long over leaves,
-- whole, and not before it was found to be as it was written.
create function catalog.partition_bounds(relation oid, out from_at timestamptz, out until_at timestamptz)
    language sql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
    select coalesce(substring(b.bound from 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
        coalesce(substring(b.bound from 'TO \(''([^'']+)''\)')::timestamptz, 'infinity')
    from (select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c where c.oid = relation) b
$$;

-- A table of the history, or one of its partitions, or what was one.
create function catalog.history_partition(name text, partition text) returns regclass
    language plpgsql stable
    set search_path = pg_catalog
as $$
declare
    found_one regclass;
begin
    select c.oid into found_one
    from catalog.sealed_tables s
    join pg_class p on p.oid = to_regclass(format('catalog.%I', s.table_name))
    join pg_class c on c.relnamespace = p.relnamespace and c.relname = history_partition.partition and c.relkind = 'r'
    where s.table_name = history_partition.name and c.relowner = p.relowner
      and starts_with(c.relname, s.table_name || '_');
    if found_one is null then
        raise exception 'catalog.% is no partition of the history', history_partition.partition using errcode = 'undefined_table';
    end if;
    return found_one;
end
$$;

create function catalog.make_history_partition(name text, partition text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if not exists (select from catalog.sealed_tables s where s.table_name = make_history_partition.name)
        or not starts_with(make_history_partition.partition, make_history_partition.name || '_')
    then
        raise exception 'catalog.% is no partition of the history', make_history_partition.partition using errcode = 'undefined_table';
    end if;
    execute format('create table catalog.%I (like catalog.%I including all excluding identity excluding statistics)', partition, name);
    execute format(
        'create trigger %I before truncate on catalog.%I for each statement execute function catalog.refuse_history_change()',
        name || '_refuse_truncate', partition);
end
$$;

create function catalog.attach_history_partition(name text, partition text, from_at timestamptz, until_at timestamptz) returns void
    language plpgsql
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
begin
    execute format(
        'alter table catalog.%I attach partition catalog.%I for values from (%s) to (%s)', name, partition,
        case when isfinite(from_at) then quote_literal(from_at) else 'minvalue' end,
        case when isfinite(until_at) then quote_literal(until_at) else 'maxvalue' end);
end
$$;

create function catalog.newest_in_history(name text, partition text) returns timestamptz
    language plpgsql stable security definer
    set search_path = pg_catalog
as $$
declare
    newest timestamptz;
begin
    execute format('select max(%I) from %s',
        (select s.time_column from catalog.sealed_tables s where s.table_name = newest_in_history.name),
        catalog.history_partition(name, partition)) into newest;
    return newest;
end
$$;

-- What was taken away comes back behind the new partitions; whoever had looked up its place before may have put a row into it.
create function catalog.extend_history(name text, bounds timestamptz[], suffixes text[]) returns void
    language plpgsql security definer
    set search_path = pg_catalog
    set lock_timeout = '500ms'
as $$
declare
    rest constant text := name || '_rest';
    place integer;
    one record;
begin
    if to_regclass(format('catalog.%I', rest)) is not null then
        perform catalog.history_partition(name, rest);
    end if;
    for place in 1..cardinality(bounds) - 1 loop
        perform catalog.make_history_partition(name, name || '_' || suffixes[place]);
        perform catalog.attach_history_partition(name, name || '_' || suffixes[place], bounds[place], bounds[place + 1]);
    end loop;
    if to_regclass(format('catalog.%I', rest)) is null then
        perform catalog.make_history_partition(name, rest);
    else
        select s.time_column as moment into one from catalog.sealed_tables s where s.table_name = extend_history.name;
        execute format(
            'with gone as (delete from catalog.%1$I where %2$I < $1 returning *)
             insert into catalog.%3$I overriding system value select * from gone', rest, one.moment, name) using bounds[cardinality(bounds)];
        perform catalog.drop_rest_checks(name);
    end if;
    perform catalog.attach_history_partition(name, rest, bounds[cardinality(bounds)], 'infinity');
end
$$;

create function catalog.drop_rest_checks(name text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
declare
    one record;
begin
    for one in
        select k.conname as check_name from pg_constraint k
        where k.conrelid = format('catalog.%I', name || '_rest')::regclass and k.contype = 'c'
          and not exists (
              select from pg_constraint p
              where p.conrelid = format('catalog.%I', name)::regclass and p.contype = 'c' and p.conname = k.conname)
    loop
        execute format('alter table catalog.%I drop constraint %I', name || '_rest', one.check_name);
    end loop;
end
$$;

-- The rest becomes a partition up to a moment, in three steps, of which only the last one locks the table, for an instant: a check that
-- rows beyond are refused, a look at those that are there, and the cut.
create function catalog.cut_history(name text, step text, bound timestamptz, partition text default null) returns void
    language plpgsql security definer
    set search_path = pg_catalog
    set lock_timeout = '500ms'
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
declare
    rest constant text := name || '_rest';
    ends constant text := name || '_rest_ends';
    span record;
    sealed catalog.sealed_tables;
begin
    select * into span from catalog.partition_bounds(catalog.history_partition(name, rest));
    select * into sealed from catalog.sealed_tables s where s.table_name = cut_history.name;
    case step
        when 'check' then
            perform catalog.drop_rest_checks(name);
            execute format(
                'alter table catalog.%I add constraint %I check (%s%I < %L::timestamptz) not valid', rest, ends,
                case when isfinite(span.from_at) then format('%L::timestamptz <= %I and ', span.from_at, sealed.time_column) else '' end,
                sealed.time_column, bound);
        when 'look' then
            execute format('alter table catalog.%I validate constraint %I', rest, ends);
        when 'cut' then
            if not starts_with(partition, name || '_') then
                raise exception 'catalog.% is no partition of the history', partition using errcode = 'undefined_table';
            end if;
            execute format('lock table catalog.%I in access exclusive mode', name);
            execute format('alter table catalog.%I detach partition catalog.%I', name, rest);
            execute format('alter table catalog.%I rename to %I', rest, partition);
            perform catalog.make_history_partition(name, rest);
            perform catalog.attach_history_partition(name, partition, span.from_at, bound);
            perform catalog.attach_history_partition(name, rest, bound, 'infinity');
            execute format('alter table catalog.%I drop constraint %I', partition, ends);
    end case;
end
$$;

-- Lets the service read a partition, which is to leave.
create function catalog.open_history(name text, partition text) returns void
    language plpgsql security definer
    set search_path = pg_catalog
    set lock_timeout = '500ms'
as $$
begin
    execute format('grant select on %s to catalog_owner', catalog.history_partition(name, partition));
end
$$;

-- Months of changes whose versions are here: product_versions as if it were in partitions.
create function catalog.version_spans()
    returns table (partition_name text, from_at timestamptz, until_at timestamptz, estimated_rows bigint)
    language sql stable security definer
    set search_path = pg_catalog
    set timezone = 'UTC'
as $$
    select coalesce(r.partition_name, 'product_versions_' || to_char(m.month, 'YYYY_MM')), m.month, m.month + interval '1 month', m.versions
    from (
        select date_trunc('month', c.began_at) as month, sum(c.versions)::bigint as versions from catalog.changes c
        where c.tick_id is not null and c.versions > 0
        group by 1
    ) m
    left join lateral (
        select h.operation, h.partition_name from catalog.history_releases h
        where h.table_name = 'product_versions' and h.from_at = m.month
        order by h.release_id desc limit 1
    ) r on true
    where r.operation is distinct from 'release'
$$;
comment on function catalog.version_spans is 'the months in which versions ended that are here, for retention';

-- An empty rest is taken away for a moment; another partition leaves ninety days after its end at the earliest, and is written down.
create function catalog.detach_history(name text, partition text) returns void
    language plpgsql security definer
    set search_path = pg_catalog
    set lock_timeout = '500ms'
as $$
declare
    leaving regclass;
    span record;
    row_count bigint;
    wrong text;
begin
    if name = 'product_versions' then
        if to_regclass(format('catalog.%I', partition)) is not null then
            return;  -- by a run that was cut off
        end if;
        select v.from_at, v.until_at into span from catalog.version_spans() v where v.partition_name = detach_history.partition;
        if not found and exists (
            select from catalog.history_releases r
            where r.table_name = 'product_versions' and r.partition_name = detach_history.partition and r.operation = 'release')
        then
            return;  -- somebody dropped what was taken out
        elsif not found then
            raise exception 'no versions of % are here', partition using errcode = 'undefined_table';
        end if;
    else
        leaving := catalog.history_partition(name, partition);
        if not (select c.relispartition from pg_class c where c.oid = leaving) then
            return;  -- by a run that was cut off
        end if;
        select * into span from catalog.partition_bounds(leaving);
        execute format('lock table catalog.%I in access exclusive mode', name);
    end if;
    if partition = name || '_rest' then
        execute format('select count(*) from %s', leaving) into row_count;
        if row_count > 0 then
            raise exception 'catalog.% has rows', partition using errcode = 'object_not_in_prerequisite_state';
        end if;
        execute format('alter table catalog.%I detach partition %s', name, leaving);
        return;
    elsif span.until_at > clock_timestamp() - interval '90 days' then
        raise exception 'catalog.% ended at %: history is kept for 90 days at least', partition, span.until_at
            using errcode = 'restrict_violation';
    end if;
    if name = 'product_versions' then
        perform catalog.make_history_partition(name, partition);
        perform set_config('catalog.releasing', name, true);
        execute format(
            'with gone as (
                 delete from catalog.product_versions v using catalog.changes c
                 where c.began_at >= $1 and c.began_at < $2 and c.tick_id is not null and v.ended_by = c.change_id
                 returning v.*)
             insert into catalog.%I select * from gone', partition) using span.from_at, span.until_at;
        perform set_config('catalog.releasing', '', true);
        leaving := catalog.history_partition(name, partition);
    else
        execute format('alter table catalog.%I detach partition %s', name, leaving);
    end if;
    select p.problem into wrong from catalog.partition_problems(name, leaving::text, span.from_at, span.until_at) p limit 1;
    if wrong is not null then
        raise exception 'catalog.% stays: %', partition, wrong
            using errcode = 'object_not_in_prerequisite_state', hint = 'catalog audit verify';
    end if;
    execute format('select count(*) from %s', leaving) into row_count;
    insert into catalog.history_releases (table_name, operation, partition_name, from_at, until_at, answers_from, rows, actor, database_user)
    select name, 'release', partition, span.from_at, span.until_at,
        case when name = 'product_versions' then greatest(span.until_at, (
            select max(t.at) from catalog.changes c join catalog.ticks t using (tick_id)
            where c.began_at >= span.from_at and c.began_at < span.until_at)) end,
        row_count, catalog.current_actor(), session_user;
    execute format('grant select on %s to catalog_owner', leaving);
end
$$;

-- What was detached goes for good.
create function catalog.drop_history(name text, partition text) returns void
    language plpgsql security definer
    set search_path = pg_catalog
    set lock_timeout = '500ms'
as $$
declare
    leaving constant regclass := catalog.history_partition(name, partition);
begin
    if (select c.relispartition from pg_class c where c.oid = leaving) or not exists (
        select from catalog.history_releases r
        where r.table_name = drop_history.name and r.partition_name = drop_history.partition and r.operation = 'release')
    then
        raise exception 'catalog.% was not released', partition using errcode = 'restrict_violation';
    end if;
    execute format('drop table %s', leaving);
end
$$;

-- A table for what comes back. It becomes part of the history only with the very rows that left.
create function catalog.prepare_history(name text, partition text) returns void
    language plpgsql security definer
    set search_path = pg_catalog
as $$
begin
    perform catalog.make_history_partition(name, partition);
    execute format('grant insert on catalog.%I to catalog_owner', partition);
end
$$;

create function catalog.restore_history(name text, partition text, from_at timestamptz, until_at timestamptz) returns void
    language plpgsql security definer
    set search_path = pg_catalog
    set lock_timeout = '500ms'
as $$
declare
    coming constant regclass := catalog.history_partition(name, partition);
    wrong text;
    row_count bigint;
begin
    execute format('revoke all on %s from catalog_owner', coming);
    execute format('lock table %s in share row exclusive mode', coming);
    if not exists (
        select from catalog.released_ranges(name) r where r.from_at = restore_history.from_at and r.until_at = restore_history.until_at)
    then
        raise exception 'catalog.% from % until % is not released', name, from_at, until_at using errcode = 'object_not_in_prerequisite_state';
    end if;
    select p.problem into wrong from catalog.partition_problems(name, coming::text, from_at, until_at) p limit 1;
    if wrong is not null then
        raise exception 'these are not the rows that left: %', wrong using errcode = 'restrict_violation';
    end if;
    execute format('select count(*) from %s', coming) into row_count;
    if name = 'product_versions' then
        execute format('insert into catalog.product_versions overriding system value select * from %s', coming);
        execute format('drop table %s', coming);
    else
        perform catalog.attach_history_partition(name, partition, from_at, until_at);
    end if;
    insert into catalog.history_releases (table_name, operation, partition_name, from_at, until_at, rows, actor, database_user)
    values (name, 'restore', partition, from_at, until_at, row_count, catalog.current_actor(), session_user);
end
$$;

-- The changes of an upload, whose versions are all there.
create or replace function catalog.changes_of_upload(upload text) returns bigint[]
    language plpgsql stable security definer
    set search_path = pg_catalog
as $$
begin
    if exists (
        select from catalog.changes c
        join catalog.released_ranges('product_versions') r on c.began_at >= r.from_at and c.began_at < r.until_at
        where c.upload_id = changes_of_upload.upload)
    then
        raise exception 'what upload % changed is released', changes_of_upload.upload
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'catalog retention status lists what was released, catalog retention restore brings it back';
    end if;
    return array(select c.change_id from catalog.changes c where c.upload_id = changes_of_upload.upload);
end
$$;

revoke execute on function catalog.released_ranges(text), catalog.released_until(),
    catalog.row_hashes(integer, text, text), catalog.early_hash(text), catalog.seal_hash(catalog.seals), catalog.seal_early_rows(text),
    catalog.seal_upload_events(), catalog.seal_actions(), catalog.seal_row_versions(), catalog.seal_history_releases(),
    catalog.version_problems(text, timestamptz, timestamptz, boolean),
    catalog.seal_problems(text, text, timestamptz, timestamptz, boolean),
    catalog.partition_problems(text, text, timestamptz, timestamptz, boolean), catalog.partition_bounds(oid),
    catalog.history_partition(text, text), catalog.make_history_partition(text, text),
    catalog.attach_history_partition(text, text, timestamptz, timestamptz), catalog.newest_in_history(text, text),
    catalog.extend_history(text, timestamptz[], text[]), catalog.drop_rest_checks(text),
    catalog.cut_history(text, text, timestamptz, text), catalog.open_history(text, text), catalog.detach_history(text, text),
    catalog.version_spans(), catalog.drop_history(text, text), catalog.prepare_history(text, text),
    catalog.restore_history(text, text, timestamptz, timestamptz), audit.verify_history(text) from public;
grant execute on function catalog.version_spans(), catalog.newest_in_history(text, text), catalog.extend_history(text, timestamptz[], text[]),
    catalog.cut_history(text, text, timestamptz, text), catalog.open_history(text, text), catalog.detach_history(text, text),
    catalog.drop_history(text, text), catalog.prepare_history(text, text), catalog.restore_history(text, text, timestamptz, timestamptz)
    to catalog_owner;
grant execute on function catalog.released_until() to catalog_owner, catalog_vendor, catalog_auditor;
grant execute on function audit.verify_history(text) to catalog_owner, catalog_auditor;

set local role catalog_owner;
drop function catalog.newest_product();
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
        join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name and c.relkind = 'p'
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
    elsif words is null then
        raise exception '''%'' is no cursor of the change feed', left(after_cursor, 100)
            using errcode = 'invalid_parameter_value', hint = 'give the cursor of an event as it was read, or none to begin with the first';
    else
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
    end if;
    if (select t.at from catalog.ticks t where t.tick_id = feed_position.tick) < catalog.released_until() then
        raise exception 'changes behind the cursor % are released', coalesce(after_cursor, 'of the beginning')
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

    own := catalog.changes_of_upload(target.upload_id);
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

-- They meant the tables that have become the rest.
create or replace view audit.actions with (security_invoker = true) as
select a.at, a.actor, a.action, a.object, a.before, a.after, a.request_id, a.database_user
from catalog.actions a;
create or replace view audit.row_versions with (security_invoker = true) as
select v.at, v.actor, v.table_name, v.row_key, v.operation, v.before, v.after, v.request_id, v.database_user
from catalog.row_versions v;

update retention.tables set is_archived = true, minimum_days = 90 where table_schema = 'catalog' and table_name = 'upload_events';
insert into retention.tables
    (table_schema, table_name, partition_column, period, ahead, keep_days, minimum_days, is_archived, release_check)
values
    ('catalog', 'product_versions', 'valid_to', 'month', 3, null, 90, true, null),
    ('catalog', 'actions', 'at', 'month', 3, null, 90, true, null),
    ('catalog', 'row_versions', 'at', 'month', 3, null, 90, true, null);

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
