-- catalog: works-with 0031
-- The whole proof read each row's change by itself, kept all hashes twice before it compared them, and used one processor of several.
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

-- One look at each row, whatever its format.
create or replace function catalog.version_problems(relation text, from_at timestamptz, until_at timestamptz, is_whole boolean)
    returns table (tick bigint, problem text)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set jit = off
    set work_mem = '32MB'
    set parallel_tuple_cost = 0  -- few rows are wrong, where the planner expects nearly all
as $$
begin
    return query execute format(
        $query$
        select c.tick_id, format('version %%s of product %%s (%%s %%s) is not as it was written', v.version_id, v.product_id, v.vendor_id, v.vendor_product_id)
        from %s v
        left join catalog.changes c on c.change_id = v.ended_by
        where num_nonnulls(v.format_id, v.row_hash) > 0 and case v.format_id %s end is distinct from v.row_hash
        order by v.version_id
        $query$, relation, (
            select string_agg(
                format('when %s then sha256(convert_to(row(%s)::text, ''UTF8''))', f.format_id, 'v.' || replace(f.columns, ', ', ', v.')), ' '
                order by f.format_id desc)
            from catalog.version_formats f));
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

-- The rows of some blocks, each as of its tick: those that are there, and versions that ended later. Only versions that ended after the tick
-- of the last parameter are looked for: no block has changed between its seal and that. Few blocks are read by their keys, most in one go.
create or replace function catalog.product_images(columns text, blocks bigint[], ticks bigint[], since bigint)
    returns table (block bigint, product_id bigint, hash bytea)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set jit = off
    set enable_seqscan = off  -- how many rows a block has is not known before
    set parallel_tuple_cost = 0  -- nor that a hash is little beside the row it is made of
as $$
declare
    given constant bigint := coalesce(pg_sequence_last_value('catalog.products_product_id_seq'::regclass), 0);
    are_most constant boolean := 2000 * cardinality(blocks) > given;
begin
    if are_most then
        perform set_config('enable_seqscan', 'on', true);
    end if;
    return query execute format(
        $query$
        select a.block, p.product_id, sha256(convert_to(row(%1$s)::text, 'UTF8'))
        from unnest($1, $2) a (block, tick)
        join catalog.products p on %2$s
        join catalog.changes m on m.change_id = p.made_by
        where m.tick_id <= a.tick
        $query$, 'p.' || replace(columns, ', ', ', p.'),
        case
            when are_most then 'p.product_id / 1000 = a.block'
            else 'p.product_id >= a.block * 1000 and p.product_id < a.block * 1000 + 1000'
        end)
    using blocks, ticks;
    return query execute format(
        $query$
        select a.block, v.product_id, sha256(convert_to(row(%1$s)::text, 'UTF8'))
        from catalog.changes e
        join catalog.product_versions v on v.ended_by = e.change_id
        join unnest($1, $2) a (block, tick) on a.block = v.product_id / 1000
        where (e.tick_id > $3 or e.tick_id is null) and (e.tick_id > a.tick or e.tick_id is null)
          and (select m.tick_id from catalog.changes m where m.change_id = v.made_by) <= a.tick
        $query$, 'v.' || replace(columns, ', ', ', v.'))
    using blocks, ticks, since;
end
$$;

-- Rows that are not as they were sealed, of all blocks or some. Only of a broken block the hashes are kept, to name the row.
create or replace function catalog.product_problems(only_blocks bigint[] default null, since bigint default -1) returns table (tick bigint, problem text)
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
            ), found as (
                select i.block, count(*) as rows, sha256(string_agg(i.hash, ''::bytea order by i.product_id)) as hash
                from catalog.product_images(
                    catalog.image_columns(format), array(select a.block from asked a order by a.block),
                    array(select a.tick_id from asked a order by a.block), product_problems.since) i
                group by 1
            ), broken as materialized (
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
                select i.block, i.product_id, substr(i.hash, 1, 4) as mark
                from catalog.product_images(
                    catalog.image_columns(format), array(select b.block from broken b order by b.block),
                    array(select b.tick_id from broken b order by b.block), product_problems.since) i
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
    -- No hash covers the marks, by which the newest seal of a block is the one that counts.
    return query
        select max(s.tick_id), format('products from %s to %s are not looked at: their newest seal has lost its marks', s.block * 1000, s.block * 1000 + 999)
        from catalog.product_seals s
        where only_blocks is null or s.block = any (only_blocks)
        group by s.block
        having max(s.seal_id) is distinct from max(s.seal_id) filter (where s.marks is not null)
        order by 1, 2;
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
