-- catalog: works-with 0021
-- catalog: allow ban-drop-constraint: the one that takes its place lets through all that older binaries write
-- catalog: allow ban-drop-function: it is made again at once, with two more columns at its end
-- Undoing an upload is an upload of its own kind, and so can be undone. What was deleted since is listed, as is what was changed since; and a
-- product's history is that of the product, whatever keys it had.
set local role catalog_owner;

alter table catalog.upload_history
    add column kind text not null default 'file',
    add column reverts varchar(50),
    add column deleted_records integer,
    add constraint upload_history_kind_is_known check (kind in ('file', 'revert')) not valid,
    add constraint upload_history_reverts_name_an_upload check ((kind = 'revert') = (reverts is not null)) not valid,
    drop constraint upload_history_loaded_rows_are_valid_rows,
    add constraint upload_history_loaded_rows_are_valid_rows check (
        status not in ('completed', 'partial')
        or coalesce(created_records + updated_records + unchanged_records + coalesce(deleted_records, 0) = valid_records, false)) not valid;
comment on column catalog.upload_history.kind is 'file, or revert: what undid another upload';
comment on column catalog.upload_history.reverts is 'the upload that a revert undid';
comment on column catalog.upload_history.deleted_records is 'products that a revert deleted, because the upload had created them';

create or replace view audit.uploads with (security_invoker = true) as
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

create or replace view audit.vendor_quality with (security_invoker = true) as
select
    v.vendor_id, v.vendor_name, v.status,
    count(u.upload_id) as uploads,
    count(u.upload_id) filter (where u.status = 'failed') as failed_uploads,
    coalesce(sum(u.total_records), 0) as rows_received,
    coalesce(sum(u.error_records), 0) as rows_rejected,
    trunc(100.0 * sum(u.valid_records) / nullif(sum(u.total_records), 0), 1) as success_percent,
    max(u.upload_timestamp) as last_upload_at
from catalog.vendors v
left join catalog.upload_history u
    on u.vendor_id = v.vendor_id and u.status not in ('queued', 'processing') and not u.dry_run and u.kind = 'file'
group by v.vendor_id, v.vendor_name, v.status;

-- Undoes one upload in the caller's transaction and lists the products left alone.
create or replace function catalog.revert_upload(upload text)
    returns table (vendor_product_id varchar, sku varchar, reason text)
    language plpgsql
    set search_path = pg_catalog
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
            (select o.product_id from catalog.products o where o.sku = e.sku) as sku_holder,
            (select o.product_id from catalog.products o
             where o.vendor_id = target.vendor_id and o.vendor_product_id = e.vendor_product_id) as key_holder,
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
        select p.product_id, p.vendor_product_id, p.sku from catalog.products p where p.upload_id = target.upload_id
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

    return query select r.vendor_product_id, r.sku, r.reason from reverting r where r.reason is not null order by 1;
    drop table reverting;
end
$$;
comment on function catalog.revert_upload is
    'undoes one upload: created products are deleted, updated ones get their former image back; returns the products left alone and why. '
    'It is an upload of kind revert, and can be undone itself';

drop function audit.product_history(text, text);
create function audit.product_history(vendor text, vendor_product_id text)
    returns table (
        valid_from timestamptz, valid_to timestamptz, made_by_upload varchar, ended_by text, ended_by_upload varchar,
        ended_by_user text, price numeric, stock_quantity integer, product_name varchar, category varchar, sku varchar,
        image jsonb, made_by_change bigint, ended_by_change bigint)
    language sql stable
as $$
    with named as (
        select p.product_id from catalog.products p
        where p.vendor_id = product_history.vendor and p.vendor_product_id = product_history.vendor_product_id
        union
        select v.product_id from catalog.product_versions v
        where v.vendor_id = product_history.vendor and v.vendor_product_id = product_history.vendor_product_id
    ), images as (
        select v.version_id, v.valid_from, v.valid_to, v.upload_id, v.operation, v.superseded_by, v.changed_by, v.price, v.stock_quantity,
            v.product_name, v.category, v.sku,
            to_jsonb(v) - array['version_id', 'valid_to', 'operation', 'superseded_by', 'changed_by', 'ended_by', 'format_id', 'row_hash'] as image,
            v.made_by, v.ended_by
        from catalog.product_versions v
        where v.product_id = any (array(select n.product_id from named n))
        union all
        select null, p.valid_from, null, p.upload_id, null, null, null, p.price, p.stock_quantity, p.product_name, p.category,
            p.sku, to_jsonb(p), p.made_by, null
        from catalog.products p
        where p.product_id = any (array(select n.product_id from named n))
    )
    -- Of two images of one instant the one that ended first was there first.
    select i.valid_from, i.valid_to, i.upload_id, i.operation, i.superseded_by, i.changed_by, i.price, i.stock_quantity,
        i.product_name, i.category, i.sku, i.image, i.made_by, i.ended_by
    from images i
    order by i.version_id nulls last
$$;
comment on function audit.product_history is
    'every image of the products that have or had this key, oldest first: who and which upload made it, who ended it; the last row is the current one';
revoke execute on function audit.product_history(text, text) from public;
grant execute on function audit.product_history(text, text) to catalog_vendor, catalog_auditor;
