-- catalog: works-with 0031
-- Who did it. What the service writes says for whom (the setting catalog.actor of the transaction); what a hand writes has the database
-- user, whatever the hand says; and an upload's name is believed only of who is at work on that upload.
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
alter table catalog.upload_history add column created_by text;
comment on column catalog.upload_history.created_by is
    'who made the upload: token:ID, jwt:SUBJECT, os:USER of a command, or a database user; null before this was recorded';
grant select on catalog.upload_history to catalog_history;
create policy upload_history_history on catalog.upload_history for select to catalog_history using (true);

set local role catalog_history;
alter table catalog.changes add column database_user text;
comment on column catalog.changes.actor is
    'token:ID, jwt:SUBJECT, os:USER of a command, job:KIND of a worker; database user NAME of a change by hand';
comment on column catalog.changes.database_user is 'the login that wrote it, which nobody can choose; null before this was recorded';

-- Who a transaction writes for. The service is believed (a member of catalog_app, or a superuser, as in the embedded database); another
-- login has its name before what it says. Releases before this one say nothing: they may, as long as one of them is at work.
create function catalog.current_actor() returns text
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
comment on function catalog.current_actor is 'who this transaction writes for, as history records it';

-- Whether this session may write as an upload: it is being processed, no other transaction is at work on it (the loader holds this lock to
-- its end), and whoever writes is the service or made the upload.
create function catalog.is_own_upload(upload text) returns boolean
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
comment on function catalog.is_own_upload is 'whether the setting catalog.upload_id of this session is believed';

-- The setting catalog.loading_change is the change of an upload, and -1 of a hand: rows of a load are compared with it and call nothing.
create or replace function catalog.begin_change() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    upload constant text := nullif(current_setting('catalog.upload_id', true), '');
    change bigint := catalog.current_change();
begin
    if change is null then
        if upload is not null and not catalog.is_own_upload(upload) then
            raise exception 'upload % is not at work in this session: nothing is written in its name', upload
                using errcode = 'restrict_violation', hint = 'reset catalog.upload_id: a change by hand has no upload';
        end if;
        insert into catalog.changes (actor, upload_id, request_id, began_at, backend, database_user)
        values (
            case
                -- as releases before this one load
                when upload is not null and coalesce(current_setting('catalog.actor', true), '') = '' then 'upload ' || upload
                else catalog.current_actor()
            end,
            upload, nullif(current_setting('catalog.request_id', true), ''), transaction_timestamp(), pg_backend_pid(), session_user)
        returning change_id into change;
        perform set_config('catalog.change_id', change::text, true);
    end if;
    perform set_config('catalog.loading_change', case when upload is null then '-1' else change::text end, true);
    return null;
end
$$;

-- A revert gives products the upload that made them before, which a hand may not. valid_from never runs backwards, also when an older
-- statement had to wait for a younger one. What a hand changes has no line; what an upload changes says which.
create or replace function catalog.begin_product_image() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
declare
    upload constant text := nullif(current_setting('catalog.upload_id', true), '');
begin
    new.valid_from := greatest(statement_timestamp(), old.valid_from);
    new.made_by := current_setting('catalog.change_id')::bigint;
    if new.upload_id is not distinct from old.upload_id then
        new.upload_id := upload;
    elsif upload is null and new.upload_id is not null then
        raise exception 'upload_id is not given by hand: upload % did not make this image', new.upload_id
            using errcode = 'restrict_violation';
    end if;
    if upload is null then
        new.line_number := null;
    end if;
    return new;
end
$$;

-- Of an upload's rows those that claim another change; every row that a hand inserts.
create or replace function catalog.refuse_forged_change() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if new.made_by is distinct from current_setting('catalog.change_id')::bigint then
        raise exception 'made_by is not given: it is the change of the transaction' using errcode = 'restrict_violation';
    elsif new.upload_id is not null and nullif(current_setting('catalog.upload_id', true), '') is null then
        raise exception 'upload_id is not given by hand: upload % did not make this image', new.upload_id
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;
create or replace trigger products_refuse_forged_change after insert on catalog.products
    for each row when (new.made_by <> current_setting('catalog.loading_change')::bigint)
    execute function catalog.refuse_forged_change();

-- What ends an image is a revert only in the name of an upload that is one.
create function catalog.image_operation(otherwise text) returns text
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select case
        when current_setting('catalog.operation', true) = 'revert' and exists (
            select from catalog.upload_history u
            where u.upload_id = nullif(current_setting('catalog.upload_id', true), '') and u.kind = 'revert')
        then 'revert' else otherwise end
$$;

-- An image ends when the next one begins, which is the same for all rows of a statement, also of one that gets another product_id.
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

-- Changes that are older than the column have the hash that they had.
create or replace function catalog.change_hash(change catalog.changes) returns bytea
    language sql immutable
    return sha256(convert_to(
        concat_ws(
            '|', change.change_id, quote_nullable(change.actor), quote_nullable(change.upload_id), quote_nullable(change.request_id),
            extract(epoch from change.began_at), change.versions, encode(change.rows_hash, 'hex'), quote_literal(change.database_user)),
        'UTF8'));

comment on column catalog.product_versions.changed_by is 'the actor of the change that ended this version';
revoke execute on function catalog.current_actor(), catalog.is_own_upload(text), catalog.image_operation(text) from public;
grant execute on function catalog.current_actor() to catalog_owner;

set local role catalog_owner;
create function catalog.name_uploader() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if tg_op = 'INSERT' then
        new.created_by := catalog.current_actor();
    elsif new.created_by is distinct from old.created_by then
        raise exception 'created_by of upload % stays', old.upload_id using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
revoke execute on function catalog.name_uploader() from public;
create trigger upload_history_name_uploader before insert or update of created_by on catalog.upload_history
    for each row execute function catalog.name_uploader();

create or replace view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run, u.deactivated_records, u.warning_records, u.empty_cells, u.missing_products,
    coalesce(u.file_encoding, u.encoding) as encoding, u.encoding_guessed, u.kind, u.reverts, u.created_by as uploaded_by
from catalog.upload_history u
left join catalog.vendors v using (vendor_id);

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
