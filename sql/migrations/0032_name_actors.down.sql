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
drop view audit.uploads;
create view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run, u.deactivated_records, u.warning_records, u.empty_cells, u.missing_products,
    coalesce(u.file_encoding, u.encoding) as encoding, u.encoding_guessed, u.kind, u.reverts
from catalog.upload_history u
left join catalog.vendors v using (vendor_id);
comment on view audit.uploads is 'every upload with its vendor, counts, share of good rows and duration';
grant select on audit.uploads to catalog_vendor, catalog_auditor;
drop trigger upload_history_name_uploader on catalog.upload_history;
drop function catalog.name_uploader();

set local role catalog_history;
create or replace function catalog.change_hash(change catalog.changes) returns bytea
    language sql immutable
    return sha256(convert_to(
        concat_ws(
            '|', change.change_id, quote_nullable(change.actor), quote_nullable(change.upload_id), quote_nullable(change.request_id),
            extract(epoch from change.began_at), change.versions, encode(change.rows_hash, 'hex')),
        'UTF8'));
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
drop function catalog.image_operation(text);
create or replace trigger products_refuse_forged_change after insert on catalog.products
    for each row when (new.made_by is distinct from nullif(current_setting('catalog.change_id', true), '')::bigint)
    execute function catalog.refuse_forged_change();
create or replace function catalog.refuse_forged_change() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    raise exception 'made_by is not given: it is the change of the transaction' using errcode = 'restrict_violation';
end
$$;
create or replace function catalog.begin_product_image() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if new.product_id <> old.product_id then
        raise exception 'product_id of product % is refused another value: its history would lose it', old.product_id
            using errcode = 'restrict_violation', hint = 'delete the product and insert another one';
    end if;
    new.valid_from := greatest(statement_timestamp(), old.valid_from);
    new.made_by := current_setting('catalog.change_id')::bigint;
    if new.upload_id is not distinct from old.upload_id then
        new.upload_id := nullif(current_setting('catalog.upload_id', true), '');
        if new.upload_id is null then
            new.line_number := null;
        end if;
    end if;
    return new;
end
$$;
create or replace function catalog.begin_change() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    change bigint := catalog.current_change();
begin
    if change is null then
        insert into catalog.changes (actor, upload_id, request_id, began_at, backend)
        values (
            coalesce(nullif(current_setting('catalog.actor', true), ''), 'database user ' || session_user),
            nullif(current_setting('catalog.upload_id', true), ''), nullif(current_setting('catalog.request_id', true), ''),
            transaction_timestamp(), pg_backend_pid())
        returning change_id into change;
        perform set_config('catalog.change_id', change::text, true);
    end if;
    return null;
end
$$;
drop function catalog.is_own_upload(text);
drop function catalog.current_actor();
alter table catalog.changes drop column database_user;
comment on column catalog.changes.actor is null;
comment on column catalog.product_versions.changed_by is 'the database user who ended this image';

set local role catalog_owner;
drop policy upload_history_history on catalog.upload_history;
revoke select on catalog.upload_history from catalog_history;
alter table catalog.upload_history drop column created_by;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
