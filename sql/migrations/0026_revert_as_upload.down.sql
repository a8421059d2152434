set local role catalog_owner;
drop function audit.product_history(text, text);
create function audit.product_history(vendor text, vendor_product_id text)
    returns table (
        valid_from timestamptz, valid_to timestamptz, made_by_upload varchar, ended_by text, ended_by_upload varchar,
        ended_by_user text, price numeric, stock_quantity integer, product_name varchar, category varchar, sku varchar,
        image jsonb)
    language sql stable
as $$
    select v.valid_from, v.valid_to, v.upload_id, v.operation, v.superseded_by, v.changed_by, v.price, v.stock_quantity,
        v.product_name, v.category, v.sku,
        to_jsonb(v) - array['version_id', 'valid_to', 'operation', 'superseded_by', 'changed_by']
    from catalog.product_versions v
    where v.vendor_id = product_history.vendor and v.vendor_product_id = product_history.vendor_product_id
    union all
    select p.valid_from, null, p.upload_id, null, null, null, p.price, p.stock_quantity, p.product_name, p.category,
        p.sku, to_jsonb(p)
    from catalog.products p
    where p.vendor_id = product_history.vendor and p.vendor_product_id = product_history.vendor_product_id
    order by 1, 2 nulls last
$$;
comment on function audit.product_history is
    'every image of one product, oldest first: who and which upload made it, who ended it; the last row is the current one';
revoke execute on function audit.product_history(text, text) from public;
grant execute on function audit.product_history(text, text) to catalog_vendor, catalog_auditor;

create or replace function catalog.revert_upload(upload text)
    returns table (vendor_product_id varchar, sku varchar, reason text)
    language plpgsql
    set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
    target catalog.upload_history;
    deleted integer;
    restored integer;
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
    perform set_config('catalog.upload_id', target.upload_id, true), set_config('catalog.operation', 'revert', true);

    create temporary table reverting on commit drop as
    select p.product_id, p.vendor_product_id, p.sku, null::bigint as version_id, null::varchar as former_sku,
        case when p.upload_id is distinct from target.upload_id then 'changed since' end as reason
    from catalog.products p
    where p.vendor_id = target.vendor_id and false;

    -- updated by the upload: the image it ended is to come back
    insert into reverting
    select p.product_id, p.vendor_product_id, p.sku, v.version_id, v.sku,
        case
            when p.upload_id is distinct from target.upload_id then 'changed since'
            when exists (select from catalog.products o where o.sku = v.sku and o.product_id <> p.product_id)
                then 'its former SKU ' || v.sku || ' is used by another product'
        end
    from catalog.product_versions v
    join catalog.products p using (product_id)
    where v.superseded_by = target.upload_id and v.operation = 'update';

    -- created by the upload: still as it made them, or changed since (its image then is an old version)
    insert into reverting
    select p.product_id, p.vendor_product_id, p.sku, null::bigint, null::varchar, null::text
    from catalog.products p
    where p.upload_id = target.upload_id
      and not exists (select from reverting r where r.product_id = p.product_id)
    union
    select p.product_id, p.vendor_product_id, p.sku, null, null, 'changed since'
    from catalog.product_versions v
    join catalog.products p using (product_id)
    where v.upload_id = target.upload_id
      and p.upload_id is distinct from target.upload_id
      and not exists (select from reverting r where r.product_id = p.product_id);

    delete from catalog.products p using reverting r
    where p.product_id = r.product_id and r.version_id is null and r.reason is null;
    get diagnostics deleted = row_count;

    execute format(
        'update catalog.products p set (%s) = (%s)
         from reverting r
         join catalog.product_versions v using (version_id)
         where p.product_id = r.product_id and r.reason is null',
        catalog.product_columns(without => fixed), catalog.product_columns('v.', fixed));
    get diagnostics restored = row_count;

    select count(*) into kept from reverting r where r.reason is not null;
    update catalog.upload_history u set status = 'reverted' where u.upload_id = target.upload_id;
    insert into catalog.upload_events (upload_id, event, detail)
    values (target.upload_id, 'reverted', jsonb_build_object(
        'deleted', deleted, 'restored', restored, 'left_alone', kept, 'by', session_user));
    perform set_config('catalog.upload_id', '', true), set_config('catalog.operation', '', true);

    return query select r.vendor_product_id, r.sku, r.reason from reverting r where r.reason is not null order by 1;
    drop table reverting;
end
$$;
comment on function catalog.revert_upload is
    'undoes one upload: created products are deleted, updated ones get their former image back; returns the products left alone and why';

drop view audit.uploads;
create view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run, u.deactivated_records, u.warning_records, u.empty_cells, u.missing_products,
    coalesce(u.file_encoding, u.encoding) as encoding, u.encoding_guessed
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
    on u.vendor_id = v.vendor_id and u.status not in ('queued', 'processing') and not u.dry_run
group by v.vendor_id, v.vendor_name, v.status;

-- Below, what a revert deleted counts as changed.
update catalog.upload_history set updated_records = updated_records + deleted_records, deleted_records = 0
where kind = 'revert' and deleted_records > 0;
comment on view audit.uploads is 'every upload with its vendor, counts, share of good rows and duration';
grant select on audit.uploads to catalog_vendor, catalog_auditor;
alter table catalog.upload_history
    drop constraint upload_history_loaded_rows_are_valid_rows,
    drop constraint upload_history_kind_is_known,
    drop constraint upload_history_reverts_name_an_upload,
    drop column kind,
    drop column reverts,
    drop column deleted_records,
    add constraint upload_history_loaded_rows_are_valid_rows check (
        status not in ('completed', 'partial')
        or coalesce(created_records + updated_records + unchanged_records = valid_records, false)) not valid;
