-- catalog: works-with 0031
-- catalog: allow ban-drop-function: it is made again at once, with two more columns at its end
-- What no version proves is proved, too: the current row of each product, each upload that ended, and its errors. Who owns their tables can
-- switch triggers off and change a row without a version; the next look names the row, and the trigger for as long as it is off.
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
grant usage on schema retention to catalog_history;
grant select on retention.released_partitions, catalog.validation_errors, catalog.former_errors to catalog_history;
create policy validation_errors_history on catalog.validation_errors for select to catalog_history using (true);
create policy former_errors_history on catalog.former_errors for select to catalog_history using (true);

set local role none;
set local role catalog_history;

create table catalog.product_seals (
    seal_id bigint generated always as identity not null,
    at timestamptz not null default clock_timestamp(),
    tick_id bigint not null,
    block bigint not null,
    format_id integer not null,
    rows integer not null,
    rows_hash bytea not null,
    marks bytea,
    constraint product_seals_pkey primary key (seal_id)
);
comment on table catalog.product_seals is
    'the hash of the rows of catalog.products that were current as of a tick, for each block of a thousand product_id';
comment on column catalog.product_seals.block is 'product_id divided by 1000';
comment on column catalog.product_seals.format_id is 'which columns the hash covers: those of catalog.version_formats that products have';
comment on column catalog.product_seals.marks is
    'the rest of product_id by 1000 in two bytes and four bytes of the hash of each row, by which the row is named that is another now; null where the block has a later seal';
create unique index product_seals_block_key on catalog.product_seals (block) where marks is not null;
create index product_seals_tick_id_idx on catalog.product_seals (tick_id);

create table catalog.upload_seals (
    seal_id bigint generated always as identity not null,
    at timestamptz not null default clock_timestamp(),
    upload_id varchar(50) not null,
    attempt integer not null,
    completed_at timestamptz not null,
    status text not null,
    event_id bigint not null,
    facts_hash bytea not null,
    errors bigint not null,
    errors_at timestamptz,
    errors_hash bytea not null,
    constraint upload_seals_pkey primary key (seal_id)
);
comment on table catalog.upload_seals is 'the hash of an upload as it ended, and that of its errors; a later attempt has another';
comment on column catalog.upload_seals.event_id is 'the newest line of its timeline then: the upload began again only if there is one that says so behind it';
create index upload_seals_upload_id_idx on catalog.upload_seals (upload_id, seal_id);

insert into catalog.sealed_tables (table_name, key_column, time_column, columns) values
    ('product_seals', 'seal_id', 'at', 'seal_id, at, tick_id, block, format_id, rows, rows_hash'),
    ('upload_seals', 'seal_id', 'at',
        'seal_id, at, upload_id, attempt, completed_at, status, event_id, facts_hash, errors, errors_at, errors_hash');

do $make$
declare
    sealed catalog.sealed_tables;
begin
    for sealed in select * from catalog.sealed_tables s where s.table_name in ('product_seals', 'upload_seals') loop
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
        execute format(
            'create trigger %1$s_seal_rows after insert on catalog.%1$I referencing new table as new_rows
                 for each statement execute function catalog.seal_%1$s();
             create trigger %1$s_refuse_delete before delete on catalog.%1$I
                 for each row execute function catalog.refuse_history_change();
             create trigger %1$s_refuse_truncate before truncate on catalog.%1$I
                 for each statement execute function catalog.refuse_history_change();
             revoke execute on function catalog.seal_%1$s() from public;
             alter table catalog.%1$I enable row level security;
             create policy %1$s_staff on catalog.%1$I for select to catalog_owner, catalog_auditor using (true);
             grant select on catalog.%1$I to catalog_owner, catalog_auditor',
            sealed.table_name);
    end loop;
end
$make$;
create trigger upload_seals_refuse_change before update on catalog.upload_seals
    for each row execute function catalog.refuse_history_change();
-- But for the marks, which a later seal makes needless.
create trigger product_seals_refuse_change before update on catalog.product_seals
    for each row
    when (old.marks is null or new.marks is not null or old.seal_id <> new.seal_id or old.at <> new.at or old.tick_id <> new.tick_id
        or old.block <> new.block or old.format_id <> new.format_id or old.rows <> new.rows or old.rows_hash <> new.rows_hash)
    execute function catalog.refuse_history_change();

-- The triggers without which products change and leave no version.
create function catalog.trigger_problems() returns table (tick bigint, problem text)
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

-- The columns of a product that the hashes of a format cover; null if products have lost one of them, and so what it held.
create function catalog.image_columns(format integer) returns text
    language sql stable
    set search_path = pg_catalog
as $$
    select i.columns
    from (select split_part(f.columns, ', valid_to, ', 1) as columns from catalog.version_formats f where f.format_id = image_columns.format) i
    where string_to_array(i.columns, ', ') <@ array(
        select quote_ident(a.attname) from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped)
$$;

-- The rows of some blocks, each as of its tick: those that are there, and versions that ended later. Only versions that ended after the tick
-- of the last parameter are looked for: no block has changed between its seal and that.
create function catalog.product_images(columns text, blocks bigint[], ticks bigint[], since bigint)
    returns table (block bigint, product_id bigint, hash bytea)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set jit = off
    set enable_seqscan = off  -- how many rows a block has is not known before
as $$
begin
    return query execute format(
        $query$
        with asked as (
            select * from unnest($1, $2) a (block, tick)
        )
        select a.block, i.product_id, i.hash
        from asked a
        cross join lateral (
            select p.product_id, sha256(convert_to(row(%1$s)::text, 'UTF8')) as hash
            from catalog.products p
            where p.product_id >= a.block * 1000 and p.product_id < a.block * 1000 + 1000
              and (select m.tick_id from catalog.changes m where m.change_id = p.made_by) <= a.tick
        ) i
        union all
        select a.block, v.product_id, sha256(convert_to(row(%2$s)::text, 'UTF8'))
        from catalog.changes e
        join catalog.product_versions v on v.ended_by = e.change_id
        join asked a on a.block = v.product_id / 1000
        where (e.tick_id > $3 or e.tick_id is null) and (e.tick_id > a.tick or e.tick_id is null)
          and (select m.tick_id from catalog.changes m where m.change_id = v.made_by) <= a.tick
        $query$, 'p.' || replace(columns, ', ', ', p.'), 'v.' || replace(columns, ', ', ', v.'))
    using blocks, ticks, since;
end
$$;

-- Rows that are not as they were sealed, of all blocks or some.
create function catalog.product_problems(only_blocks bigint[] default null, since bigint default -1) returns table (tick bigint, problem text)
    language plpgsql stable
    set search_path = pg_catalog
as $$
declare
    format integer;
begin
    for format in
        select distinct s.format_id from catalog.product_seals s
        where s.marks is not null and catalog.image_columns(s.format_id) is not null
        order by 1
    loop
        return query
            with asked as materialized (
                select s.block, s.tick_id, s.rows, s.rows_hash, s.marks
                from catalog.product_seals s
                where s.format_id = format and s.marks is not null and (only_blocks is null or s.block = any (only_blocks))
            ), images as materialized (
                select i.block, i.product_id, i.hash
                from catalog.product_images(
                    catalog.image_columns(format), array(select a.block from asked a order by a.block),
                    array(select a.tick_id from asked a order by a.block), product_problems.since) i
            ), found as (
                select i.block, count(*) as rows, sha256(string_agg(i.hash, ''::bytea order by i.product_id)) as hash from images i group by 1
            ), broken as (
                select a.block, a.tick_id, a.marks
                from asked a
                left join found f using (block)
                where a.rows <> coalesce(f.rows, 0) or a.rows_hash <> coalesce(f.hash, sha256(''::bytea))
            ), marked as (
                select b.block, b.block * 1000 + get_byte(b.marks, 6 * k.place) * 256 + get_byte(b.marks, 6 * k.place + 1) as product_id,
                    substr(b.marks, 6 * k.place + 3, 4) as mark
                from broken b
                cross join generate_series(0, length(b.marks) / 6 - 1) k (place)
            ), there as (
                select i.block, i.product_id, substr(i.hash, 1, 4) as mark from images i join broken b using (block)
            )
            select b.tick_id, format('product %s%s was %s without a version', coalesce(x.product_id::text, 'in block ' || b.block),
                (select format(' (%s %s)', p.vendor_id, p.vendor_product_id) from catalog.products p where p.product_id = x.product_id limit 1),
                coalesce(x.what, 'changed'))
            from broken b
            left join lateral (
                select product_id,
                    case when t.mark is null then 'deleted' when m.mark is null then 'inserted' else 'changed' end as what
                from (select * from marked m where m.block = b.block) m
                full join (select * from there t where t.block = b.block) t using (product_id)
                where m.mark is distinct from t.mark
                order by product_id
                limit 1
            ) x on true
            order by b.tick_id, b.block;
    end loop;
end
$$;

-- Seals the blocks whose products changed since the last time, if nobody has changed them but by a change with its versions. Otherwise it
-- seals nothing and says what is wrong.
create function catalog.seal_products() returns text
    language plpgsql
    security definer
    set search_path = pg_catalog
    set jit = off
as $$
declare
    since constant bigint := (select max(s.tick_id) from catalog.product_seals s);
    present constant bigint := (select max(t.tick_id) from catalog.ticks t);
    newest constant integer := (select max(f.format_id) from catalog.version_formats f);
    changed bigint[];
    wrong text;
begin
    perform catalog.require_plain('catalog.products'), catalog.require_plain_types('catalog.products'::regclass);
    if not pg_try_advisory_xact_lock(1785684595, -2) then
        return null;  -- another one is at it
    end if;
    if since is null or exists (select from catalog.product_seals s where s.marks is not null and s.format_id <> newest) then
        changed := array(
            select p.product_id / 1000 from catalog.products p union select s.block from catalog.product_seals s where s.marks is not null);
    else
        changed := array(
            select v.product_id / 1000
            from catalog.changes c join catalog.product_versions v on v.ended_by = c.change_id
            where c.tick_id > since and c.tick_id <= present
            union
            select k.block
            from catalog.changes c
            join catalog.created_products p using (change_id)
            cross join generate_series(p.first_product_id / 1000, p.last_product_id / 1000) k (block)
            where c.tick_id > since and c.tick_id <= present);
    end if;
    wrong := coalesce(
        (select p.problem from catalog.trigger_problems() p limit 1),
        (select p.problem from catalog.product_problems(changed, coalesce(since, -1)) p order by p.tick limit 1));
    if wrong is not null or cardinality(changed) = 0 then
        return wrong;
    end if;
    update catalog.product_seals s set marks = null where s.marks is not null and s.block = any (changed);
    insert into catalog.product_seals (tick_id, block, format_id, rows, rows_hash, marks)
    select present, c.block, newest, count(i.product_id), sha256(coalesce(string_agg(i.hash, ''::bytea order by i.product_id), ''::bytea)),
        coalesce(
            string_agg(int2send((i.product_id % 1000)::smallint) || substr(i.hash, 1, 4), ''::bytea order by i.product_id), ''::bytea)
    from unnest(changed) c (block)
    left join catalog.product_images(catalog.image_columns(newest), changed, array_fill(present, array[cardinality(changed)]), present) i
        using (block)
    group by c.block
    order by c.block;
    return null;
end
$$;
comment on function catalog.seal_products is
    'seals the products that changed since the last time; says what is wrong if one of them was changed without a version, or could be';

-- What does not change any more when an upload has ended.
create function catalog.upload_facts(upload catalog.upload_history) returns bytea
    language sql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
    select sha256(convert_to(row(
        upload.upload_id, upload.vendor_id, upload.file_name, upload.mode, upload.policy, upload.total_records, upload.valid_records,
        upload.error_records, upload.created_records, upload.updated_records, upload.unchanged_records, upload.deactivated_records,
        upload.deleted_records, upload.warning_records, upload.upload_timestamp, upload.started_at, upload.completed_at, upload.bucket,
        upload.object_key, upload.object_version, upload.file_size_bytes, upload.file_sha256, upload.failure_type, upload.failure_message,
        upload.dry_run, upload.empty_cells, upload.missing_products, upload.encoding, upload.announced_sha256, upload.file_encoding,
        upload.encoding_guessed, upload.kind, upload.reverts, upload.created_by, upload.attempt, upload.mapping_name, upload.mapping_version,
        upload.sheet, upload.checked_upload_id, upload.rule_ids, upload.parent_upload_id)::text, 'UTF8'))
$$;

create function catalog.upload_errors_hash(relation text, condition text)
    returns table (upload_id varchar, attempt integer, errors bigint, errors_at timestamptz, hash bytea)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set jit = off
as $$
begin
    return query execute format(
        $query$
        select e.upload_id, %2$s, count(*), min(e.created_at),
            sha256(string_agg(
                sha256(convert_to(row(
                    e.error_id, e.row_number, e.line_number, e.error_type, e.error_message, e.field, e.rejected_value, e.original_data,
                    e.created_at, e.rule_name)::text, 'UTF8')), ''::bytea order by e.error_id))
        from %1$s e
        where %3$s
        group by 1, 2
        $query$, relation, case relation when 'catalog.former_errors' then 'e.attempt' else 'null::integer' end, condition);
end
$$;

-- Seals uploads that ended since, the earliest first. One that was sealed is sealed again only if its timeline says that it began again.
create function catalog.seal_uploads(at_most integer) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog
    set jit = off
as $$
declare
    ended_after constant timestamptz := coalesce(
        (select s.completed_at from catalog.upload_seals s order by s.seal_id desc limit 1) - interval '1 day', '-infinity');
    sealed integer;
begin
    perform catalog.require_plain(r.relation), catalog.require_plain_types(r.relation::regclass)
    from unnest(array['catalog.upload_history', 'catalog.validation_errors']) r (relation);
    if not pg_try_advisory_xact_lock(1785684595, -3) then
        return 0;  -- another one is at it
    end if;
    insert into catalog.upload_seals (upload_id, attempt, completed_at, status, event_id, facts_hash, errors, errors_at, errors_hash)
    select u.upload_id, u.attempt, u.completed_at, u.status,
        coalesce((select max(e.event_id) from catalog.upload_events e where e.upload_id = u.upload_id), 0), catalog.upload_facts(u),
        coalesce(f.errors, 0), f.errors_at, coalesce(f.hash, sha256(''::bytea))
    from (
        select distinct e.upload_id from catalog.upload_events e
        where e.event in ('finished', 'failed', 'cancelled', 'reverts') and e.at > ended_after
    ) ended
    join catalog.upload_history u using (upload_id)
    left join lateral (
        select s.* from catalog.upload_seals s where s.upload_id = u.upload_id order by s.seal_id desc limit 1
    ) s on true
    left join lateral catalog.upload_errors_hash('catalog.validation_errors', format('e.upload_id = %L', u.upload_id)) f on true
    where u.status not in ('queued', 'processing') and u.completed_at is not null
      and (s.seal_id is null
          or (s.attempt, s.completed_at) <> (u.attempt, u.completed_at) and exists (
              select from catalog.upload_events e
              where e.upload_id = u.upload_id and e.event in ('queued', 'started', 'retried') and e.event_id > s.event_id))
    order by u.completed_at, u.upload_id
    limit at_most;
    get diagnostics sealed = row_count;
    return sealed;
end
$$;
comment on function catalog.seal_uploads is 'seals uploads that ended, with their errors; returns how many';

create function catalog.upload_problems() returns table (tick bigint, problem text)
    language sql stable
    set search_path = pg_catalog
    set jit = off
as $$
    with newest as materialized (
        select distinct on (s.upload_id, s.attempt) s.* from catalog.upload_seals s order by s.upload_id, s.attempt, s.seal_id desc
    ), judged as materialized (
        select n.seal_id, n.upload_id, n.attempt, n.status, n.event_id, n.errors, n.errors_at, n.errors_hash, u.file_name, u.upload_id is null as is_gone,
            u.attempt = n.attempt and u.completed_at is not distinct from n.completed_at as is_current,
            n.seal_id = max(n.seal_id) over (partition by n.upload_id) as is_last,
            catalog.upload_facts(u) = n.facts_hash as is_same, u.status as present_status, u.attempt > n.attempt as is_former
        from newest n
        left join catalog.upload_history u using (upload_id)
    ), found as materialized (
        select 'validation_errors' as table_name, e.* from catalog.upload_errors_hash('catalog.validation_errors', 'true') e
        union all
        select 'former_errors', e.* from catalog.upload_errors_hash('catalog.former_errors', 'true') e
    ), wrong as (
        select j.seal_id, format('upload %s (%s) %s', j.upload_id, coalesce(j.file_name, 'no file'),
            case
                when j.is_gone then 'is missing'
                when j.is_current then 'is not as it was when it ended'
                else 'was changed since it ended, and did not begin again'
            end) as problem
        from judged j
        where j.is_last
          and (j.is_gone
              or j.is_current and (
                  j.is_same is not true
                  or j.present_status <> j.status and not (j.present_status = 'reverted' and j.status in ('completed', 'partial') and exists (
                      select from catalog.upload_history r where r.reverts = j.upload_id)))
              or not j.is_current and not exists (
                  select from catalog.upload_events e
                  where e.upload_id = j.upload_id and e.event in ('queued', 'started', 'retried') and e.event_id > j.event_id))
        union all
        select j.seal_id, format('errors of upload %s (%s) are not as they were written: of %s rows %s are there',
            j.upload_id, j.file_name, j.errors, coalesce(f.errors, 0))
        from judged j
        left join found f
            on f.upload_id = j.upload_id and case f.table_name when 'former_errors' then j.is_former and f.attempt = j.attempt else j.is_current end
        where (j.is_current or j.is_former)
          and (j.errors <> coalesce(f.errors, 0) or j.errors_hash <> coalesce(f.hash, sha256(''::bytea)))
          and not (f.errors is null and exists (
              select from retention.released_partitions r
              where r.table_schema = 'catalog' and r.table_name = case when j.is_former then 'former_errors' else 'validation_errors' end
                and r.state <> 'restored' and j.errors_at >= r.from_at and j.errors_at < r.until_at))
    )
    select (select s.tick_id from catalog.seals s where s.table_name = 'upload_seals' and w.seal_id = any (s.row_ids)), w.problem
    from wrong w
    order by w.seal_id
$$;

create or replace function audit.history_problems() returns table (tick bigint, problem text)
    language plpgsql volatile
    security definer
    set search_path = pg_catalog
as $$
begin
    perform catalog.require_plain(r.relation), catalog.require_plain_types(r.relation::regclass)
    from unnest(array[
        'catalog.products', 'catalog.upload_history', 'catalog.validation_errors', 'catalog.former_errors',
        'retention.released_partitions']) r (relation);
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
    return query select p.* from catalog.upload_problems() p;
    return query select p.* from catalog.product_problems() p;
    return query
        select c.tick_id,
            format('product %s (%s %s) ', p.product_id, p.vendor_id, p.vendor_product_id)
            || case when c.change_id is null then format('names change %s, which is missing', p.made_by) else 'was inserted without a version' end
        from catalog.products p
        left join catalog.changes c on c.change_id = p.made_by
        left join catalog.product_seals s on s.block = p.product_id / 1000 and s.marks is not null
        where c.change_id is null or s.block is null and c.tick_id <= (select max(l.tick_id) from catalog.product_seals l)
        order by p.product_id
        limit 1;
    return query select p.* from catalog.trigger_problems() p;
end
$$;

drop function audit.verify_history(text);
create function audit.verify_history(
    head text default null, out ticks bigint, out changes bigint, out versions bigint, out newest text, out problem text,
    out sealed_rows bigint, out released_rows bigint, out sealed_products bigint, out sealed_uploads bigint)
    language plpgsql volatile
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
    where s.table_name not in ('product_seals', 'upload_seals')
      and not exists (select from catalog.released_ranges(s.table_name) r where s.at >= r.from_at and s.at < r.until_at);
    select coalesce(sum(r.rows), 0) into released_rows from (
        select distinct on (r.table_name, r.from_at) r.operation, r.rows from catalog.history_releases r
        order by r.table_name, r.from_at, r.release_id desc) r
    where r.operation = 'release';
    select coalesce(sum(s.rows), 0) into sealed_products from catalog.product_seals s where s.marks is not null;
    select count(distinct s.upload_id) into sealed_uploads from catalog.upload_seals s;
    newest := (select h.head from audit.head() h);
end
$$;
comment on function audit.verify_history is
    'recomputes all hashes of the history and names the first altered, missing or reordered row; given a head that was kept, proves that the past is still that of the head';

revoke execute on function catalog.trigger_problems(), catalog.image_columns(integer), catalog.product_images(text, bigint[], bigint[], bigint),
    catalog.product_problems(bigint[], bigint), catalog.seal_products(), catalog.upload_facts(catalog.upload_history),
    catalog.upload_errors_hash(text, text), catalog.seal_uploads(integer), catalog.upload_problems(), audit.verify_history(text) from public;
grant execute on function audit.verify_history(text) to catalog_owner, catalog_auditor;
grant execute on function catalog.seal_products(), catalog.seal_uploads(integer) to catalog_owner;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
