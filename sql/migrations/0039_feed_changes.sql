-- catalog: works-with 0031
-- A feed of what became of products, in the order of commits: who keeps the cursor of the last event it has read misses nothing and reads
-- nothing twice. Changed and deleted products are found by their versions, created ones by the ranges of numbers that each insert gave
-- them: an index on products.made_by would cost each load, and each update its place in the page.
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
grant select on sequence catalog.products_product_id_seq to catalog_history;

-- The newest product, whosever it is. Without the policies, which show catalog_history none.
create function catalog.newest_product(out product_id bigint, out made_by bigint)
    language sql stable security definer
    set search_path = pg_catalog
as $$
    select p.product_id, p.made_by from catalog.products p order by p.product_id desc limit 1
$$;
revoke execute on function catalog.newest_product() from public;
grant execute on function catalog.newest_product() to catalog_history;

set local role catalog_history;

create table catalog.created_products (
    change_id bigint not null,
    first_product_id bigint not null,
    last_product_id bigint not null,
    version_id bigint not null,
    constraint created_products_are_a_range check (first_product_id <= last_product_id)
);
comment on table catalog.created_products is
    'the numbers that an insert gave its products, others'' of the same moment among them: those whose first version the change made are its own';
comment on column catalog.created_products.version_id is 'the newest version when the insert had ended: it puts the insert between updates';
create index created_products_change_id_idx on catalog.created_products (change_id, first_product_id);
create trigger created_products_refuse_change before update or delete on catalog.created_products
    for each row execute function catalog.refuse_history_change();
create trigger created_products_refuse_truncate before truncate on catalog.created_products
    for each statement execute function catalog.refuse_history_change();

alter table catalog.changes add column place bigint;
comment on column catalog.changes.place is
    'order within the tick: who changed what another had changed, or took a key that another had given up, comes after it';

-- A statement within a trigger of another one takes the other's beginning: the range may be too wide, which does no harm.
create function catalog.begin_creation() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    if pg_trigger_depth() = 1 or coalesce(current_setting('catalog.last_product_id', true), '') = '' then
        perform set_config('catalog.last_product_id', (case when s.is_called then s.last_value else s.last_value - 1 end)::text, true)
        from catalog.products_product_id_seq s;
    end if;
    return null;
end
$$;

create function catalog.end_creation() returns trigger
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
    select case when s.is_called then s.last_value else s.last_value - 1 end into given from catalog.products_product_id_seq s;
    select * into newest from catalog.newest_product();
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

create function catalog.note_created_product() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
begin
    insert into catalog.created_products (change_id, first_product_id, last_product_id, version_id)
    select catalog.current_change(), new.product_id, new.product_id, case when s.is_called then s.last_value else 0 end
    from catalog.product_versions_version_id_seq s;
    return null;
end
$$;

create trigger products_begin_creation before insert on catalog.products
    for each statement execute function catalog.begin_creation();
create trigger products_end_creation after insert on catalog.products
    for each statement execute function catalog.end_creation();
-- A product that comes back under its old number, as a revert does it, and one that gets another number or another vendor, to whom it is new.
create trigger products_note_returned after insert on catalog.products
    for each row when (new.product_id <= nullif(current_setting('catalog.last_product_id', true), '')::bigint)
    execute function catalog.note_created_product();
create trigger products_note_moved after update of vendor_id, product_id on catalog.products
    for each row when (new.vendor_id <> old.vendor_id or new.product_id <> old.product_id)
    execute function catalog.note_created_product();

-- The triggers are there and their lock is held: what follows is all there is. Of what was created and changed since, the versions know.
set local role catalog_owner;
create temporary table creations on commit drop as
select i.made_by, min(i.product_id) as first, max(i.product_id) as last
from (
    select f.made_by, f.product_id, f.product_id - row_number() over (partition by f.made_by order by f.product_id) as island
    from (
        select p.made_by, p.product_id
        from catalog.products p
        where not exists (select from catalog.product_versions v where v.product_id = p.product_id)
        union all
        select v.made_by, v.product_id
        from catalog.product_versions v
        where not exists (
            select from catalog.product_versions b where b.product_id = v.product_id and b.version_id < v.version_id)
    ) f
    where f.made_by <> 0
) i
group by i.made_by, i.island;
grant select on creations to catalog_history;
set local role catalog_history;
insert into catalog.created_products (change_id, first_product_id, last_product_id, version_id) select c.made_by, c.first, c.last, 0 from creations c;

drop trigger changes_refuse_change on catalog.changes;
update catalog.changes c set place = coalesce((select 2 * max(v.version_id) from catalog.product_versions v where v.ended_by = c.change_id), 0)
where c.tick_id is not null;
create trigger changes_refuse_change before update on catalog.changes
    for each row when (old.tick_id is not null) execute function catalog.refuse_history_change();

-- As before, and with the order within the tick: a version is newer than all that had been written when the one it ended was committed.
-- Who waits for news is woken, once a tick.
create or replace function audit.tick(wait boolean default true) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    closing catalog.ticks;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) then
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
    ), counted as (
        select count(*) as changes from taking
    )
    insert into catalog.ticks (tick_id, at, changes, prev_hash)
    select closing.tick_id, greatest(clock_timestamp(), closing.at + interval '1 microsecond'), c.changes, closing.prev_hash
    from counted c
    where c.changes > 0
    returning * into closing;
    if not found then return null; end if;
    update catalog.ticks t set hash = catalog.tick_hash(closing) where t.tick_id = closing.tick_id;
    perform pg_notify('catalog.changes', closing.tick_id::text);
    return closing.tick_id;
end
$$;

alter table catalog.created_products enable row level security;
create policy created_products_service on catalog.created_products for select to catalog_owner, catalog_auditor using (true);
-- A vendor's own products alone are looked for in them.
create policy created_products_order on catalog.created_products for select to catalog_vendor using (true);
grant select on catalog.created_products to catalog_owner, catalog_auditor, catalog_vendor;
grant select (place) on catalog.changes to catalog_vendor;
grant select (hash) on catalog.ticks to catalog_vendor;
revoke execute on function catalog.begin_creation(), catalog.end_creation(), catalog.note_created_product() from public;

set local role catalog_owner;

create function audit.changes_head() returns text
    language sql stable
    set search_path = pg_catalog
as $$
    select t.tick_id || '-' || left(encode(t.hash, 'hex'), 8) from catalog.ticks t order by t.tick_id desc limit 1
$$;
comment on function audit.changes_head is 'the cursor behind all changes so far: from there on audit.changes_since has what is yet to come';

-- What a cursor says: TICK-SEAL is behind a whole tick, TICK-CHANGE-PART-KEY-SEAL behind one event. The seal is the beginning of the tick's
-- hash: a cursor of another history, or of one that was set back since, is refused instead of passing over what is new.
create function catalog.feed_position(
    after_cursor text, out tick bigint, out place bigint, out change bigint, out part integer, out key bigint)
    language plpgsql stable
    set search_path = pg_catalog
as $$
declare
    words constant text[] := regexp_match(after_cursor, '^([0-9]{1,18})-(?:([0-9]{1,18})-([12])-([0-9]{1,18})-)?([0-9a-f]{8})$');
begin
    if after_cursor is null then
        tick := 0;
        return;
    elsif words is null then
        raise exception '''%'' is no cursor of the change feed', left(after_cursor, 100)
            using errcode = 'invalid_parameter_value', hint = 'give the cursor of an event as it was read, or none to begin with the first';
    end if;
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
end
$$;

-- The next changes behind a place, of all vendors or those that may have to do with one: an upload writes products of its vendor only.
create function catalog.feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text)
    returns table (tick_id bigint, seen_at timestamptz, seal text, place bigint, change_id bigint)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
#variable_conflict use_column
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
            join catalog.ticks t using (tick_id)
            order by c.tick_id, c.place, c.change_id;
    else
        return query
            select c.tick_id, t.at, left(encode(t.hash, 'hex'), 8), c.place, c.change_id
            from (
                select c.tick_id, c.place, c.change_id
                from catalog.upload_history u
                join catalog.changes c on c.upload_id = u.upload_id
                where u.vendor_id = feed_changes.vendor and c.tick_id >= greatest(after_tick, 1)
                union all
                select c.tick_id, c.place, c.change_id
                from catalog.changes c
                where c.upload_id is null and c.tick_id >= greatest(after_tick, 1)
            ) c
            join catalog.ticks t using (tick_id)
            where c.tick_id > after_tick or (c.place, c.change_id) > (after_place, after_change)
            order by c.tick_id, c.place, c.change_id
            limit 256;
    end if;
end
$$;

-- As text: a body that was parsed looks otherwise on each version of PostgreSQL.
create function catalog.feed_image(image jsonb) returns jsonb
    language sql immutable parallel safe
    set search_path = pg_catalog
as $$
    select image - array[
        'made_by', 'version_id', 'valid_to', 'operation', 'superseded_by', 'changed_by', 'ended_by', 'format_id', 'row_hash']
$$;

create function catalog.feed_fields(before jsonb, after jsonb) returns text[]
    language sql immutable parallel safe
    set search_path = pg_catalog
as $$
    select array(
        select b.key from jsonb_each(before) b join jsonb_each(after) a using (key)
        where b.value <> a.value and b.key not in ('upload_id', 'valid_from', 'line_number', 'created_at')
        order by b.key)
$$;

-- Names as JSON over HTTP and the commands have them.
create function catalog.camel_case(name text) returns text
    language sql immutable parallel safe
    set search_path = pg_catalog
as $$
    select lower(left(name, 1)) || substr(replace(initcap(replace(name, '_', ' ')), ' ', ''), 2)
$$;

create function catalog.camel_case(image jsonb) returns jsonb
    language sql immutable parallel safe
    set search_path = pg_catalog
as $$
    select jsonb_object_agg(catalog.camel_case(i.key), i.value) from jsonb_each(image) i
$$;

create function audit.changes_since(after_cursor text default null, at_most integer default 1000, of_vendor text default null)
    returns table (
        cursor text, tick_id bigint, seen_at timestamptz, change_id bigint, operation text, vendor_id varchar, vendor_product_id varchar,
        product_id bigint, upload_id varchar, fields text[], before jsonb, after jsonb)
    language plpgsql stable
    set search_path = pg_catalog
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    start record;
    at_place record;
    next record;
    spans int8range[];
    slice integer;
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
                                   where b.product_id = p.product_id and b.ended_by = next.change_id and b.made_by <> next.change_id
                                     and (vendor is null or b.vendor_id = vendor))
                             order by p.product_id
                             limit open)
                            union all
                            (select v.product_id
                             from catalog.product_versions v
                             where v.product_id >= lower(r.span) and v.product_id < upper(r.span) and v.product_id > next.key
                               and v.made_by = next.change_id and v.ended_by <> next.change_id and (vendor is null or v.vendor_id = vendor)
                               and not exists (
                                   select from catalog.product_versions b
                                   where b.product_id = v.product_id and b.ended_by = next.change_id and b.made_by <> next.change_id
                                     and (vendor is null or b.vendor_id = vendor))
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
comment on function audit.changes_since is
    'what became of products behind a cursor, in the order of commits: created, changed and deleted ones, with before and after';

revoke execute on function audit.changes_head(), catalog.feed_position(text), catalog.feed_changes(bigint, bigint, bigint, text),
    catalog.feed_image(jsonb), catalog.feed_fields(jsonb, jsonb),
    catalog.camel_case(text), catalog.camel_case(jsonb), audit.changes_since(text, integer, text) from public;
grant execute on function audit.changes_head(), catalog.feed_position(text), catalog.feed_changes(bigint, bigint, bigint, text),
    catalog.feed_image(jsonb), catalog.feed_fields(jsonb, jsonb),
    catalog.camel_case(text), catalog.camel_case(jsonb), audit.changes_since(text, integer, text) to catalog_vendor, catalog_auditor;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
