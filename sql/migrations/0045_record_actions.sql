-- catalog: works-with 0031
-- What operators set up has versions, and whoever changes something through a command or the HTTP interface leaves a line that says so.
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
grant usage on schema intake, jobs, enrichment to catalog_history;
grant trigger on catalog.vendors, catalog.product_categories, catalog.api_tokens, intake.routes, enrichment.providers, jobs.paused_queues
    to catalog_history;

set local role catalog_history;
create table catalog.row_versions (
    version_id bigint generated always as identity not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    database_user text not null,
    table_name text not null,
    row_key text not null,
    operation text not null,
    before jsonb,
    after jsonb,
    request_id text,
    began_at timestamptz not null,
    backend integer not null,
    constraint row_versions_pkey primary key (version_id),
    constraint row_versions_operation_is_known check (operation in ('insert', 'update', 'delete')),
    constraint row_versions_have_the_images_of_their_operation check (
        (operation = 'insert') = (before is null) and (operation = 'delete') = (after is null))
);
comment on table catalog.row_versions is
    'every change of vendors, categories, tokens (without their secrets), routes, providers and paused queues, by whatever hand';
comment on column catalog.row_versions.row_key is 'values of the primary key, separated by a blank';
comment on column catalog.row_versions.backend is 'process of the server that wrote it: with began_at it tells a transaction from all others';
create index row_versions_row_idx on catalog.row_versions (table_name, row_key, version_id);
create index row_versions_began_at_idx on catalog.row_versions (began_at);

create table catalog.actions (
    action_id bigint generated always as identity not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    database_user text not null,
    action text not null,
    object text,
    before jsonb,
    after jsonb,
    request_id text,
    constraint actions_pkey primary key (action_id)
);
comment on table catalog.actions is 'one row for each command and each request that changed something; read it as audit.actions';
comment on column catalog.actions.action is 'the command, such as vendor suspend, or method and path, such as PATCH /vendors/{vendorId}';
comment on column catalog.actions.object is 'what it was about: an upload, a vendor, a queue';
comment on column catalog.actions.before is 'the rows of catalog.row_versions that the transaction changed, as they were; of more than a hundred their number';
create index actions_at_idx on catalog.actions (at);
create index actions_object_idx on catalog.actions (object, at);

create trigger row_versions_refuse_change before update or delete on catalog.row_versions
    for each row execute function catalog.refuse_history_change();
create trigger row_versions_refuse_truncate before truncate on catalog.row_versions
    for each statement execute function catalog.refuse_history_change();
create trigger actions_refuse_change before update or delete on catalog.actions
    for each row execute function catalog.refuse_history_change();
create trigger actions_refuse_truncate before truncate on catalog.actions
    for each statement execute function catalog.refuse_history_change();

-- The arguments are the columns of the key, then, after an empty one, columns that no version has and that alone make none.
create function catalog.keep_row_versions() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
declare
    place constant integer := coalesce(array_position(tg_argv, ''), array_length(tg_argv, 1) + array_lower(tg_argv, 1));
    keys constant text[] := tg_argv[array_lower(tg_argv, 1) : place - 1];
    hidden constant text[] := tg_argv[place + 1 : ];
    formers jsonb[] := '{}';
    laters jsonb[] := '{}';
begin
    if tg_op <> 'INSERT' then
        formers := array(select to_jsonb(o) - hidden from old_rows o);
    end if;
    if tg_op <> 'DELETE' then
        laters := array(select to_jsonb(n) - hidden from new_rows n);
    end if;
    insert into catalog.row_versions (actor, database_user, table_name, row_key, operation, before, after, request_id, began_at, backend)
    select catalog.current_actor(), session_user, format('%s.%s', tg_table_schema, tg_table_name), coalesce(f.row_key, l.row_key),
        case when f.row_key is null then 'insert' when l.row_key is null then 'delete' else 'update' end, f.image, l.image,
        nullif(current_setting('catalog.request_id', true), ''), transaction_timestamp(), pg_backend_pid()
    from (
        select i.image, (select string_agg(i.image ->> k.name, ' ' order by k.place) from unnest(keys) with ordinality k (name, place)) as row_key
        from unnest(formers) i (image)
    ) f
    full join (
        select i.image, (select string_agg(i.image ->> k.name, ' ' order by k.place) from unnest(keys) with ordinality k (name, place)) as row_key
        from unnest(laters) i (image)
    ) l using (row_key)
    where f.image is distinct from l.image
    order by 4;
    return null;
end
$$;
comment on function catalog.keep_row_versions is 'keeps what a statement changed in catalog.row_versions';

do $$
declare
    watched record;
begin
    for watched in select * from (values
        ('catalog', 'vendors', '''vendor_id'''),
        ('catalog', 'product_categories', '''category_name'''),
        ('catalog', 'api_tokens', '''token_id'', '''', ''secret_sha256'', ''last_used_at'''),
        ('intake', 'routes', '''bucket'', ''prefix'''),
        ('enrichment', 'providers', '''provider'', '''', ''updated_at'''),
        ('jobs', 'paused_queues', '''queue''')) w (space, name, arguments)
    loop
        execute format(
            'create trigger %1$s_keep_inserts after insert on %2$I.%1$I referencing new table as new_rows
                 for each statement execute function catalog.keep_row_versions(%3$s);
             create trigger %1$s_keep_updates after update on %2$I.%1$I referencing old table as old_rows new table as new_rows
                 for each statement execute function catalog.keep_row_versions(%3$s);
             create trigger %1$s_keep_deletes after delete on %2$I.%1$I referencing old table as old_rows
                 for each statement execute function catalog.keep_row_versions(%3$s)',
            watched.name, watched.space, watched.arguments);
    end loop;
end
$$;

-- One row, with what the transaction has changed so far; none if that is nothing, unless the change is known to be elsewhere.
create function catalog.record_action(action text, object text default null, is_change boolean default null) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    if not coalesce(is_change, pg_current_xact_id_if_assigned() is not null) then
        return false;
    end if;
    insert into catalog.actions (actor, database_user, action, object, before, after, request_id)
    select catalog.current_actor(), session_user, record_action.action,
        coalesce(record_action.object, case when c.number = 1 then c.row_key end),
        case when c.number <= 100 then c.before end,
        case when c.number <= 100 then c.after else '{"rows": "more than 100: see audit.row_versions"}' end,
        nullif(current_setting('catalog.request_id', true), '')
    from (
        select count(*) as number, min(v.row_key) as row_key,
            case count(*) when 1 then (array_agg(v.before))[1] else jsonb_agg(v.before) filter (where v.before is not null) end as before,
            case count(*) when 1 then (array_agg(v.after))[1] else jsonb_agg(v.after) filter (where v.after is not null) end as after
        from (
            select v.* from catalog.row_versions v
            where v.began_at = transaction_timestamp() and v.backend = pg_backend_pid()
            order by v.version_id limit 101
        ) v
    ) c;
    return true;
end
$$;
comment on function catalog.record_action is 'writes a row of audit.actions, with what this transaction changed';

alter table catalog.row_versions enable row level security;
alter table catalog.actions enable row level security;
create policy row_versions_staff on catalog.row_versions for select to catalog_owner, catalog_auditor using (true);
create policy actions_staff on catalog.actions for select to catalog_owner, catalog_auditor using (true);
grant select on catalog.row_versions, catalog.actions to catalog_owner, catalog_auditor;
revoke execute on function catalog.keep_row_versions(), catalog.record_action(text, text, boolean) from public;
grant execute on function catalog.record_action(text, text, boolean) to catalog_owner;

set local role catalog_owner;
create view audit.actions with (security_invoker = true) as
select a.at, a.actor, a.action, a.object, a.before, a.after, a.request_id, a.database_user
from catalog.actions a;
comment on view audit.actions is 'who did what through a command or the HTTP interface: one row for each that changed something';
create view audit.row_versions with (security_invoker = true) as
select v.at, v.actor, v.table_name, v.row_key, v.operation, v.before, v.after, v.request_id, v.database_user
from catalog.row_versions v;
comment on view audit.row_versions is 'every change of vendors, categories, tokens, routes, providers and paused queues';
grant select on audit.actions, audit.row_versions to catalog_auditor;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
