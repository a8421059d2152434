-- catalog: works-with 0031
-- catalog: no-transaction
-- A page of a vendor's feed costs what is in it, wherever it begins. Its changes come out of an index in their order, together with those that
-- may be anyone's: all that were left of its uploads were put in order for each page. And whatever plan a session has come to keep, what a
-- change created is found by its numbers: a vendor's policy led through all of its products, and who was there before was looked for among
-- all versions that the change had ended. The role is given for as long as this file runs.
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

-- Changes so far. Only who writes products waits.
do $$
begin
    set local role catalog_history;
    perform catalog.require_plain('catalog.upload_history');
    alter table catalog.changes disable trigger changes_refuse_change;
    update catalog.changes c set vendor_id = u.vendor_id
    from catalog.upload_history u
    where u.upload_id = c.upload_id and c.vendor_id is null;
    -- By hand, if all versions are here.
    update catalog.changes c set vendor_id = v.vendor_id
    from (
        select h.change_id, min(v.vendor_id) as vendor_id
        from catalog.changes h
        join catalog.product_versions v on v.ended_by = h.change_id
        where h.upload_id is null and h.tick_id > 0
        group by h.change_id
        having min(v.vendor_id) = max(v.vendor_id) and count(*) = h.versions
    ) v
    where v.change_id = c.change_id and not exists (select from catalog.created_products p where p.change_id = c.change_id);
    alter table catalog.changes enable trigger changes_refuse_change;
end
$$;
create index concurrently changes_vendor_id_idx on catalog.changes (vendor_id, tick_id, place, change_id) where tick_id is not null;

create or replace function catalog.feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text)
    returns table (tick_id bigint, seen_at timestamptz, seal text, place bigint, change_id bigint)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
    set enable_seqscan = off  -- in the order of an index, whatever is guessed of how much there is
    set enable_bitmapscan = off
    set enable_sort = off
    set jit = off
as $$
#variable_conflict use_column
declare
    -- A cursor that names no change is behind the whole tick.
    from_place constant bigint := coalesce(after_place, 9223372036854775807);
    from_change constant bigint := coalesce(after_change, 9223372036854775807);
begin
    -- Two questions, so that each has its plan.
    if vendor is null then
        return query
            select c.tick_id, t.at, left(encode(t.hash, 'hex'), 8), c.place, c.change_id
            from (
                select c.tick_id, c.place, c.change_id
                from catalog.changes c
                where c.tick_id >= greatest(after_tick, 1)
                  and (c.tick_id > after_tick or (c.place, c.change_id) > (after_place, after_change))
                order by c.tick_id, c.place, c.change_id
                limit 256
            ) c
            cross join lateral (select t.at, t.hash from catalog.ticks t where t.tick_id = c.tick_id limit 1) t
            order by c.tick_id, c.place, c.change_id;
    else
        -- That it is this vendor is said by two bounds: no other index than the one by vendor has that order.
        return query
            select c.tick_id, t.at, left(encode(t.hash, 'hex'), 8), c.place, c.change_id
            from (
                (select c.tick_id, c.place, c.change_id
                 from catalog.changes c
                 where (c.vendor_id, c.tick_id, c.place, c.change_id) > (feed_changes.vendor, after_tick, from_place, from_change)
                   and c.vendor_id <= feed_changes.vendor and c.tick_id > 0
                 order by c.vendor_id, c.tick_id, c.place, c.change_id
                 limit 256)
                union all
                (select c.tick_id, c.place, c.change_id
                 from catalog.changes c
                 where c.vendor_id is null and (c.tick_id, c.place, c.change_id) > (after_tick, from_place, from_change) and c.tick_id > 0
                   and (c.upload_id is null
                       or feed_changes.vendor = (select u.vendor_id from catalog.upload_history u where u.upload_id = c.upload_id))
                 order by c.vendor_id, c.tick_id, c.place, c.change_id
                 limit 256)
                order by 1, 2, 3
                limit 256
            ) c
            cross join lateral (select t.at, t.hash from catalog.ticks t where t.tick_id = c.tick_id limit 1) t
            order by c.tick_id, c.place, c.change_id;
    end if;
end
$$;

create or replace function audit.changes_since(after_cursor text default null, at_most integer default 1000, of_vendor text default null)
    returns table (
        cursor text, tick_id bigint, seen_at timestamptz, change_id bigint, operation text, vendor_id varchar, vendor_product_id varchar,
        product_id bigint, upload_id varchar, fields text[], before jsonb, after jsonb)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
    set enable_seqscan = off  -- as in catalog.feed_changes: not through all products of a vendor, whose policy names an index of theirs
    set enable_bitmapscan = off
    set enable_sort = off
    set jit = off
as $$
#variable_conflict use_column
declare
    start record;
    at_place record;
    next record;
    spans int8range[];
    slice integer;
    first_ended bigint;
    last_ended bigint;
    open integer := at_most;
    written integer;
    vendor constant text := case
        when pg_has_role(current_user, 'catalog_owner', 'usage') or pg_has_role(current_user, 'catalog_auditor', 'usage') then of_vendor
        else coalesce(catalog.current_vendor_id(), '') end;
begin
    start := catalog.feed_position(after_cursor);
    at_place := start;
    loop
        -- The rest of the change that the cursor is in, then those behind it.
        for next in
            select t.tick_id, t.at as seen_at, left(encode(t.hash, 'hex'), 8) as seal, start.place as place, start.change as change_id,
                start.part as part, start.key as key
            from catalog.ticks t
            where t.tick_id = start.tick and start.change is not null
            union all
            select c.tick_id, c.seen_at, c.seal, c.place, c.change_id, 1, 0
            from catalog.feed_changes(at_place.tick, at_place.place, at_place.change, vendor) c
            order by 1, 4, 5
        loop
            exit when open <= 0;
            -- Changed and deleted.
            if next.part = 1 then
                return query
                    select concat_ws('-', next.tick_id, next.change_id, 1, e.version_id, next.seal), next.tick_id, next.seen_at, next.change_id,
                        case when e.after is null then 'deleted' else 'changed' end, e.vendor_id, e.vendor_product_id, e.product_id,
                        e.superseded_by, case when e.after is not null then catalog.feed_fields(e.before, e.after) end, e.before, e.after
                    from (
                        select v.version_id, coalesce(i.vendor_id, v.vendor_id) as vendor_id,
                            coalesce(i.vendor_product_id, v.vendor_product_id) as vendor_product_id, v.product_id, v.superseded_by,
                            catalog.feed_image(to_jsonb(v)) as before, catalog.feed_image(i.image) as after
                        from catalog.product_versions v
                        left join lateral (
                            select p.vendor_id, p.vendor_product_id, to_jsonb(p) as image
                            from catalog.products p
                            where p.product_id = v.product_id and p.made_by = next.change_id
                            union all
                            select w.vendor_id, w.vendor_product_id, to_jsonb(w)
                            from catalog.product_versions w
                            where w.product_id = v.product_id and w.made_by = next.change_id and w.ended_by <> next.change_id
                            limit 1
                        ) i on vendor is null or i.vendor_id = vendor
                        where v.ended_by = next.change_id and v.made_by <> next.change_id and v.version_id > next.key
                          and (vendor is null or v.vendor_id = vendor)
                        order by v.version_id
                        limit open
                    ) e
                    order by e.version_id;
                get diagnostics written = row_count;
                open := open - written;
                next.key := 0;
            end if;
            -- Created, some ranges at a time: nearly always there is one.
            spans := array(
                select unnest(range_agg(int8range(c.first_product_id, c.last_product_id, '[]')))
                from catalog.created_products c
                where c.change_id = next.change_id and c.last_product_id > next.key);
            -- Between which versions lie those that the change ended: of a product there are few, of the change there may be many.
            if cardinality(spans) > 0 then
                first_ended := (
                    select v.version_id from catalog.product_versions v where v.ended_by = next.change_id
                    order by v.ended_by, v.version_id limit 1);
                last_ended := (
                    select v.version_id from catalog.product_versions v where v.ended_by = next.change_id
                    order by v.ended_by desc, v.version_id desc limit 1);
            end if;
            -- With offset 0 it is asked of each product by itself.
            for slice in 1..cardinality(spans) by 64 loop
                exit when open <= 0;
                return query
                    select concat_ws('-', next.tick_id, next.change_id, 2, e.product_id, next.seal), next.tick_id, next.seen_at,
                        next.change_id, 'created', i.vendor_id, i.vendor_product_id, e.product_id, i.upload_id, null::text[], null::jsonb,
                        catalog.feed_image(i.image)
                    from (
                        select k.product_id
                        from unnest(spans[slice:slice + 63]) r (span)
                        cross join lateral (
                            (select p.product_id
                             from catalog.products p
                             where p.product_id >= lower(r.span) and p.product_id < upper(r.span) and p.product_id > next.key
                               and p.made_by = next.change_id and (vendor is null or p.vendor_id = vendor)
                               and not exists (
                                   select from catalog.product_versions b
                                   where b.product_id = p.product_id and b.version_id between first_ended and last_ended
                                     and b.ended_by = next.change_id and b.made_by <> next.change_id
                                     and (vendor is null or b.vendor_id = vendor)
                                   offset 0)
                             order by p.product_id
                             limit open)
                            union all
                            (select v.product_id
                             from catalog.product_versions v
                             where v.product_id >= lower(r.span) and v.product_id < upper(r.span) and v.product_id > next.key
                               and v.made_by = next.change_id and v.ended_by <> next.change_id and (vendor is null or v.vendor_id = vendor)
                               and not exists (
                                   select from catalog.product_versions b
                                   where b.product_id = v.product_id and b.version_id between first_ended and last_ended
                                     and b.ended_by = next.change_id and b.made_by <> next.change_id
                                     and (vendor is null or b.vendor_id = vendor)
                                   offset 0)
                             order by v.product_id
                             limit open)
                        ) k
                        order by k.product_id
                        limit open
                    ) e
                    cross join lateral (
                        select p.vendor_id, p.vendor_product_id, p.upload_id, to_jsonb(p) as image
                        from catalog.products p
                        where p.product_id = e.product_id and p.made_by = next.change_id
                        union all
                        select w.vendor_id, w.vendor_product_id, w.upload_id, to_jsonb(w)
                        from catalog.product_versions w
                        where w.product_id = e.product_id and w.made_by = next.change_id and w.ended_by <> next.change_id
                    ) i
                    order by e.product_id;
                get diagnostics written = row_count;
                open := open - written;
            end loop;
            at_place.tick := next.tick_id;
            at_place.place := next.place;
            at_place.change := next.change_id;
            start.change := null;
        end loop;
        exit when open <= 0 or not found;
    end loop;
end
$$;

drop index concurrently catalog.changes_by_hand_idx;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
