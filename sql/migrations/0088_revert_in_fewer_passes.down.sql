do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
exception
    when sqlstate 'XX000' or unique_violation then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
set local role catalog_owner;
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
    has_ranges boolean;
    added integer;
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
    -- And changes did not say from the beginning which products they created.
    has_ranges := (select min(o) from unnest(own) o) >= (select min(c.change_id) from catalog.created_products c);

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
    analyze reverting (product_id, version_id);

    -- Created by the upload and still as it made them; a revert has created again what the upload it undid had deleted.
    insert into reverting
    with known as materialized (
        select r.product_id from reverting r  -- a scan of the table itself would read what is inserted meanwhile, again for each row
    )
    select p.product_id, p.vendor_product_id, p.sku, null, true, null
    from (
        select p.product_id, p.vendor_product_id, p.sku
        from catalog.products p
        where has_ranges is not true and p.vendor_id = target.vendor_id and p.upload_id = target.upload_id
        union
        select p.product_id, p.vendor_product_id, p.sku
        from catalog.created_products c
        join catalog.products p on p.product_id between c.first_product_id and c.last_product_id
        where has_ranges and c.change_id = any (own) and p.vendor_id = target.vendor_id and p.upload_id = target.upload_id
        union
        select p.product_id, p.vendor_product_id, p.sku
        from catalog.products p
        join catalog.product_versions v using (product_id)
        where v.ended_by = any (undone) and p.made_by = any (own)
    ) p
    where not exists (select from known k where k.product_id = p.product_id);
    get diagnostics added = row_count;
    if added > 0 then
        analyze reverting (product_id, version_id);
    end if;

    -- Created by it, and changed or deleted since.
    insert into reverting
    with known as materialized (
        select r.product_id from reverting r
    )
    select distinct on (v.product_id) v.product_id, v.vendor_product_id, coalesce(p.sku, v.sku), null::bigint, p.product_id is not null,
        case when p.product_id is null then 'deleted since' else 'changed since' end
    from catalog.product_versions v
    left join catalog.products p using (product_id)
    where (v.made_by = any (own) or is_early and v.upload_id = target.upload_id)
      and not exists (select from known k where k.product_id = v.product_id)
      and (p.product_id is not null or not exists (
          select from catalog.product_versions l
          where l.product_id = v.product_id and l.version_id > v.version_id and l.ended_by = any (own)) and v.ended_by <> all (own))
    order by v.product_id, v.version_id;

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
set local role catalog_history;
create or replace trigger products_begin_image before update on catalog.products
    for each row execute function catalog.begin_product_image();

create or replace function catalog.trigger_problems() returns table (tick bigint, problem text)
    language sql stable
    set search_path = pg_catalog
as $$
    select (select max(t.tick_id) from catalog.ticks t),
        format(
            'trigger %s of catalog.products is %s', k.name,
            case
                when t.oid is null then 'missing'
                when t.tgenabled not in ('O', 'A') then 'disabled'
                else 'not as it was made'
            end)
    from (values
        ('products_begin_change', 'BEFORE INSERT OR DELETE OR UPDATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.begin_change()'),
        ('products_begin_creation', 'BEFORE INSERT ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.begin_creation()'),
        ('products_begin_image', 'BEFORE UPDATE ON catalog.products FOR EACH ROW EXECUTE FUNCTION catalog.begin_product_image()'),
        ('products_end_creation', 'AFTER INSERT ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.end_creation()'),
        ('products_keep_deleted_images',
            'AFTER DELETE ON catalog.products REFERENCING OLD TABLE AS old_images FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_deleted_product_images()'),
        ('products_keep_updated_images',
            'AFTER UPDATE ON catalog.products REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_updated_product_images()'),
        ('products_note_moved',
            'AFTER UPDATE OF vendor_id, product_id ON catalog.products FOR EACH ROW WHEN ((((new.vendor_id)::text <> (old.vendor_id)::text) OR (new.product_id <> old.product_id))) EXECUTE FUNCTION catalog.note_created_product()'),
        ('products_note_returned',
            'AFTER INSERT ON catalog.products FOR EACH ROW WHEN ((new.product_id <= (NULLIF(current_setting(''catalog.last_product_id''::text, true), ''''::text))::bigint)) EXECUTE FUNCTION catalog.note_created_product()'),
        ('products_refuse_forged_change',
            'AFTER INSERT ON catalog.products FOR EACH ROW WHEN ((new.made_by <> (current_setting(''catalog.loading_change''::text))::bigint)) EXECUTE FUNCTION catalog.refuse_forged_change()'),
        ('products_refuse_truncate',
            'BEFORE TRUNCATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change(''delete the rows instead: their images are then kept'')')
    ) k (name, definition)
    left join pg_trigger t on t.tgrelid = to_regclass('catalog.products') and t.tgname = k.name
    where t.oid is null or t.tgenabled not in ('O', 'A')
       or pg_get_triggerdef(t.oid) <> 'CREATE TRIGGER ' || k.name || ' ' || k.definition
    order by k.name
$$;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
