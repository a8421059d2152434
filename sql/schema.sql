
-- Name: audit; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA audit;

-- Name: SCHEMA audit; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA audit IS 'views and functions for people with psql';

-- Name: catalog; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA catalog;

-- Name: SCHEMA catalog; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA catalog IS 'the product catalogue, its uploads and their history';

-- Name: enrichment; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA enrichment;

-- Name: SCHEMA enrichment; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA enrichment IS 'contacts and companies to be enriched, the providers that know more of them, and what they said';

-- Name: intake; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA intake;

-- Name: SCHEMA intake; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA intake IS 'objects that arrived in a bucket, and where they go';

-- Name: jobs; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA jobs;

-- Name: SCHEMA jobs; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA jobs IS 'the queue; insert into jobs.jobs enqueues, catalog jobs status shows';

-- Name: relay; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA relay;

-- Name: SCHEMA relay; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA relay IS 'small objects on their way into archives on another store; catalog relay status shows';

-- Name: retention; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA retention;

-- Name: SCHEMA retention; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA retention IS 'which tables are in partitions by time, how long these are kept, and where those went that are no longer here';

-- Name: product_image; Type: TYPE; Schema: audit; Owner: -

CREATE TYPE audit.product_image AS (
	product_id bigint,
	vendor_id character varying(50),
	vendor_product_id character varying(100) COLLATE pg_catalog."C",
	product_name character varying(200),
	category character varying(100),
	subcategory character varying(100),
	description character varying(2000),
	sku character varying(100) COLLATE pg_catalog."C",
	brand character varying(100),
	price numeric(10,2),
	compare_at_price numeric(10,2),
	stock_quantity integer,
	unit character varying(20),
	weight_kg numeric(10,3),
	dimensions_cm character varying(50),
	image_url character varying(2048),
	status text,
	upload_id character varying(50),
	valid_from timestamp with time zone,
	made_by bigint,
	line_number integer,
	attributes jsonb
);

-- Name: TYPE product_image; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON TYPE audit.product_image IS 'a product as it was at some moment';

-- Name: brief(text, integer); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.brief(value text, width integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when length(value) > width then left(value, width - 1) || '…' else value end
$$;

-- Name: FUNCTION brief(value text, width integer); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.brief(value text, width integer) IS 'a text, cut where it is longer';

-- Name: changes_head(); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.changes_head() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select t.tick_id || '-' || left(encode(t.hash, 'hex'), 8) from catalog.ticks t order by t.tick_id desc limit 1
$$;

-- Name: FUNCTION changes_head(); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.changes_head() IS 'the cursor behind all changes so far: from there on audit.changes_since has what is yet to come';

-- Name: changes_since(text, integer, text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.changes_since(after_cursor text DEFAULT NULL::text, at_most integer DEFAULT 1000, of_vendor text DEFAULT NULL::text) RETURNS TABLE(cursor text, tick_id bigint, seen_at timestamp with time zone, change_id bigint, operation text, vendor_id character varying, vendor_product_id character varying, product_id bigint, upload_id character varying, fields text[], before jsonb, after jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET jit TO 'off'
    AS $$
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

-- Name: FUNCTION changes_since(after_cursor text, at_most integer, of_vendor text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.changes_since(after_cursor text, at_most integer, of_vendor text) IS 'what became of products behind a cursor, in the order of commits: created, changed and deleted ones, with before and after';

-- Name: cut(timestamp with time zone, bigint); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog'
    AS $$
declare
    newest catalog.ticks;
    released constant timestamptz := catalog.released_until();
    began constant timestamptz := case current_setting('transaction_isolation')
        when 'read committed' then statement_timestamp() else transaction_timestamp() end;
begin
    is_early := false;
    is_present := moment > began;
    if is_present then return; end if;
    if moment < released then
        raise exception 'the history before % is released', released
            using errcode = 'object_not_in_prerequisite_state', hint = 'catalog retention status lists what was released, catalog retention restore brings it back';
    end if;

    select * into newest from catalog.ticks t order by t.tick_id desc limit 1;
    if moment > newest.at then
        if pg_is_in_recovery() then
            raise exception 'this standby knows the history until %', newest.at
                using errcode = 'object_not_in_prerequisite_state', hint = 'ask for an earlier moment, or the primary';
        end if;
        -- The lock goes with the block, so that no reader holds up the next tick.
        begin
            perform pg_advisory_xact_lock_shared(1785684595, -1);
            raise exception using errcode = 'CT001';
        exception when sqlstate 'CT001' then null;
        end;
        if exists (select from catalog.changes c where c.tick_id is null and c.began_at <= moment) then
            raise notice 'changes since % are not recorded in a tick yet, and not in the answer', newest.at
                using hint = 'a worker records them once a second; select audit.tick() does so now';
        end if;
    end if;

    select t.tick_id into tick from catalog.ticks t where t.at <= moment order by t.at desc limit 1;
    is_early := tick is null;
    if tick > seen then
        changes := array(select c.change_id from catalog.changes c where c.tick_id = cut.tick);
    end if;
end
$$;

-- Name: FUNCTION cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean) IS 'the last tick at or before a moment, for audit.products_as_of';

-- Name: head(); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.head(OUT tick bigint, OUT at timestamp with time zone, OUT head text) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
    select t.tick_id, t.at, t.tick_id || ':' || encode(t.hash, 'hex') from catalog.ticks t order by t.tick_id desc limit 1
$$;

-- Name: FUNCTION head(OUT tick bigint, OUT at timestamp with time zone, OUT head text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.head(OUT tick bigint, OUT at timestamp with time zone, OUT head text) IS 'the newest tick and its hash, which stands for the whole past: kept elsewhere, it proves later that nothing was rewritten';

-- Name: history_problems(); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.history_problems() RETURNS TABLE(tick bigint, problem text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
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

-- Name: product_history(text, text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.product_history(vendor text, vendor_product_id text) RETURNS TABLE(valid_from timestamp with time zone, valid_to timestamp with time zone, made_by_upload character varying, ended_by text, ended_by_upload character varying, ended_by_user text, price numeric, stock_quantity integer, product_name character varying, category character varying, sku character varying, image jsonb, made_by_change bigint, ended_by_change bigint)
    LANGUAGE sql STABLE
    SET "TimeZone" TO 'UTC'
    AS $$
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

-- Name: FUNCTION product_history(vendor text, vendor_product_id text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.product_history(vendor text, vendor_product_id text) IS 'every version of the products that have or had this key, oldest first: who and which upload made it, who ended it; the last row is the current one';

-- Name: products_as_of(timestamp with time zone); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.products_as_of(at timestamp with time zone) RETURNS SETOF audit.product_image
    LANGUAGE sql STABLE
    AS $$
    with cut as (
        select c.* from audit.cut(products_as_of.at, (select max(t.tick_id) from catalog.ticks t)) c
    )
    -- from now on: what there is
    select p.product_id, p.vendor_id, p.vendor_product_id, p.product_name, p.category, p.subcategory, p.description, p.sku, p.brand, p.price, p.compare_at_price, p.stock_quantity, p.unit, p.weight_kg, p.dimensions_cm, p.image_url, p.status, p.upload_id, p.valid_from, p.made_by, p.line_number, p.attributes
    from catalog.products p
    where (select c.is_present from cut c)
    union all
    -- what was made by then and has not ended since
    select p.product_id, p.vendor_id, p.vendor_product_id, p.product_name, p.category, p.subcategory, p.description, p.sku, p.brand, p.price, p.compare_at_price, p.stock_quantity, p.unit, p.weight_kg, p.dimensions_cm, p.image_url, p.status, p.upload_id, p.valid_from, p.made_by, p.line_number, p.attributes
    from catalog.products p
    where (select c.tick is not null from cut c)
      and exists (
        select from catalog.changes m
        where m.change_id = p.made_by and (m.tick_id <= (select c.tick from cut c) or m.change_id = any ((select c.changes from cut c)::bigint[])))
    union all
    -- what was made by then and had not ended
    select v.product_id, v.vendor_id, v.vendor_product_id, v.product_name, v.category, v.subcategory, v.description, v.sku, v.brand, v.price, v.compare_at_price, v.stock_quantity, v.unit, v.weight_kg, v.dimensions_cm, v.image_url, v.status, v.upload_id, v.valid_from, v.made_by, v.line_number, v.attributes
    from catalog.product_versions v
    where (select c.tick is not null from cut c)
      and exists (
        select from catalog.changes m
        where m.change_id = v.made_by and (m.tick_id <= (select c.tick from cut c) or m.change_id = any ((select c.changes from cut c)::bigint[])))
      and not exists (
        select from catalog.changes e
        where e.change_id = v.ended_by and (e.tick_id <= (select c.tick from cut c) or e.change_id = any ((select c.changes from cut c)::bigint[])))
    union all
    -- before changes were recorded: as the statements' clocks have it
    select p.product_id, p.vendor_id, p.vendor_product_id, p.product_name, p.category, p.subcategory, p.description, p.sku, p.brand, p.price, p.compare_at_price, p.stock_quantity, p.unit, p.weight_kg, p.dimensions_cm, p.image_url, p.status, p.upload_id, p.valid_from, p.made_by, p.line_number, p.attributes
    from catalog.products p
    where (select c.is_early from cut c) and p.made_by = 0 and p.valid_from <= products_as_of.at
    union all
    select v.product_id, v.vendor_id, v.vendor_product_id, v.product_name, v.category, v.subcategory, v.description, v.sku, v.brand, v.price, v.compare_at_price, v.stock_quantity, v.unit, v.weight_kg, v.dimensions_cm, v.image_url, v.status, v.upload_id, v.valid_from, v.made_by, v.line_number, v.attributes
    from catalog.product_versions v
    where (select c.is_early from cut c) and v.made_by = 0 and v.valid_from <= products_as_of.at
      and (v.ended_by <> 0 or products_as_of.at < v.valid_to)
$$;

-- Name: FUNCTION products_as_of(at timestamp with time zone); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.products_as_of(at timestamp with time zone) IS 'the catalogue as it stood at a moment, to the second: an answer about the past stays what it is';

-- Name: changes; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.changes (
    change_id bigint NOT NULL,
    actor text NOT NULL,
    upload_id character varying(50),
    request_id text,
    began_at timestamp with time zone NOT NULL,
    backend integer NOT NULL,
    tick_id bigint,
    versions bigint,
    rows_hash bytea,
    database_user text,
    place bigint,
    vendor_id character varying(50)
)
WITH (fillfactor='80');

-- Name: TABLE changes; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.changes IS 'one row for each transaction that wrote products, or for each upload in it';

-- Name: COLUMN changes.actor; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.actor IS 'token:ID, jwt:SUBJECT, os:USER of a command, job:KIND of a worker; database user NAME of a change by hand';

-- Name: COLUMN changes.backend; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.backend IS 'process of the server that wrote it: with began_at it tells a transaction from all others';

-- Name: COLUMN changes.tick_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.tick_id IS 'null until the next tick takes it up';

-- Name: COLUMN changes.versions; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.versions IS 'how many versions the change ended';

-- Name: COLUMN changes.rows_hash; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.rows_hash IS 'SHA-256 of the hashes of those versions, in their order';

-- Name: COLUMN changes.database_user; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.database_user IS 'the login that wrote it, which nobody can choose; null before this was recorded';

-- Name: COLUMN changes.place; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.place IS 'order within the tick: who changed what another had changed, or took a key that another had given up, comes after it';

-- Name: COLUMN changes.vendor_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.changes.vendor_id IS 'whose products alone it may have written: of its upload; by hand, if it created none, of the versions that it ended';

-- Name: notifications; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.notifications (
    notification_id bigint NOT NULL,
    upload_id character varying(50) NOT NULL,
    kind text NOT NULL,
    recipient text,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT notifications_kind_is_known CHECK ((kind = 'upload-finished'::text)),
    CONSTRAINT notifications_sent_have_a_time CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT notifications_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'sent'::text, 'undeliverable'::text])))
);

-- Name: TABLE notifications; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.notifications IS 'outbox: written with the result it announces, delivered at least once';

-- Name: COLUMN notifications.state; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.notifications.state IS 'pending -> sent | undeliverable (nobody to send it to, or refused for good); a failed attempt stays pending with its error';

-- Name: product_versions; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.product_versions (
    version_id bigint NOT NULL,
    product_id bigint NOT NULL,
    vendor_id character varying(50) NOT NULL,
    vendor_product_id character varying(100) NOT NULL COLLATE pg_catalog."C",
    product_name character varying(200) NOT NULL,
    category character varying(100) NOT NULL,
    subcategory character varying(100),
    description character varying(2000),
    sku character varying(100) NOT NULL COLLATE pg_catalog."C",
    brand character varying(100),
    price numeric(10,2) NOT NULL,
    compare_at_price numeric(10,2),
    stock_quantity integer NOT NULL,
    unit character varying(20),
    weight_kg numeric(10,3),
    dimensions_cm character varying(50),
    image_url character varying(2048),
    status text NOT NULL,
    upload_id character varying(50),
    created_at timestamp with time zone NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_to timestamp with time zone NOT NULL,
    operation text NOT NULL,
    superseded_by character varying(50),
    changed_by text DEFAULT SESSION_USER NOT NULL,
    made_by bigint NOT NULL,
    ended_by bigint NOT NULL,
    format_id integer,
    row_hash bytea,
    line_number integer,
    attributes jsonb,
    CONSTRAINT product_versions_end_after_they_begin CHECK ((valid_to >= valid_from)),
    CONSTRAINT product_versions_operation_is_known CHECK ((operation = ANY (ARRAY['update'::text, 'delete'::text, 'revert'::text])))
);

-- Name: TABLE product_versions; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.product_versions IS 'every superseded or deleted version of a product, written by triggers whatever changed it; plain inserts write nothing here';

-- Name: COLUMN product_versions.superseded_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.superseded_by IS 'the upload that ended this version; null when it was done by hand';

-- Name: COLUMN product_versions.changed_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.changed_by IS 'the actor of the change that ended this version';

-- Name: COLUMN product_versions.made_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.made_by IS 'the change that made this version; 0 is all that was there before changes were recorded';

-- Name: COLUMN product_versions.ended_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.ended_by IS 'the change that ended this version; 0 before changes were recorded';

-- Name: COLUMN product_versions.row_hash; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.row_hash IS 'SHA-256 of the columns of catalog.version_formats as text; null of versions that are older than hashes, which change 0 covers';

-- Name: products; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.products (
    product_id bigint NOT NULL,
    vendor_id character varying(50) NOT NULL,
    vendor_product_id character varying(100) NOT NULL COLLATE pg_catalog."C",
    product_name character varying(200) NOT NULL,
    category character varying(100) NOT NULL,
    subcategory character varying(100),
    description character varying(2000),
    sku character varying(100) NOT NULL COLLATE pg_catalog."C",
    brand character varying(100),
    price numeric(10,2) NOT NULL,
    compare_at_price numeric(10,2),
    stock_quantity integer NOT NULL,
    unit character varying(20),
    weight_kg numeric(10,3),
    dimensions_cm character varying(50),
    image_url character varying(2048),
    status text DEFAULT 'active'::text NOT NULL,
    upload_id character varying(50),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    valid_from timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    made_by bigint DEFAULT (NULLIF(current_setting('catalog.change_id'::text, true), ''::text))::bigint NOT NULL,
    line_number integer,
    attributes jsonb,
    CONSTRAINT products_attributes_are_texts CHECK (((attributes IS NULL) OR ((jsonb_typeof(attributes) = 'object'::text) AND (attributes <> '{}'::jsonb) AND (NOT (attributes @? '$.*?(@.type() != "string")'::jsonpath))))),
    CONSTRAINT products_compare_at_price_in_range CHECK (((compare_at_price >= 0.01) AND (compare_at_price <= 999999.99))),
    CONSTRAINT products_image_url_is_http CHECK (((image_url)::text ~* '^https?://.'::text)),
    CONSTRAINT products_price_in_range CHECK (((price >= 0.01) AND (price <= 999999.99))),
    CONSTRAINT products_required_text_is_given CHECK ((((vendor_product_id)::text <> ''::text) AND ((product_name)::text <> ''::text) AND ((sku)::text <> ''::text))),
    CONSTRAINT products_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text]))),
    CONSTRAINT products_stock_quantity_in_range CHECK (((stock_quantity >= 0) AND (stock_quantity <= 1000000))),
    CONSTRAINT products_weight_kg_in_range CHECK (((weight_kg >= (0)::numeric) AND (weight_kg <= 9999999.999)))
)
WITH (fillfactor='50');

-- Name: COLUMN products.upload_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.upload_id IS 'the upload that made the current version; null when it was changed by hand. No foreign key: it would cost a fifth of the load';

-- Name: COLUMN products.valid_from; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.valid_from IS 'when the statement that made the current version began; when others saw it say the ticks of its change. Former versions are in product_versions';

-- Name: COLUMN products.made_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.made_by IS 'the change that made the current version; 0 is all that was there before changes were recorded';

-- Name: COLUMN products.line_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.line_number IS 'physical line, in the file of upload_id, that made the current version; null by hand, and where the file does not name the product';

-- Name: COLUMN products.attributes; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.attributes IS 'columns of the vendor''s files that are not ours: a text for each name; null where none are kept';

-- Name: ticks; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.ticks (
    tick_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    changes bigint NOT NULL,
    prev_hash bytea,
    hash bytea,
    CONSTRAINT ticks_at_is_a_moment CHECK (isfinite(at))
);

-- Name: TABLE ticks; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.ticks IS 'cuts through the history: all changes of this tick and of those before it were committed, no others';

-- Name: COLUMN ticks.at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.ticks.at IS 'from this moment on the past, as it was asked for, has the changes of this tick';

-- Name: COLUMN ticks.hash; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.ticks.hash IS 'SHA-256 of the hash before it, of number, time, and the hashes of the changes of the tick';

-- Name: upload_history; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.upload_history (
    upload_id character varying(50) NOT NULL,
    vendor_id character varying(50) NOT NULL,
    file_name character varying(255) NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    mode text DEFAULT 'create'::text NOT NULL,
    policy text DEFAULT 'load-valid'::text NOT NULL,
    total_records integer,
    valid_records integer,
    error_records integer,
    created_records integer,
    updated_records integer,
    unchanged_records integer,
    upload_timestamp timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    bucket text,
    object_key text,
    object_version text,
    file_size_bytes bigint,
    file_sha256 text,
    error_file_s3_key text,
    rejected_file_s3_key text,
    failure_type text,
    failure_message text,
    dry_run boolean DEFAULT false NOT NULL,
    warning_records integer,
    empty_cells text DEFAULT 'clear'::text NOT NULL,
    missing_products text DEFAULT 'keep'::text NOT NULL,
    deactivated_records integer,
    encoding text,
    announced_sha256 text,
    file_encoding text,
    encoding_guessed boolean,
    kind text DEFAULT 'file'::text NOT NULL,
    reverts character varying(50),
    deleted_records integer,
    created_by text,
    attempt integer DEFAULT 1 NOT NULL,
    mapping_name character varying(100),
    mapping_version integer,
    sheet text,
    keeps_file boolean DEFAULT false NOT NULL,
    checked_upload_id character varying(50),
    verdict_change jsonb,
    rule_ids integer[],
    parent_upload_id character varying(50),
    CONSTRAINT upload_history_announced_sha256_is_hex CHECK ((announced_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT upload_history_counts_add_up CHECK (((status = ANY (ARRAY['queued'::text, 'processing'::text])) OR ((completed_at IS NOT NULL) AND COALESCE(((valid_records + error_records) = total_records), false)))),
    CONSTRAINT upload_history_dry_runs_are_not_reverted CHECK ((NOT (dry_run AND (status = 'reverted'::text)))),
    CONSTRAINT upload_history_encoding_is_a_name CHECK ((encoding ~ '^[!-.0-~]{1,40}$'::text)),
    CONSTRAINT upload_history_failed_has_a_failure CHECK (((status <> 'failed'::text) OR (failure_type IS NOT NULL))),
    CONSTRAINT upload_history_failures_say_why CHECK (((failure_type IS NULL) = (failure_message IS NULL))),
    CONSTRAINT upload_history_file_sha256_is_hex CHECK ((file_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT upload_history_policy_is_known CHECK ((policy = ANY (ARRAY['load-valid'::text, 'all-or-nothing'::text]))),
    CONSTRAINT upload_history_sheet_is_a_name CHECK (((char_length(sheet) >= 1) AND (char_length(sheet) <= 100))),
    CONSTRAINT upload_history_status_is_known CHECK ((status = ANY (ARRAY['queued'::text, 'processing'::text, 'completed'::text, 'partial'::text, 'failed'::text, 'reverted'::text])))
)
WITH (fillfactor='80');

-- Name: TABLE upload_history; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.upload_history IS 'one row per upload, from its start';

-- Name: COLUMN upload_history.status; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.status IS 'queued -> processing -> completed (no error) | partial (some rows) | failed (nothing loaded); completed, partial -> reverted';

-- Name: COLUMN upload_history.mode; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.mode IS 'create (a known product is an error), upsert (it is updated), update (only known products, only the columns of the file)';

-- Name: COLUMN upload_history.total_records; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.total_records IS 'data rows; valid + error once finished';

-- Name: COLUMN upload_history.object_key; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.object_key IS 'where the file came from: key in the bucket, or path of a local file';

-- Name: COLUMN upload_history.dry_run; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.dry_run IS 'checked and counted like any other, but nothing was loaded';

-- Name: COLUMN upload_history.warning_records; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.warning_records IS 'rows with a warning; they count as valid or as error as if they had none. Null for uploads before warnings were looked for';

-- Name: COLUMN upload_history.empty_cells; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.empty_cells IS 'what an empty cell does to a known product: clear or keep its value';

-- Name: COLUMN upload_history.missing_products; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.missing_products IS 'what becomes of the vendor''s products that the file does not name: keep or deactivate';

-- Name: COLUMN upload_history.deactivated_records; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.deactivated_records IS 'products that became inactive because the file does not name them';

-- Name: COLUMN upload_history.encoding; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.encoding IS 'encoding that was said of this file; null: that of its mapping or its vendor, else it was found (event file.read)';

-- Name: COLUMN upload_history.announced_sha256; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.announced_sha256 IS 'what the file must have, if that was said before it came';

-- Name: COLUMN upload_history.file_encoding; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.file_encoding IS 'encoding in which the file was read; null if it was not read, or before this was noted here (event file.read has it)';

-- Name: COLUMN upload_history.encoding_guessed; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.encoding_guessed IS 'whether nobody said so and it is not UTF-8';

-- Name: COLUMN upload_history.kind; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.kind IS 'file, or revert: what undid another upload';

-- Name: COLUMN upload_history.reverts; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.reverts IS 'the upload that a revert undid';

-- Name: COLUMN upload_history.deleted_records; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.deleted_records IS 'products that a revert deleted, because the upload had created them';

-- Name: COLUMN upload_history.created_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.created_by IS 'who made the upload: token:ID, jwt:SUBJECT, os:USER of a command, or a database user; null before this was recorded';

-- Name: COLUMN upload_history.attempt; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.attempt IS 'how often the file was tried, from 1; who tries it again adds one';

-- Name: COLUMN upload_history.mapping_name; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.mapping_name IS 'mapping that was asked for; once the file was read, the one that was used (catalog.mappings)';

-- Name: COLUMN upload_history.mapping_version; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.mapping_version IS 'version of it that the file was read with; null before that, and without a mapping';

-- Name: COLUMN upload_history.sheet; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.sheet IS 'sheet that was named for a workbook; null: the first visible one with a header (event file.read says which was read)';

-- Name: COLUMN upload_history.keeps_file; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.keeps_file IS 'a dry run whose file is in the store for an hour after its end; false once it was loaded or deleted, and for every other upload';

-- Name: COLUMN upload_history.checked_upload_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.checked_upload_id IS 'the dry run whose file this upload loads; null for every other upload';

-- Name: COLUMN upload_history.verdict_change; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.verdict_change IS 'of an upload that loads a checked file, once it ended: whether it was judged differently than the dry run (changed), and rows that were rejected only now (rejectedSince), only then (acceptedSince)';

-- Name: COLUMN upload_history.rule_ids; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.rule_ids IS 'rules of one''s own that the rows had to meet (catalog.rules.rule_id); null before the file was checked, or if there were none';

-- Name: COLUMN upload_history.parent_upload_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_history.parent_upload_id IS 'the upload whose rejected rows this one brings back, corrected; null: none';

-- Name: product_rows; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.product_rows WITH (security_invoker='true') AS
 SELECT i.version_id,
    i.product_id,
    i.vendor_id,
    i.vendor_product_id,
    i.sku,
    i.product_name,
    i.price,
    i.stock_quantity,
    i.status,
    i.upload_id,
    i.line_number,
    u.file_name,
    u.file_sha256,
    u.bucket,
    u.object_key,
    u.object_version,
    u.upload_timestamp AS uploaded_at,
    i.made_by AS change_id,
    m.actor,
    m.began_at,
    m.tick_id,
    t.at AS seen_at,
    i.ended_by AS ended_by_change,
    e.actor AS ended_by_actor,
    e.upload_id AS ended_by_upload,
    x.at AS ended_at,
    n.recipient AS notified,
    n.sent_at AS notified_at
   FROM ((((((( SELECT NULL::bigint AS version_id,
            p.product_id,
            p.vendor_id,
            p.vendor_product_id,
            p.sku,
            p.product_name,
            p.price,
            p.stock_quantity,
            p.status,
            p.upload_id,
            p.line_number,
            p.made_by,
            NULL::bigint AS ended_by
           FROM catalog.products p
        UNION ALL
         SELECT v.version_id,
            v.product_id,
            v.vendor_id,
            v.vendor_product_id,
            v.sku,
            v.product_name,
            v.price,
            v.stock_quantity,
            v.status,
            v.upload_id,
            v.line_number,
            v.made_by,
            v.ended_by
           FROM catalog.product_versions v) i
     LEFT JOIN catalog.upload_history u USING (upload_id))
     LEFT JOIN catalog.changes m ON ((m.change_id = i.made_by)))
     LEFT JOIN catalog.ticks t ON ((t.tick_id = m.tick_id)))
     LEFT JOIN catalog.changes e ON ((e.change_id = i.ended_by)))
     LEFT JOIN catalog.ticks x ON ((x.tick_id = e.tick_id)))
     LEFT JOIN catalog.notifications n ON (((n.upload_id)::text = (i.upload_id)::text)));

-- Name: VIEW product_rows; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.product_rows IS 'every version of every product, current ones without version_id, with the line and the file it came from, who made and ended it, and who was told';

-- Name: row_of_version(bigint); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.row_of_version(version bigint) RETURNS SETOF audit.product_rows
    LANGUAGE sql STABLE
    AS $$
    select r.* from audit.product_rows r where r.version_id = row_of_version.version
$$;

-- Name: FUNCTION row_of_version(version bigint); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.row_of_version(version bigint) IS 'where a version came from: file, line, change, actor and mail';

-- Name: sku_holders(text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.sku_holders(upload text) RETURNS TABLE(row_number integer, line_number integer, sku character varying, vendor_id character varying, vendor_product_id character varying, product_id bigint, held_since timestamp with time zone)
    LANGUAGE sql STABLE
    AS $$
    select e.row_number, e.line_number, p.sku, p.vendor_id, p.vendor_product_id, p.product_id, p.created_at
    from catalog.validation_errors e
    join catalog.products p on p.sku = e.rejected_value collate "C"
    where e.upload_id = sku_holders.upload and e.error_type = 'DUPLICATE_SKU'
    order by e.row_number
$$;

-- Name: FUNCTION sku_holders(upload text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.sku_holders(upload text) IS 'for staff: whose products hold the SKUs that an upload could not use';

-- Name: tick(boolean, boolean); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.tick(wait boolean DEFAULT true, tells boolean DEFAULT true) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    closing catalog.ticks;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) and not exists (select from catalog.seals s where s.tick_id is null) then
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
                (select 2 * max(p.version_id) + 1 from catalog.created_products p where p.change_id = c.change_id), 0),
            vendor_id = case
                when c.upload_id is not null then c.vendor_id
                when not exists (select from catalog.created_products p where p.change_id = c.change_id) then (
                    select min(v.vendor_id) from catalog.product_versions v
                    where v.ended_by = c.change_id
                    having min(v.vendor_id) = max(v.vendor_id))
            end
        where c.tick_id is null
        returning c.change_id
    ), sealing as (
        update catalog.seals s set tick_id = closing.tick_id where s.tick_id is null returning s.seal_id
    ), counted as (
        select (select count(*) from taking) as changes, (select count(*) from sealing) as seals
    )
    insert into catalog.ticks (tick_id, at, changes, prev_hash)
    select closing.tick_id, greatest(clock_timestamp(), closing.at + interval '1 microsecond'), c.changes, closing.prev_hash
    from counted c
    where c.changes > 0 or c.seals > 0
    returning * into closing;
    if not found then return null; end if;
    update catalog.ticks t set hash = catalog.tick_hash(closing) where t.tick_id = closing.tick_id;
    if tells then
        perform pg_notify('catalog.changes', closing.tick_id::text);
    end if;
    return closing.tick_id;
end
$$;

-- Name: FUNCTION tick(wait boolean, tells boolean); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.tick(wait boolean, tells boolean) IS 'gives the changes that are committed and have no tick the next one, and returns its number; null if there is none. Workers call it once a second';

-- Name: upload_diff(text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.upload_diff(upload text) RETURNS TABLE(vendor_product_id character varying, sku character varying, operation text, field text, old_value text, new_value text)
    LANGUAGE sql STABLE
    SET "TimeZone" TO 'UTC'
    AS $$
    with own as (
        select catalog.changes_of_upload(upload_diff.upload) as changes,
            (select u.vendor_id from catalog.upload_history u where u.upload_id = upload_diff.upload) as vendor_id
    ), ended as (
        select distinct on (v.product_id) v.product_id, v.vendor_product_id, v.sku, to_jsonb(v) as image
        from catalog.product_versions v
        where v.ended_by = any ((select o.changes from own o)::bigint[]) and v.made_by <> all ((select o.changes from own o)::bigint[])
           or v.superseded_by = upload_diff.upload and v.ended_by = 0
        order by v.product_id, v.version_id
    ), made as (
        select p.product_id, p.vendor_product_id, p.sku, to_jsonb(p) as image, null::bigint as version_id
        from catalog.products p
        where p.vendor_id = (select o.vendor_id from own o) and p.upload_id = upload_diff.upload
        union all
        select p.product_id, p.vendor_product_id, p.sku, to_jsonb(p), null
        from catalog.products p
        join ended e using (product_id)
        where p.upload_id is distinct from upload_diff.upload and p.made_by = any ((select o.changes from own o)::bigint[])
        union all
        select v.product_id, v.vendor_product_id, v.sku, to_jsonb(v), v.version_id
        from catalog.product_versions v
        where v.made_by = any ((select o.changes from own o)::bigint[]) and v.ended_by <> all ((select o.changes from own o)::bigint[])
    ), pairs as (
        select coalesce(m.vendor_product_id, e.vendor_product_id) as vendor_product_id, coalesce(m.sku, e.sku) as sku,
            e.image as before, m.image as after
        from ended e
        full join made m using (product_id)
    )
    select p.vendor_product_id, p.sku,
        case when p.before is null then 'created' when p.after is null then 'removed' else 'changed' end,
        f.key, f.old, f.new
    from pairs p
    left join lateral (
        select b.key, b.value as old, a.value as new
        from jsonb_each_text(p.before - 'attributes') b
        join jsonb_each_text(p.after - 'attributes') a using (key)
        where b.value is distinct from a.value
          -- of the row, not of the product
          and b.key not in (
              'upload_id', 'valid_from', 'made_by', 'line_number', 'created_at', 'version_id', 'valid_to', 'operation', 'superseded_by',
              'changed_by', 'ended_by', 'format_id', 'row_hash')
        union all
        select 'attribute.' || key, b.value, a.value
        from jsonb_each_text(coalesce(nullif(p.before -> 'attributes', 'null'), '{}')) b
        full join jsonb_each_text(coalesce(nullif(p.after -> 'attributes', 'null'), '{}')) a using (key)
        where b.value is distinct from a.value
    ) f on p.before is not null and p.after is not null
    where p.before is null or p.after is null or f.key is not null
    order by 1, 4
$$;

-- Name: FUNCTION upload_diff(upload text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.upload_diff(upload text) IS 'what an upload did to products: created, removed, or changed, with each field''s old and new value';

-- Name: upload_timeline(text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.upload_timeline(upload text) RETURNS TABLE(at timestamp with time zone, what text, who text, detail jsonb)
    LANGUAGE sql STABLE
    AS $$
    select e.at, e.event, e.detail ->> 'by', e.detail from catalog.upload_events e where e.upload_id = upload_timeline.upload
    union all
    select c.began_at, 'products changed', c.actor, jsonb_build_object('change', c.change_id, 'tick', c.tick_id)
    from catalog.changes c where c.upload_id = upload_timeline.upload
    union all
    select t.at, 'products seen by others', null, jsonb_build_object('tick', t.tick_id)
    from catalog.changes c join catalog.ticks t using (tick_id) where c.upload_id = upload_timeline.upload
    union all
    select n.sent_at, 'notified', n.recipient, '{}' from catalog.notifications n where n.upload_id = upload_timeline.upload and n.sent_at is not null
    order by 1
$$;

-- Name: FUNCTION upload_timeline(upload text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.upload_timeline(upload text) IS 'all that happened to an upload, in the order of time';

-- Name: utc(timestamp with time zone); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.utc(moment timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select to_char(moment at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
$$;

-- Name: FUNCTION utc(moment timestamp with time zone); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.utc(moment timestamp with time zone) IS 'a moment in UTC, to the second, whatever the time zone of the session';

-- Name: verify_history(text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.verify_history(head text DEFAULT NULL::text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
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

-- Name: FUNCTION verify_history(head text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.verify_history(head text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint) IS 'recomputes all hashes of the history and names the first altered, missing or reordered row; given a head that was kept, proves that the past is still that of the head';

-- Name: add_product_column(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.add_product_column(name text, definition text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    execute format('alter table catalog.products add column %I %s', add_product_column.name, add_product_column.definition);
    perform catalog.add_version_column(add_product_column.name);
    perform catalog.write_products_as_of();
end
$$;

-- Name: FUNCTION add_product_column(name text, definition text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.add_product_column(name text, definition text) IS 'adds an optional column to products and to their history: name and type, as varchar(50); for migrations';

-- Name: add_version_column(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.add_version_column(name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    kind text := (
        select format_type(a.atttypid, a.atttypmod)
            || coalesce((select format(' collate %s', a.attcollation::regcollation) from pg_type t where t.oid = a.atttypid and t.typcollation <> a.attcollation), '')
        from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attname = add_version_column.name and a.attnum > 0 and not a.attisdropped);
begin
    perform catalog.require_plain_types('catalog.products'::regclass);
    if kind is not null then
        execute format('alter table catalog.product_versions add column if not exists %I %s', add_version_column.name, kind);
    end if;
    insert into catalog.version_formats (columns)
    select catalog.version_format()
    where catalog.version_format() <> (select f.columns from catalog.version_formats f order by f.format_id desc limit 1);
end
$$;

-- Name: FUNCTION add_version_column(name text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.add_version_column(name text) IS 'gives versions a column that products have, or have no more';

-- Name: ambiguous_keys(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.ambiguous_keys() RETURNS TABLE(vendor_id text, product_id bigint, field text, stored text, canonical text, collides_with bigint)
    LANGUAGE sql STABLE
    AS $$
        with keys as (
            select p.vendor_id, p.product_id, 'sku' as field, p.sku as stored, catalog.canonical_key(p.sku) as canonical
            from catalog.products p where p.sku ~ '[^ -~]'
            union all
            select p.vendor_id, p.product_id, 'vendor_product_id', p.vendor_product_id, catalog.canonical_key(p.vendor_product_id)
            from catalog.products p where p.vendor_product_id ~ '[^ -~]'
        ), others as (
            select k.* from keys k where k.canonical <> k.stored
        )
        select o.vendor_id::text, o.product_id, o.field, o.stored::text, o.canonical,
            coalesce(
                case o.field
                    when 'sku' then (select p.product_id from catalog.products p where p.sku = o.canonical)
                    else (
                        select p.product_id from catalog.products p
                        where p.vendor_id = o.vendor_id and p.vendor_product_id = o.canonical)
                end,
                (
                    select min(k.product_id) from others k
                    where k.field = o.field and k.canonical = o.canonical and k.product_id <> o.product_id
                        and (k.field = 'sku' or k.vendor_id = o.vendor_id)))
        from others o
        order by o.field, o.canonical, o.product_id
    $$;

-- Name: FUNCTION ambiguous_keys(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.ambiguous_keys() IS 'products whose SKU or vendor product id has another form than the one in which files are read now, and the product that has, or would have, the same key in that form';

-- Name: announce_token_change(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.announce_token_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    perform pg_notify('catalog.api_tokens', old.token_id);
    return null;
end
$$;

-- Name: attach_history_partition(text, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.attach_history_partition(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    execute format(
        'alter table catalog.%I attach partition catalog.%I for values from (%s) to (%s)', name, partition,
        case when isfinite(from_at) then quote_literal(from_at) else 'minvalue' end,
        case when isfinite(until_at) then quote_literal(until_at) else 'maxvalue' end);
end
$$;

-- Name: begin_change(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.begin_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    upload constant text := nullif(current_setting('catalog.upload_id', true), '');
    change bigint := catalog.current_change();
    vendor text;
begin
    if change is null then
        if upload is not null and not catalog.is_own_upload(upload) then
            raise exception 'upload % is not at work in this session: nothing is written in its name', upload
                using errcode = 'restrict_violation', hint = 'reset catalog.upload_id: a change by hand has no upload';
        elsif upload is not null then
            -- Its table was just found plain, and is held.
            select u.vendor_id into vendor from catalog.upload_history u where u.upload_id = upload;
        end if;
        insert into catalog.changes (actor, upload_id, request_id, began_at, backend, database_user, vendor_id)
        values (
            case
                -- as releases before this one load
                when upload is not null and coalesce(current_setting('catalog.actor', true), '') = '' then 'upload ' || upload
                else catalog.current_actor()
            end,
            upload, nullif(current_setting('catalog.request_id', true), ''), transaction_timestamp(), pg_backend_pid(), session_user, vendor)
        returning change_id into change;
        perform set_config('catalog.change_id', change::text, true);
    end if;
    perform set_config('catalog.loading_change', case when upload is null then '-1' else change::text end, true);
    return null;
end
$$;

-- Name: begin_creation(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.begin_creation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if pg_trigger_depth() = 1 or coalesce(current_setting('catalog.last_product_id', true), '') = '' then
        perform set_config(
            'catalog.last_product_id', coalesce(pg_sequence_last_value('catalog.products_product_id_seq'::regclass), 0)::text, true);
    end if;
    return null;
end
$$;

-- Name: begin_product_image(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.begin_product_image() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
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

-- Name: camel_case(jsonb); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.camel_case(image jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
    select jsonb_object_agg(catalog.camel_case(i.key), i.value) from jsonb_each(image) i
$$;

-- Name: camel_case(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.camel_case(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
    select lower(left(name, 1)) || substr(replace(initcap(replace(name, '_', ' ')), ' ', ''), 2)
$$;

-- Name: canonical_key(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.canonical_key(key text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(NORMALIZE(regexp_replace(regexp_replace(key, '[\u00AD\u034F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0]'::text, ''::text, 'g'::text), '[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]'::text, ' '::text, 'g'::text), NFC), ('^[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+'::text || '|[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+$'::text), ''::text, 'g'::text);

-- Name: FUNCTION canonical_key(key text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.canonical_key(key text) IS 'the form in which keys are stored and compared: NFC, without characters of no width, with ordinary spaces, trimmed of white space';

-- Name: change_hash(catalog.changes); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.change_hash(change catalog.changes) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    RETURN sha256(convert_to(concat_ws('|'::text, (change).change_id, quote_nullable((change).actor), quote_nullable(((change).upload_id)::text), quote_nullable((change).request_id), EXTRACT(epoch FROM (change).began_at), (change).versions, encode((change).rows_hash, 'hex'::text), quote_literal((change).database_user)), 'UTF8'::name));

-- Name: changes_of_upload(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.changes_of_upload(upload text) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if exists (
        select from catalog.changes c
        join catalog.released_ranges('product_versions') r on c.began_at >= r.from_at and c.began_at < r.until_at
        where c.upload_id = changes_of_upload.upload)
    then
        raise exception 'what upload % changed is released', changes_of_upload.upload
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'catalog retention status lists what was released, catalog retention restore brings it back';
    end if;
    return array(select c.change_id from catalog.changes c where c.upload_id = changes_of_upload.upload);
end
$$;

-- Name: FUNCTION changes_of_upload(upload text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.changes_of_upload(upload text) IS 'the changes in which an upload wrote products';

-- Name: count_upload(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.count_upload() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if tg_op <> 'INSERT' and catalog.counted_upload(old) then
        update catalog.vendor_totals t
        set uploads = t.uploads - 1, failed_uploads = t.failed_uploads - (old.status = 'failed')::integer,
            total_records = t.total_records - coalesce(old.total_records, 0), valid_records = t.valid_records - coalesce(old.valid_records, 0),
            error_records = t.error_records - coalesce(old.error_records, 0)
        where t.vendor_id = old.vendor_id;
    end if;
    if tg_op <> 'DELETE' and catalog.counted_upload(new) then
        insert into catalog.vendor_totals as t
            (vendor_id, uploads, failed_uploads, total_records, valid_records, error_records, last_upload_at)
        values (
            new.vendor_id, 1, (new.status = 'failed')::integer, coalesce(new.total_records, 0), coalesce(new.valid_records, 0),
            coalesce(new.error_records, 0), new.upload_timestamp)
        on conflict (vendor_id) do update
        set uploads = t.uploads + 1, failed_uploads = t.failed_uploads + excluded.failed_uploads,
            total_records = t.total_records + excluded.total_records, valid_records = t.valid_records + excluded.valid_records,
            error_records = t.error_records + excluded.error_records,
            last_upload_at = greatest(t.last_upload_at, excluded.last_upload_at);
    end if;
    if tg_op <> 'INSERT' then
        delete from catalog.upload_error_counts c where c.upload_id = old.upload_id;
    end if;
    if tg_op <> 'DELETE' and new.status not in ('queued', 'processing') and new.error_records > 0 then
        insert into catalog.upload_error_counts (upload_id, vendor_id, upload_timestamp, error_type, errors)
        select new.upload_id, new.vendor_id, new.upload_timestamp, e.key, e.value::bigint
        from json_each_text(catalog.error_counts(new.upload_id)) e;
    end if;
    return null;
end
$$;

-- Name: counted_upload(catalog.upload_history); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.counted_upload(u catalog.upload_history) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select u.status not in ('queued', 'processing') and not u.dry_run and u.kind = 'file'
$$;

-- Name: current_actor(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.current_actor() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    said constant text := left(nullif(current_setting('catalog.actor', true), ''), 300);
    may_be_silent boolean;
begin
    if not pg_has_role(session_user, 'catalog_app', 'usage') then
        return 'database user ' || session_user || coalesce(' as ' || said, '');
    elsif said is not null then
        return said;
    end if;
    perform catalog.require_plain('migrations.instances'), catalog.require_plain('migrations.applied');
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

-- Name: FUNCTION current_actor(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.current_actor() IS 'who this transaction writes for, as history records it';

-- Name: current_change(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.current_change() RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    return (
        select c.change_id
        from catalog.changes c
        where c.change_id = nullif(current_setting('catalog.change_id', true), '')::bigint
          and c.backend = pg_backend_pid() and c.began_at = transaction_timestamp() and age(c.xmin) <= 0
          and c.upload_id is not distinct from nullif(current_setting('catalog.upload_id', true), ''));
end
$$;

-- Name: FUNCTION current_change(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.current_change() IS 'the change that this transaction writes; null if it has written no product yet';

-- Name: current_vendor_id(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.current_vendor_id() RETURNS text
    LANGUAGE sql STABLE
    RETURN NULLIF(current_setting('catalog.vendor_id'::text, true), ''::text);

-- Name: FUNCTION current_vendor_id(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.current_vendor_id() IS 'the vendor whose rows catalog_vendor may see: set local catalog.vendor_id';

-- Name: cut_history(text, text, timestamp with time zone, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.cut_history(name text, step text, bound timestamp with time zone, partition text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '500ms'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
declare
    rest constant text := name || '_rest';
    ends constant text := name || '_rest_ends';
    span record;
    sealed catalog.sealed_tables;
begin
    select * into span from catalog.partition_bounds(catalog.history_partition(name, rest));
    select * into sealed from catalog.sealed_tables s where s.table_name = cut_history.name;
    case step
        when 'check' then
            perform catalog.drop_rest_checks(name);
            execute format(
                'alter table catalog.%I add constraint %I check (%s%I < %L::timestamptz) not valid', rest, ends,
                case when isfinite(span.from_at) then format('%L::timestamptz <= %I and ', span.from_at, sealed.time_column) else '' end,
                sealed.time_column, bound);
        when 'look' then
            execute format('alter table catalog.%I validate constraint %I', rest, ends);
        when 'cut' then
            if not starts_with(partition, name || '_') then
                raise exception 'catalog.% is no partition of the history', partition using errcode = 'undefined_table';
            end if;
            execute format('lock table catalog.%I in access exclusive mode', name);
            execute format('alter table catalog.%I detach partition catalog.%I', name, rest);
            execute format('alter table catalog.%I rename to %I', rest, partition);
            perform catalog.make_history_partition(name, rest);
            perform catalog.attach_history_partition(name, partition, span.from_at, bound);
            perform catalog.attach_history_partition(name, rest, bound, 'infinity');
            execute format('alter table catalog.%I drop constraint %I', partition, ends);
    end case;
end
$$;

-- Name: describe_action(jsonb, jsonb); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.describe_action(before jsonb, after jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog'
    AS $$
    select set_config('catalog.action_before', coalesce(describe_action.before::text, ''), true),
        set_config('catalog.action_after', coalesce(describe_action.after::text, ''), true)
$$;

-- Name: FUNCTION describe_action(before jsonb, after jsonb); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.describe_action(before jsonb, after jsonb) IS 'says what audit.actions is to have as before and after of this transaction';

-- Name: detach_history(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.detach_history(name text, partition text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '500ms'
    AS $_$
declare
    leaving regclass;
    span record;
    row_count bigint;
    wrong text;
begin
    if name = 'product_versions' then
        if to_regclass(format('catalog.%I', partition)) is not null then
            return;  -- by a run that was cut off
        end if;
        select v.from_at, v.until_at into span from catalog.version_spans() v where v.partition_name = detach_history.partition;
        if not found and exists (
            select from catalog.history_releases r
            where r.table_name = 'product_versions' and r.partition_name = detach_history.partition and r.operation = 'release')
        then
            return;  -- somebody dropped what was taken out
        elsif not found then
            raise exception 'no versions of % are here', partition using errcode = 'undefined_table';
        end if;
    else
        leaving := catalog.history_partition(name, partition);
        if not (select c.relispartition from pg_class c where c.oid = leaving) then
            return;  -- by a run that was cut off
        end if;
        select * into span from catalog.partition_bounds(leaving);
        execute format('lock table catalog.%I in access exclusive mode', name);
    end if;
    if partition = name || '_rest' then
        execute format('select count(*) from %s', leaving) into row_count;
        if row_count > 0 then
            raise exception 'catalog.% has rows', partition using errcode = 'object_not_in_prerequisite_state';
        end if;
        execute format('alter table catalog.%I detach partition %s', name, leaving);
        return;
    elsif span.until_at > clock_timestamp() - interval '90 days' then
        raise exception 'catalog.% ended at %: history is kept for 90 days at least', partition, span.until_at
            using errcode = 'restrict_violation';
    end if;
    if name = 'product_versions' then
        perform catalog.make_history_partition(name, partition);
        perform set_config('catalog.releasing', name, true);
        execute format(
            'with gone as (
                 delete from catalog.product_versions v using catalog.changes c
                 where c.began_at >= $1 and c.began_at < $2 and c.tick_id is not null and v.ended_by = c.change_id
                 returning v.*)
             insert into catalog.%I select * from gone', partition) using span.from_at, span.until_at;
        perform set_config('catalog.releasing', '', true);
        leaving := catalog.history_partition(name, partition);
    else
        execute format('alter table catalog.%I detach partition %s', name, leaving);
    end if;
    select p.problem into wrong from catalog.partition_problems(name, leaving::text, span.from_at, span.until_at) p limit 1;
    if wrong is not null then
        raise exception 'catalog.% stays: %', partition, wrong
            using errcode = 'object_not_in_prerequisite_state', hint = 'catalog audit verify';
    end if;
    execute format('select count(*) from %s', leaving) into row_count;
    insert into catalog.history_releases (table_name, operation, partition_name, from_at, until_at, answers_from, rows, actor, database_user)
    select name, 'release', partition, span.from_at, span.until_at,
        case when name = 'product_versions' then greatest(span.until_at, (
            select max(t.at) from catalog.changes c join catalog.ticks t using (tick_id)
            where c.began_at >= span.from_at and c.began_at < span.until_at)) end,
        row_count, catalog.current_actor(), session_user;
    execute format('grant select on %s to catalog_owner', leaving);
end
$_$;

-- Name: drop_error_partitions(interval); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.drop_error_partitions(keep interval DEFAULT '90 days'::interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$ select retention.drop_ended('catalog', 'validation_errors', keep) $$;

-- Name: FUNCTION drop_error_partitions(keep interval); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.drop_error_partitions(keep interval) IS 'drops the partitions of validation_errors that ended longer ago than the interval, without a copy: catalog retention run makes one';

-- Name: drop_history(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.drop_history(name text, partition text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '500ms'
    AS $$
declare
    leaving constant regclass := catalog.history_partition(name, partition);
begin
    if (select c.relispartition from pg_class c where c.oid = leaving) or not exists (
        select from catalog.history_releases r
        where r.table_name = drop_history.name and r.partition_name = drop_history.partition and r.operation = 'release')
    then
        raise exception 'catalog.% was not released', partition using errcode = 'restrict_violation';
    end if;
    execute format('drop table %s', leaving);
end
$$;

-- Name: drop_product_column(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.drop_product_column(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    execute format('alter table catalog.products drop column %I', drop_product_column.name);
    perform catalog.add_version_column(drop_product_column.name);
    perform catalog.write_products_as_of();
end
$$;

-- Name: FUNCTION drop_product_column(name text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.drop_product_column(name text) IS 'undoes catalog.add_product_column; former versions keep what the column held';

-- Name: drop_rest_checks(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.drop_rest_checks(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
declare
    one record;
begin
    for one in
        select k.conname as check_name from pg_constraint k
        where k.conrelid = format('catalog.%I', name || '_rest')::regclass and k.contype = 'c'
          and not exists (
              select from pg_constraint p
              where p.conrelid = format('catalog.%I', name)::regclass and p.contype = 'c' and p.conname = k.conname)
    loop
        execute format('alter table catalog.%I drop constraint %I', name || '_rest', one.check_name);
    end loop;
end
$$;

-- Name: early_hash(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.early_hash(relation text DEFAULT 'catalog.product_versions'::text, OUT versions bigint, OUT hash bytea) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select coalesce(sum(b.versions), 0)::bigint, sha256(coalesce(string_agg(b.hash, ''::bytea order by b.block), ''::bytea))
    from (
        select h.version_id / 1000000 as block, count(*) as versions, sha256(string_agg(h.hash, ''::bytea order by h.version_id)) as hash
        from catalog.row_hashes(1, 'v.row_hash is null', early_hash.relation) h
        group by 1
    ) b
$$;

-- Name: end_creation(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.end_creation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    change constant bigint := catalog.current_change();
    before constant bigint := current_setting('catalog.last_product_id')::bigint;
    newest record;
    given bigint;
begin
    given := coalesce(pg_sequence_last_value('catalog.products_product_id_seq'::regclass), 0);
    perform catalog.require_plain('catalog.products');
    select p.product_id, p.made_by into newest from catalog.products p order by p.product_id desc limit 1;
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

-- Name: ensure_error_partitions(timestamp with time zone); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.ensure_error_partitions(at timestamp with time zone DEFAULT now()) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    RETURN 0;

-- Name: FUNCTION ensure_error_partitions(at timestamp with time zone); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.ensure_error_partitions(at timestamp with time zone) IS 'does nothing any more: the upkeep makes partitions ahead of time';

-- Name: validation_errors; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.validation_errors (
    error_id bigint NOT NULL,
    upload_id character varying(50) NOT NULL,
    row_number integer NOT NULL,
    line_number integer NOT NULL,
    error_type text NOT NULL,
    error_message text NOT NULL,
    field text,
    rejected_value text,
    original_data jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    rule_name text,
    CONSTRAINT validation_errors_row_number_is_positive CHECK ((row_number > 0))
)
PARTITION BY RANGE (created_at);

-- Name: TABLE validation_errors; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.validation_errors IS 'every error of every rejected row; in partitions by month, which the upkeep makes and releases (retention.tables)';

-- Name: COLUMN validation_errors.row_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors.row_number IS 'first data record is 1';

-- Name: COLUMN validation_errors.line_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors.line_number IS 'physical line of the file, the header is usually line 1';

-- Name: COLUMN validation_errors.original_data; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors.original_data IS 'the row as the vendor wrote it, by column; under _mapped its values after a mapping, under _line a row that could not be split';

-- Name: COLUMN validation_errors.rule_name; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors.rule_name IS 'which rule of one''s own is broken; null for the seven';

-- Name: error_counts(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.error_counts(upload text) RETURNS json
    LANGUAGE sql STABLE
    RETURN (SELECT COALESCE(json_object_agg(c.error_type, c.errors), '{}'::json) AS "coalesce" FROM (SELECT e.error_type, count(*) AS errors FROM catalog.validation_errors e WHERE ((e.upload_id)::text = error_counts.upload) GROUP BY e.error_type) c);

-- Name: FUNCTION error_counts(upload text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.error_counts(upload text) IS 'how many errors of each type an upload has, as a JSON object; with the rights of the caller';

-- Name: extend_history(text, timestamp with time zone[], text[]); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.extend_history(name text, bounds timestamp with time zone[], suffixes text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '500ms'
    AS $_$
declare
    rest constant text := name || '_rest';
    place integer;
    one record;
begin
    if to_regclass(format('catalog.%I', rest)) is not null then
        perform catalog.history_partition(name, rest);
    end if;
    for place in 1..cardinality(bounds) - 1 loop
        perform catalog.make_history_partition(name, name || '_' || suffixes[place]);
        perform catalog.attach_history_partition(name, name || '_' || suffixes[place], bounds[place], bounds[place + 1]);
    end loop;
    if to_regclass(format('catalog.%I', rest)) is null then
        perform catalog.make_history_partition(name, rest);
    else
        select s.time_column as moment into one from catalog.sealed_tables s where s.table_name = extend_history.name;
        execute format(
            'with gone as (delete from catalog.%1$I where %2$I < $1 returning *)
             insert into catalog.%3$I overriding system value select * from gone', rest, one.moment, name) using bounds[cardinality(bounds)];
        perform catalog.drop_rest_checks(name);
    end if;
    perform catalog.attach_history_partition(name, rest, bounds[cardinality(bounds)], 'infinity');
end
$_$;

-- Name: feed_changes(bigint, bigint, bigint, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text) RETURNS TABLE(tick_id bigint, seen_at timestamp with time zone, seal text, place bigint, change_id bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET jit TO 'off'
    AS $$
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

-- Name: feed_fields(jsonb, jsonb); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.feed_fields(before jsonb, after jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
    select array(
        select b.key from jsonb_each(before) b join jsonb_each(after) a using (key)
        where b.value <> a.value and b.key not in ('upload_id', 'valid_from', 'line_number', 'created_at')
        order by b.key)
$$;

-- Name: feed_image(jsonb); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.feed_image(image jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
    select image - array[
        'made_by', 'version_id', 'valid_to', 'operation', 'superseded_by', 'changed_by', 'ended_by', 'format_id', 'row_hash']
$$;

-- Name: feed_position(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.feed_position(after_cursor text, OUT tick bigint, OUT place bigint, OUT change bigint, OUT part integer, OUT key bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $_$
declare
    words constant text[] := regexp_match(after_cursor, '^([0-9]{1,18})-(?:([0-9]{1,18})-([12])-([0-9]{1,18})-)?([0-9a-f]{8})$');
begin
    if after_cursor is null then
        tick := 0;
    elsif words is null then
        raise exception '''%'' is no cursor of the change feed', left(after_cursor, 100)
            using errcode = 'invalid_parameter_value', hint = 'give the cursor of an event as it was read, or none to begin with the first';
    else
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
    end if;
    if (select t.at from catalog.ticks t where t.tick_id = feed_position.tick) < catalog.released_until() then
        raise exception 'changes behind the cursor % are released', coalesce(after_cursor, 'of the beginning')
            using errcode = 'invalid_parameter_value', hint = 'read the catalogue anew, then go on from audit.changes_head()';
    end if;
end
$_$;

-- Name: gauges(text[]); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.gauges(queues text[]) RETURNS TABLE(family text, subject text, state text, value double precision)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    with recursive dead_queues as (
        (select j.queue from jobs.jobs j where j.state = 'dead' order by j.queue limit 1)
        union all
        select (select j.queue from jobs.jobs j where j.state = 'dead' and j.queue > d.queue order by j.queue limit 1)
        from dead_queues d where d.queue is not null
    ), by_queue as materialized (
        select q.queue,
            count(*) filter (where q.state in ('ready', 'parked') and q.run_at <= clock_timestamp()) as ready,
            count(*) filter (where q.state in ('ready', 'parked') and q.run_at > clock_timestamp()) as waiting,
            count(*) filter (where q.state = 'running') as running,
            coalesce(max(q.dead), 0) as dead,
            -- What is made for later is not late before its time.
            extract(epoch from clock_timestamp() - min(case when q.attempt > 0 then q.created_at else q.run_at end)
                filter (where (q.attempt > 0 or q.run_at <= clock_timestamp()))) as oldest,
            exists (select from jobs.paused_queues p where p.queue = q.queue) as is_paused
        from (
            select j.queue, j.state, j.run_at, j.attempt, j.created_at, null::bigint as dead from jobs.jobs j where j.state = 'ready'
            union all select j.queue, j.state, j.run_at, j.attempt, j.created_at, null from jobs.jobs j where j.state = 'parked'
            union all select j.queue, j.state, j.run_at, j.attempt, j.created_at, null from jobs.jobs j where j.state = 'running'
            union all
            select d.queue, null, null, null, null, (
                select count(*) from (
                    select from jobs.jobs j where j.state = 'dead' and j.queue = d.queue limit 10000) counted)
            from dead_queues d where d.queue is not null
            union all select unnest(gauges.queues), null, null, null, null, null
            union all select p.queue, null, null, null, null, null from jobs.paused_queues p
        ) q
        group by q.queue
    ), windows as materialized (
        select w.state, count(*) as windows, min(w.sealed_at) as sealed_at
        from relay.windows w where w.state in ('open', 'sealed', 'packing', 'delivered') group by w.state
    ), covered as materialized (
        select t.period, max(b.until_at) filter (where b.until_at < 'infinity') as until_at
        from retention.kept_tables t
        join pg_namespace n on n.nspname = t.table_schema
        join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
        left join pg_inherits i on i.inhparent = c.oid
        left join lateral retention.bounds(i.inhrelid) b on true
        where c.relkind = 'p'
        group by t.table_schema, t.table_name, t.period
    )
    select 'catalog_jobs', q.queue, s.state, s.jobs::float8
    from by_queue q
    cross join lateral (values ('ready', q.ready), ('waiting', q.waiting), ('running', q.running), ('dead', q.dead)) s (state, jobs)
    union all
    select 'catalog_job_oldest_age_seconds', q.queue, null, greatest(0, coalesce(q.oldest, 0))::float8 from by_queue q
    union all
    select 'catalog_queue_paused', q.queue, null, q.is_paused::integer::float8 from by_queue q
    union all
    select 'catalog_relay_windows', s.state, null, coalesce(w.windows, 0)::float8
    from unnest('{open,sealed,packing,delivered}'::text[]) s (state) left join windows w using (state)
    union all
    select 'catalog_relay_oldest_age_seconds', null, null,
        greatest(0, coalesce(extract(epoch from clock_timestamp() - (select min(w.sealed_at) from windows w)), 0))::float8
    union all
    select f.family, p.provider, null, f.value
    from enrichment.providers p
    left join enrichment.buckets b using (provider)
    cross join lateral (values
        ('catalog_enrichment_credits_left', coalesce(greatest(0, b.credit_budget - b.credits_used)::float8, 'infinity')),
        ('catalog_enrichment_credit_budget', coalesce(b.credit_budget::float8, 'infinity')),
        ('catalog_enrichment_circuit_open', (coalesce(b.blocked_because, '') like 'the circuit is open:%')::integer::float8)
    ) f (family, value)
    union all
    select 'catalog_dead_tuples', null, null, coalesce(pg_stat_get_dead_tuples('jobs.jobs'::regclass), 0)::float8
    union all
    select 'catalog_oldest_transaction_seconds', null, null,
        greatest(0, coalesce(max(extract(epoch from clock_timestamp() - a.xact_start)), 0))::float8
    from pg_stat_activity a
    where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
      and (a.backend_xmin is not null or a.backend_xid is not null)
    union all
    select 'catalog_partitions_missing', null, null, count(*) filter (
        where coalesce(c.until_at, '-infinity') < (date_trunc(c.period, clock_timestamp() at time zone 'UTC')
            + 2 * ('1 ' || c.period)::interval) at time zone 'UTC')::float8
    from covered c
    union all
    select 'catalog_schema_version', null, null, coalesce(max(a.version), 0)::float8 from migrations.applied a
$$;

-- Name: FUNCTION gauges(queues text[]); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.gauges(queues text[]) IS 'what GET /metrics says of the database: queues (those named, and those that have jobs), windows, providers, and what slows the rest down';

-- Name: history_partition(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.history_partition(name text, partition text) RETURNS regclass
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
declare
    found_one regclass;
begin
    select c.oid into found_one
    from catalog.sealed_tables s
    join pg_class p on p.oid = to_regclass(format('catalog.%I', s.table_name))
    join pg_class c on c.relnamespace = p.relnamespace and c.relname = history_partition.partition and c.relkind = 'r'
    where s.table_name = history_partition.name and c.relowner = p.relowner
      and starts_with(c.relname, s.table_name || '_');
    if found_one is null then
        raise exception 'catalog.% is no partition of the history', history_partition.partition using errcode = 'undefined_table';
    end if;
    return found_one;
end
$$;

-- Name: image_columns(integer); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.image_columns(format integer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select i.columns
    from (select split_part(f.columns, ', valid_to, ', 1) as columns from catalog.version_formats f where f.format_id = image_columns.format) i
    where string_to_array(i.columns, ', ') <@ array(
        select quote_ident(a.attname) from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped)
$$;

-- Name: image_operation(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.image_operation(otherwise text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if coalesce(current_setting('catalog.operation', true), '') <> 'revert' then
        return otherwise;
    end if;
    perform catalog.require_plain('catalog.upload_history');
    return case
        when exists (
            select from catalog.upload_history u
            where u.upload_id = nullif(current_setting('catalog.upload_id', true), '') and u.kind = 'revert')
        then 'revert' else otherwise end;
end
$$;

-- Name: is_own_upload(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.is_own_upload(upload text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    maker text;
begin
    perform catalog.require_plain('catalog.upload_history');
    select u.created_by into maker from catalog.upload_history u where u.upload_id = is_own_upload.upload and u.status = 'processing';
    if not found then
        return false;
    elsif not pg_has_role(session_user, 'catalog_app', 'usage') and maker is distinct from catalog.current_actor() then
        return false;
    end if;
    return pg_try_advisory_xact_lock(hashtextextended('catalog.upload ' || is_own_upload.upload, 0));
end
$$;

-- Name: FUNCTION is_own_upload(upload text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.is_own_upload(upload text) IS 'whether the setting catalog.upload_id of this session is believed';

-- Name: keep_deleted_product_images(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.keep_deleted_product_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET jit TO 'off'
    AS $_$
declare
    change bigint := catalog.current_change();
    newest catalog.version_formats;
begin
    perform catalog.require_plain_types(tg_relid);
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
$_$;

-- Name: keep_row_versions(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.keep_row_versions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
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

-- Name: FUNCTION keep_row_versions(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.keep_row_versions() IS 'keeps what a statement changed in catalog.row_versions';

-- Name: keep_updated_product_images(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.keep_updated_product_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET jit TO 'off'
    AS $_$
declare
    change bigint := catalog.current_change();
    newest catalog.version_formats;
begin
    if exists (select from new_images n where n.made_by is distinct from change) then
        raise exception 'the setting catalog.change_id is not given' using errcode = 'restrict_violation';
    end if;
    perform catalog.require_plain_types(tg_relid);
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
$_$;

-- Name: make_history_partition(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.make_history_partition(name text, partition text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if not exists (select from catalog.sealed_tables s where s.table_name = make_history_partition.name)
        or not starts_with(make_history_partition.partition, make_history_partition.name || '_')
    then
        raise exception 'catalog.% is no partition of the history', make_history_partition.partition using errcode = 'undefined_table';
    end if;
    execute format('create table catalog.%I (like catalog.%I including all excluding identity excluding statistics)', partition, name);
    execute format(
        'create trigger %I before truncate on catalog.%I for each statement execute function catalog.refuse_history_change()',
        name || '_refuse_truncate', partition);
end
$$;

-- Name: name_uploader(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.name_uploader() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if tg_op = 'INSERT' then
        new.created_by := catalog.current_actor();
    elsif new.created_by is distinct from old.created_by then
        raise exception 'created_by of upload % stays', old.upload_id using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

-- Name: newest_in_history(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.newest_in_history(name text, partition text) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
    newest timestamptz;
begin
    execute format('select max(%I) from %s',
        (select s.time_column from catalog.sealed_tables s where s.table_name = newest_in_history.name),
        catalog.history_partition(name, partition)) into newest;
    return newest;
end
$$;

-- Name: note_created_product(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.note_created_product() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    insert into catalog.created_products (change_id, first_product_id, last_product_id, version_id)
    select catalog.current_change(), new.product_id, new.product_id, case when s.is_called then s.last_value else 0 end
    from catalog.product_versions_version_id_seq s;
    return null;
end
$$;

-- Name: open_history(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.open_history(name text, partition text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '500ms'
    AS $$
begin
    execute format('grant select on %s to catalog_owner', catalog.history_partition(name, partition));
end
$$;

-- Name: partition_bounds(oid); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.partition_bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
    select coalesce(substring(b.bound from 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
        coalesce(substring(b.bound from 'TO \(''([^'']+)''\)')::timestamptz, 'infinity')
    from (select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c where c.oid = relation) b
$$;

-- Name: partition_problems(text, text, timestamp with time zone, timestamp with time zone, boolean); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.partition_problems(name text, relation text, from_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, until_at timestamp with time zone DEFAULT 'infinity'::timestamp with time zone, is_whole boolean DEFAULT false) RETURNS TABLE(tick bigint, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if name = 'product_versions' then
        return query select * from catalog.version_problems(relation, from_at, until_at, is_whole);
    else
        return query select * from catalog.seal_problems(name, relation, from_at, until_at, is_whole);
    end if;
end
$$;

-- Name: prepare_history(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.prepare_history(name text, partition text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    perform catalog.make_history_partition(name, partition);
    execute format('grant insert on catalog.%I to catalog_owner', partition);
end
$$;

-- Name: product_columns(text, text[]); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.product_columns(prefix text DEFAULT ''::text, without text[] DEFAULT '{}'::text[]) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select string_agg(product_columns.prefix || quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute a
    where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped
      and a.attname <> all (product_columns.without)
$$;

-- Name: FUNCTION product_columns(prefix text, without text[]); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.product_columns(prefix text, without text[]) IS 'the columns of catalog.products as a select list, each with the prefix';

-- Name: product_images(text, bigint[], bigint[], bigint); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.product_images(columns text, blocks bigint[], ticks bigint[], since bigint) RETURNS TABLE(block bigint, product_id bigint, hash bytea)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET parallel_tuple_cost TO '0'
    AS $_$
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
$_$;

-- Name: product_problems(bigint[], bigint); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.product_problems(only_blocks bigint[] DEFAULT NULL::bigint[], since bigint DEFAULT '-1'::integer) RETURNS TABLE(tick bigint, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
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

-- Name: record_action(text, text, boolean); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.record_action(action text, object text DEFAULT NULL::text, is_change boolean DEFAULT NULL::boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if not coalesce(is_change, pg_current_xact_id_if_assigned() is not null) then
        return false;
    end if;
    insert into catalog.actions (actor, database_user, action, object, before, after, request_id)
    select catalog.current_actor(), session_user, record_action.action,
        coalesce(record_action.object, case when c.number = 1 then c.row_key end),
        coalesce(nullif(current_setting('catalog.action_before', true), '')::jsonb, case when c.number <= 100 then c.before end),
        coalesce(
            nullif(current_setting('catalog.action_after', true), '')::jsonb,
            case when c.number <= 100 then c.after else '{"rows": "more than 100: see audit.row_versions"}' end),
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

-- Name: FUNCTION record_action(action text, object text, is_change boolean); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.record_action(action text, object text, is_change boolean) IS 'writes a row of audit.actions, with what this transaction changed';

-- Name: refuse_change(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    raise exception '% of %.% is refused: it would lose history', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation', hint = tg_argv[0];
end
$$;

-- Name: refuse_forged_change(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.refuse_forged_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
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

-- Name: refuse_history_change(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.refuse_history_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    -- By catalog.detach_history alone.
    if tg_op = 'DELETE' and current_user = 'catalog_history' and current_setting('catalog.releasing', true) = tg_table_name then
        return old;
    end if;
    raise exception '% of %.% is refused: history is only added to', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;

-- Name: released_ranges(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.released_ranges(name text) RETURNS TABLE(from_at timestamp with time zone, until_at timestamp with time zone, answers_from timestamp with time zone)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select r.from_at, r.until_at, r.answers_from
    from (
        select distinct on (r.from_at, r.until_at) r.* from catalog.history_releases r
        where r.table_name = released_ranges.name
        order by r.from_at, r.until_at, r.release_id desc
    ) r
    where r.operation = 'release'
$$;

-- Name: released_until(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.released_until() RETURNS timestamp with time zone
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
    select max(r.answers_from) from catalog.released_ranges('product_versions') r
$$;

-- Name: FUNCTION released_until(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.released_until() IS 'questions about moments before it have no whole answer, because versions were released; null if none were';

-- Name: require_plain(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.require_plain(relation text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
declare
    known oid;
begin
    execute format('lock table %s in access share mode', relation);
    known := relation::regclass;
    if exists (select from pg_class c where c.oid = known and c.relkind not in ('r', 'p')) or exists (
        select from pg_policy p
        where p.polrelid = known and p.polcmd in ('r', '*')
          and (p.polroles = '{0}' or p.polroles @> array['catalog_history'::regrole::oid])
          and pg_get_expr(p.polqual, p.polrelid) is distinct from 'true')
    then
        raise exception '% is not what history may read: it is no table, or its policies ask functions', relation
            using errcode = 'insufficient_privilege', hint = 'catalog migrate verify';
    end if;
end
$$;

-- Name: require_plain_types(oid); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.require_plain_types(relation oid) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
declare
    name text := (
        select a.attname from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and t.typnamespace <> 'pg_catalog'::regnamespace
        limit 1);
begin
    if name is not null then
        raise exception 'column % of % has a type that is not the server''s own: history does not keep it', name, relation::regclass
            using errcode = 'feature_not_supported';
    end if;
end
$$;

-- Name: restore_history(text, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.restore_history(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '500ms'
    AS $$
declare
    coming constant regclass := catalog.history_partition(name, partition);
    wrong text;
    row_count bigint;
begin
    execute format('revoke all on %s from catalog_owner', coming);
    execute format('lock table %s in share row exclusive mode', coming);
    if not exists (
        select from catalog.released_ranges(name) r where r.from_at = restore_history.from_at and r.until_at = restore_history.until_at)
    then
        raise exception 'catalog.% from % until % is not released', name, from_at, until_at using errcode = 'object_not_in_prerequisite_state';
    end if;
    select p.problem into wrong from catalog.partition_problems(name, coming::text, from_at, until_at) p limit 1;
    if wrong is not null then
        raise exception 'these are not the rows that left: %', wrong using errcode = 'restrict_violation';
    end if;
    execute format('select count(*) from %s', coming) into row_count;
    if name = 'product_versions' then
        execute format('insert into catalog.product_versions overriding system value select * from %s', coming);
        execute format('drop table %s', coming);
    else
        perform catalog.attach_history_partition(name, partition, from_at, until_at);
    end if;
    insert into catalog.history_releases (table_name, operation, partition_name, from_at, until_at, rows, actor, database_user)
    values (name, 'restore', partition, from_at, until_at, row_count, catalog.current_actor(), session_user);
end
$$;

-- Name: revert_upload(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.revert_upload(upload text) RETURNS TABLE(vendor_product_id character varying, sku character varying, reason text)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    SET jit TO 'off'
    SET work_mem TO '32MB'
    AS $$
#variable_conflict use_column
declare
    target catalog.upload_history;
    own bigint[];
    undone bigint[];
    is_early boolean;
    has_ranges boolean;
    spans int8multirange;
    is_known boolean;
    restorable integer;
    recreatable integer;
    undoing text := 'UPLOAD_' || to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD_HH24MISS') || '_' || left(md5(gen_random_uuid()::text), 6);
    deleted integer;
    restored integer := 0;
    recreated integer := 0;
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
           or is_early and v.ended_by = 0 and v.superseded_by = target.upload_id and v.operation = 'update'
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
    get diagnostics restorable = row_count;
    is_known := restorable > 0;
    if has_ranges then
        spans := (
            select range_agg(int8range(c.first_product_id, c.last_product_id, '[]')) from catalog.created_products c where c.change_id = any (own));
    end if;
    -- An upload that only changed products, each of them once, has nothing else that could be among them.
    if is_known and (has_ranges is not true or spans is not null or exists (select from catalog.product_versions v where v.made_by = any (own))) then
        create unique index reverting_product_id_idx on reverting (product_id);
    end if;

    -- Created by it, and changed or deleted since.
    insert into reverting
    select distinct on (v.product_id) v.product_id, v.vendor_product_id, coalesce(p.sku, v.sku), null::bigint, p.product_id is not null,
        case when p.product_id is null then 'deleted since' else 'changed since' end
    from catalog.product_versions v
    left join catalog.products p using (product_id)
    where (v.made_by = any (own) or is_early and v.upload_id = target.upload_id)
      and (p.upload_id = target.upload_id or p.made_by = any (own)) is not true
      and not (is_known and exists (select from reverting r where r.product_id = v.product_id))
      and (p.product_id is not null or not exists (
          select from catalog.product_versions l
          where l.product_id = v.product_id and l.version_id > v.version_id and l.ended_by = any (own)) and v.ended_by <> all (own))
    order by v.product_id, v.version_id;

    -- Created by the upload and still as it made them; a revert has created again what the upload it undid had deleted. By product_id, and not
    -- by the vendor's key: right after a load nothing is known of the vendor's rows, and its index looks as good.
    if has_ranges then
        delete from catalog.products p
        where p.product_id >= lower(spans) and p.product_id < upper(spans) and spans @> p.product_id
          and (p.upload_id = target.upload_id or p.made_by = any (own)) and p.vendor_id is not distinct from target.vendor_id
          and not (is_known and exists (select from reverting r where r.product_id = p.product_id));
    else
        delete from catalog.products p
        where p.product_id = any (array(
            select p.product_id from catalog.products p where p.vendor_id = target.vendor_id and p.upload_id = target.upload_id
            union
            select p.product_id
            from catalog.products p
            join catalog.product_versions v using (product_id)
            where v.ended_by = any (undone) and p.made_by = any (own)))
          and not (is_known and exists (select from reverting r where r.product_id = p.product_id));
    end if;
    get diagnostics deleted = row_count;

    select count(*) filter (where r.reason is null and r.is_there), count(*) filter (where r.reason is null and not r.is_there),
        count(*) filter (where r.reason is not null)
    into restorable, recreatable, kept
    from reverting r;

    -- What the trigger of each updated row would write stands here already.
    if restorable > 0 then
        execute format(
            'update catalog.products p
             set (%s, valid_from, made_by) =
                 (%s, greatest(statement_timestamp(), p.valid_from), current_setting(''catalog.change_id'')::bigint)
             from reverting r
             join catalog.product_versions v using (version_id)
             where p.product_id = r.product_id and r.is_there and r.reason is null',
            catalog.product_columns('', fixed), catalog.product_columns('v.', fixed));
        get diagnostics restored = row_count;
    end if;

    if recreatable > 0 then
        execute format(
            'insert into catalog.products (%s)
             select %s from reverting r join catalog.product_versions v using (version_id)
             where not r.is_there and r.reason is null',
            catalog.product_columns('', array['valid_from', 'made_by']), catalog.product_columns('v.', array['valid_from', 'made_by']));
        get diagnostics recreated = row_count;
    end if;

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

-- Name: FUNCTION revert_upload(upload text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.revert_upload(upload text) IS 'undoes one upload: created products are deleted, updated ones get their former version back; returns the products left alone and why. It is an upload of kind revert, and can be undone itself';

-- Name: row_hashes(integer, text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.row_hashes(format integer, condition text, relation text DEFAULT 'catalog.product_versions'::text) RETURNS TABLE(version_id bigint, ended_by bigint, stored bytea, hash bytea)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    return query execute format(
        'select v.version_id, v.ended_by, v.row_hash, sha256(convert_to(row(%s)::text, ''UTF8'')) from %s v where %s',
        (select f.columns from catalog.version_formats f where f.format_id = row_hashes.format), relation, condition);
end
$$;

-- Name: rows_hash(bigint); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.rows_hash(change bigint, OUT versions bigint, OUT hash bytea) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select coalesce(sum(b.versions), 0)::bigint, sha256(coalesce(string_agg(b.hash, ''::bytea order by b.block), ''::bytea))
    from (
        select v.version_id / 1000000 as block, count(*) as versions, sha256(string_agg(v.row_hash, ''::bytea order by v.version_id)) as hash
        from catalog.product_versions v
        where v.ended_by = rows_hash.change
        group by 1
    ) b
$$;

-- Name: rules; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.rules (
    name character varying(100) NOT NULL,
    version integer NOT NULL,
    rule_id integer NOT NULL,
    vendor_id character varying(50),
    category character varying(100),
    severity text NOT NULL,
    message character varying(500),
    condition jsonb NOT NULL,
    created_by text DEFAULT catalog.current_actor() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    replaced_at timestamp with time zone,
    CONSTRAINT rules_condition_is_an_object CHECK ((jsonb_typeof(condition) = 'object'::text)),
    CONSTRAINT rules_condition_is_short CHECK ((octet_length((condition)::text) <= 131072)),
    CONSTRAINT rules_name_is_plain CHECK (((name)::text ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'::text)),
    CONSTRAINT rules_severity_is_known CHECK ((severity = ANY (ARRAY['error'::text, 'warning'::text]))),
    CONSTRAINT rules_version_counts_from_one CHECK ((version > 0))
);

-- Name: TABLE rules; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.rules IS 'rules of one''s own about the rows of files, beside the seven; a change adds a version and keeps the former one';

-- Name: COLUMN rules.version; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.version IS '1, 2, … of each name';

-- Name: COLUMN rules.rule_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.rule_id IS 'of the version: upload_history.rule_ids names those that an upload had to meet';

-- Name: COLUMN rules.vendor_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.vendor_id IS 'whose files the rule is for; null: everybody''s';

-- Name: COLUMN rules.category; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.category IS 'of which rows the rule is for; null: all';

-- Name: COLUMN rules.severity; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.severity IS 'error: a row that breaks it is rejected (CUSTOM_RULE); warning: it is loaded and reported (CUSTOM_WARNING)';

-- Name: COLUMN rules.message; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.message IS 'what the vendor reads; null: words made of the condition';

-- Name: COLUMN rules.condition; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.condition IS 'the column and what it has to be, as described in docs/guides/rules.md';

-- Name: COLUMN rules.replaced_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.rules.replaced_at IS 'when a later version took its place, or it was removed; null: in use';

-- Name: rule_json(catalog.rules); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.rule_json(r catalog.rules) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN (jsonb_strip_nulls(jsonb_build_object('vendorId', (r).vendor_id, 'category', (r).category, 'severity', (r).severity, 'message', (r).message)) || (r).condition);

-- Name: FUNCTION rule_json(r catalog.rules); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.rule_json(r catalog.rules) IS 'a rule as files and requests have it';

-- Name: seal_actions(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_actions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select 'actions', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.action_id as key, n.at as moment, sha256(convert_to(row(n.action_id, n.at, n.actor, n.database_user, n.action, n.object, n.before, n.after, n.request_id)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$$;

-- Name: seal_early_rows(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_early_rows(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $_$
declare
    sealed catalog.sealed_tables;
begin
    select * into strict sealed from catalog.sealed_tables s where s.table_name = seal_early_rows.name;
    execute format(
        $query$
        insert into catalog.seals (table_name, at, until_id, rows, rows_hash)
        select %5$L, min(b.at), max(b.until_id), sum(b.rows), sha256(string_agg(b.hash, ''::bytea order by b.block))
        from (
            select date_trunc('month', t.%3$I) as month, t.%2$I / 1000000 as block, min(t.%3$I) as at, max(t.%2$I) as until_id, count(*) as rows,
                sha256(string_agg(sha256(convert_to(row(%4$s)::text, 'UTF8')), ''::bytea order by t.%2$I)) as hash
            from %1$s t
            where not exists (
                select from catalog.seals s cross join unnest(s.row_ids) k (key) where s.table_name = %5$L and k.key = t.%2$I)
            group by 1, 2
        ) b
        group by b.month
        $query$, 'catalog.' || sealed.table_name, sealed.key_column, sealed.time_column, 't.' || replace(sealed.columns, ', ', ', t.'), sealed.table_name);
end
$_$;

-- Name: seals; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.seals (
    seal_id bigint NOT NULL,
    table_name text NOT NULL,
    at timestamp with time zone NOT NULL,
    row_ids bigint[],
    until_id bigint,
    rows bigint NOT NULL,
    rows_hash bytea NOT NULL,
    tick_id bigint,
    CONSTRAINT seals_name_their_rows CHECK ((num_nulls(row_ids, until_id) = 1))
);

-- Name: TABLE seals; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.seals IS 'the hash of the rows that one statement wrote into a table of the history; the ticks cover it';

-- Name: COLUMN seals.at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.seals.at IS 'of the earliest of its rows; all are of the same month of UTC';

-- Name: COLUMN seals.until_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.seals.until_id IS 'of what is older than seals: the newest row there was; the seal covers the month up to it';

-- Name: seal_hash(catalog.seals); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_hash(seal catalog.seals) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    AS $$
    select sha256(convert_to(
        concat_ws('|', seal.seal_id, seal.table_name, extract(epoch from seal.at), seal.row_ids::text, 'until ' || seal.until_id, seal.rows,
            encode(seal.rows_hash, 'hex')),
        'UTF8'))
$$;

-- Name: seal_history_releases(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_history_releases() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select 'history_releases', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.release_id as key, n.at as moment, sha256(convert_to(row(n.release_id, n.at, n.table_name, n.operation, n.partition_name, n.from_at, n.until_at, n.answers_from, n.rows, n.actor, n.database_user)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$$;

-- Name: seal_problems(text, text, timestamp with time zone, timestamp with time zone, boolean); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_problems(name text, relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean) RETURNS TABLE(tick bigint, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $_$
declare
    sealed catalog.sealed_tables;
begin
    select * into strict sealed from catalog.sealed_tables s where s.table_name = seal_problems.name;
    return query execute format(
        $query$
        with there as (
            select t.%2$I as key, t.%3$I as moment, sha256(convert_to(row(%4$s)::text, 'UTF8')) as hash from %1$s t
        ), expected as (
            select s.* from catalog.seals s
            where s.table_name = %5$L and s.at >= $1 and s.at < $2 and not ($3 and exists (
                  select from catalog.released_ranges(%5$L) r where s.at >= r.from_at and s.at < r.until_at))
        ), named as (
            select s.seal_id, k.key from expected s cross join unnest(s.row_ids) k (key)
        ), early as (
            select s.seal_id, s.until_id, date_trunc('month', s.at) as month from expected s where s.until_id is not null
        ), found as (
            select n.seal_id, n.key, t.key as there, t.hash from named n full join there t using (key)
        ), blocks as (
            select coalesce(f.seal_id, e.seal_id) as seal_id, case when f.seal_id is null then t.key / 1000000 end as block,
                count(t.key) as rows, sha256(coalesce(string_agg(t.hash, ''::bytea order by t.key), ''::bytea)) as hash, min(f.key) as first
            from found f
            left join there t on t.key = f.there
            left join early e on f.seal_id is null and t.key <= e.until_id and date_trunc('month', t.moment) = e.month
            group by 1, 2
        ), sums as (
            select b.seal_id, sum(b.rows)::bigint as rows, min(b.first) as first,
                case when bool_and(b.block is null) then (array_agg(b.hash))[1] else sha256(string_agg(b.hash, ''::bytea order by b.block)) end as hash
            from blocks b
            group by 1
        )
        select s.tick_id,
            case
                when s.seal_id is null then format('%%s rows of catalog.%%s were not written as history is', f.rows, %5$L)
                when s.rows <> coalesce(f.rows, 0) then
                    format('of %%s rows of catalog.%%s from %%s on %%s are there', s.rows, %5$L, coalesce(f.first, s.row_ids[1]), coalesce(f.rows, 0))
                else format('row %%s of catalog.%%s, or one written with it, is not as it was written', coalesce(s.row_ids[1], s.until_id), %5$L)
            end
        from expected s
        full join sums f using (seal_id)
        where s.seal_id is null or s.rows <> coalesce(f.rows, 0) or s.rows_hash is distinct from f.hash
        $query$, relation, sealed.key_column, sealed.time_column, 't.' || replace(sealed.columns, ', ', ', t.'), sealed.table_name)
    using from_at, until_at, is_whole;
end
$_$;

-- Name: seal_product_seals(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_product_seals() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select 'product_seals', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.seal_id as key, n.at as moment, sha256(convert_to(row(n.seal_id, n.at, n.tick_id, n.block, n.format_id, n.rows, n.rows_hash)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$$;

-- Name: seal_products(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_products() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET jit TO 'off'
    AS $$
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

-- Name: FUNCTION seal_products(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.seal_products() IS 'seals the products that changed since the last time; says what is wrong if one of them was changed without a version, or could be';

-- Name: seal_row_versions(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_row_versions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select 'row_versions', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.version_id as key, n.at as moment, sha256(convert_to(row(n.version_id, n.at, n.actor, n.database_user, n.table_name, n.row_key, n.operation, n.before, n.after, n.request_id, n.began_at, n.backend)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$$;

-- Name: seal_upload_events(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_upload_events() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select 'upload_events', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.event_id as key, n.at as moment, sha256(convert_to(row(n.event_id, n.upload_id, n.at, n.event, n.detail)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$$;

-- Name: seal_upload_seals(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_upload_seals() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
begin
    insert into catalog.seals (table_name, at, row_ids, rows, rows_hash)
    select 'upload_seals', min(r.moment), array_agg(r.key order by r.key), count(*), sha256(string_agg(r.hash, ''::bytea order by r.key))
    from (
        select n.seal_id as key, n.at as moment, sha256(convert_to(row(n.seal_id, n.at, n.upload_id, n.attempt, n.completed_at, n.status, n.event_id, n.facts_hash, n.errors, n.errors_at, n.errors_hash)::text, 'UTF8')) as hash from new_rows n
    ) r
    group by date_trunc('month', r.moment);
    return null;
end
$$;

-- Name: seal_uploads(integer); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.seal_uploads(at_most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET jit TO 'off'
    AS $$
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

-- Name: FUNCTION seal_uploads(at_most integer); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.seal_uploads(at_most integer) IS 'seals uploads that ended, with their errors; returns how many';

-- Name: tick_hash(catalog.ticks); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.tick_hash(tick catalog.ticks) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select sha256(
        coalesce(tick_hash.tick.prev_hash, ''::bytea)
        || convert_to(concat_ws('|', tick_hash.tick.tick_id, extract(epoch from tick_hash.tick.at), tick_hash.tick.changes), 'UTF8')
        || coalesce((
            select string_agg(catalog.change_hash(c), ''::bytea order by c.change_id)
            from catalog.changes c where c.tick_id = tick_hash.tick.tick_id), ''::bytea)
        || coalesce((
            select string_agg(catalog.seal_hash(s), ''::bytea order by s.seal_id)
            from catalog.seals s where s.tick_id = tick_hash.tick.tick_id), ''::bytea))
$$;

-- Name: trigger_problems(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.trigger_problems() RETURNS TABLE(tick bigint, problem text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
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
        ('products_begin_image',
            'BEFORE UPDATE ON catalog.products FOR EACH ROW WHEN (((new.made_by IS DISTINCT FROM (NULLIF(current_setting(''catalog.change_id''::text, true), ''''::text))::bigint) OR (new.valid_from IS DISTINCT FROM GREATEST(statement_timestamp(), old.valid_from)) OR (NOT ((new.upload_id)::text IS DISTINCT FROM (old.upload_id)::text)) OR (NULLIF(current_setting(''catalog.upload_id''::text, true), ''''::text) IS NULL))) EXECUTE FUNCTION catalog.begin_product_image()'),
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

-- Name: upload_errors_hash(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.upload_errors_hash(relation text, condition text) RETURNS TABLE(upload_id character varying, attempt integer, errors bigint, errors_at timestamp with time zone, hash bytea)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET jit TO 'off'
    AS $_$
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
$_$;

-- Name: upload_facts(catalog.upload_history); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.upload_facts(upload catalog.upload_history) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
    select sha256(convert_to(row(
        upload.upload_id, upload.vendor_id, upload.file_name, upload.mode, upload.policy, upload.total_records, upload.valid_records,
        upload.error_records, upload.created_records, upload.updated_records, upload.unchanged_records, upload.deactivated_records,
        upload.deleted_records, upload.warning_records, upload.upload_timestamp, upload.started_at, upload.completed_at, upload.bucket,
        upload.object_key, upload.object_version, upload.file_size_bytes, upload.file_sha256, upload.failure_type, upload.failure_message,
        upload.dry_run, upload.empty_cells, upload.missing_products, upload.encoding, upload.announced_sha256, upload.file_encoding,
        upload.encoding_guessed, upload.kind, upload.reverts, upload.created_by, upload.attempt, upload.mapping_name, upload.mapping_version,
        upload.sheet, upload.checked_upload_id, upload.rule_ids, upload.parent_upload_id)::text, 'UTF8'))
$$;

-- Name: upload_problems(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.upload_problems() RETURNS TABLE(tick bigint, problem text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    SET jit TO 'off'
    AS $$
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

-- Name: version_format(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.version_format() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ', valid_to, operation, superseded_by, ended_by, changed_by'
    from pg_attribute a
    where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped
$$;

-- Name: FUNCTION version_format(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.version_format() IS 'the columns of a version that its hash covers from now on';

-- Name: version_problems(text, timestamp with time zone, timestamp with time zone, boolean); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.version_problems(relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean) RETURNS TABLE(tick bigint, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET jit TO 'off'
    SET work_mem TO '32MB'
    SET parallel_tuple_cost TO '0'
    AS $_$
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
$_$;

-- Name: version_spans(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.version_spans() RETURNS TABLE(partition_name text, from_at timestamp with time zone, until_at timestamp with time zone, estimated_rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    AS $$
    select coalesce(r.partition_name, 'product_versions_' || to_char(m.month, 'YYYY_MM')), m.month, m.month + interval '1 month', m.versions
    from (
        select date_trunc('month', c.began_at) as month, sum(c.versions)::bigint as versions from catalog.changes c
        where c.tick_id is not null and c.versions > 0
        group by 1
    ) m
    left join lateral (
        select h.operation, h.partition_name from catalog.history_releases h
        where h.table_name = 'product_versions' and h.from_at = m.month
        order by h.release_id desc limit 1
    ) r on true
    where r.operation is distinct from 'release'
$$;

-- Name: FUNCTION version_spans(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.version_spans() IS 'the months in which versions ended that are here, for retention';

-- Name: write_products_as_of(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.write_products_as_of() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $_$
declare
    without text[] := array['created_at'];
    -- With their collation, so that a key that is asked for is found by its index.
    attributes text := (
        select string_agg(
            quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                || case when a.attcollation <> t.typcollation then format(' collate %s', a.attcollation::regcollation) else '' end,
            ', ' order by a.attnum)
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> all (without));
begin
    drop function if exists audit.products_as_of(timestamptz);
    drop type if exists audit.product_image;
    execute format('create type audit.product_image as (%s)', attributes);
    comment on type audit.product_image is 'a product as it was at some moment';
    execute format(
        $text$
create function audit.products_as_of(at timestamptz) returns setof audit.product_image
    language sql stable
as $body$
    with cut as (
        select c.* from audit.cut(products_as_of.at, (select max(t.tick_id) from catalog.ticks t)) c
    )
    -- from now on: what there is
    select %1$s
    from catalog.products p
    where (select c.is_present from cut c)
    union all
    -- what was made by then and has not ended since
    select %1$s
    from catalog.products p
    where (select c.tick is not null from cut c)
      and exists (
        select from catalog.changes m
        where m.change_id = p.made_by and (m.tick_id <= (select c.tick from cut c) or m.change_id = any ((select c.changes from cut c)::bigint[])))
    union all
    -- what was made by then and had not ended
    select %2$s
    from catalog.product_versions v
    where (select c.tick is not null from cut c)
      and exists (
        select from catalog.changes m
        where m.change_id = v.made_by and (m.tick_id <= (select c.tick from cut c) or m.change_id = any ((select c.changes from cut c)::bigint[])))
      and not exists (
        select from catalog.changes e
        where e.change_id = v.ended_by and (e.tick_id <= (select c.tick from cut c) or e.change_id = any ((select c.changes from cut c)::bigint[])))
    union all
    -- before changes were recorded: as the statements' clocks have it
    select %1$s
    from catalog.products p
    where (select c.is_early from cut c) and p.made_by = 0 and p.valid_from <= products_as_of.at
    union all
    select %2$s
    from catalog.product_versions v
    where (select c.is_early from cut c) and v.made_by = 0 and v.valid_from <= products_as_of.at
      and (v.ended_by <> 0 or products_as_of.at < v.valid_to)
$body$
        $text$,
        catalog.product_columns('p.', without), catalog.product_columns('v.', without));
    comment on function audit.products_as_of is
        'the catalogue as it stood at a moment, to the second: an answer about the past stays what it is';
    revoke execute on function audit.products_as_of(timestamptz) from public;
    grant execute on function audit.products_as_of(timestamptz) to catalog_vendor, catalog_auditor;
end
$_$;

-- Name: FUNCTION write_products_as_of(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.write_products_as_of() IS 'makes audit.products_as_of from the columns of catalog.products';

-- Name: naics_codes; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_codes (
    code text NOT NULL,
    title text NOT NULL,
    sector text NOT NULL,
    CONSTRAINT naics_codes_code_is_2_to_6_digits CHECK ((code ~ '^[0-9]{2,6}$'::text))
);

-- Name: TABLE naics_codes; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_codes IS 'codes of 2 to 6 digits, loaded by catalog naics import';

-- Name: naics_everyday; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_everyday (
    phrase text NOT NULL,
    code text NOT NULL,
    CONSTRAINT naics_everyday_code_has_6_digits CHECK ((code ~ '^[0-9]{6}$'::text))
);

-- Name: TABLE naics_everyday; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_everyday IS 'what people call an industry, where the Census Bureau calls it otherwise';

-- Name: naics_index; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_index (
    code text NOT NULL,
    phrase text NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, phrase)) STORED,
    kind text DEFAULT 'index'::text NOT NULL,
    weight double precision,
    CONSTRAINT naics_index_code_has_6_digits CHECK ((code ~ '^[0-9]{6}$'::text)),
    CONSTRAINT naics_index_kind_is_known CHECK ((kind = ANY (ARRAY['index'::text, 'title'::text, 'everyday'::text])))
);

-- Name: TABLE naics_index; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_index IS 'what establishments of an industry do or sell, in words: loaded by catalog naics import';

-- Name: COLUMN naics_index.kind; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.naics_index.kind IS 'of the index or a title of the Census Bureau, or an everyday name of our own';

-- Name: COLUMN naics_index.weight; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.naics_index.weight IS 'sum of the weights of its words; enrichment.weigh_naics() writes it';

-- Name: naics_words; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_words (
    word text NOT NULL,
    weight double precision NOT NULL
);

-- Name: TABLE naics_words; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_words IS 'how much each word of the index says: ln((phrases + 1) / (phrases with it + 0.5)); enrichment.weigh_naics() writes it';

-- Name: weigh_naics(); Type: FUNCTION; Schema: enrichment; Owner: -

CREATE FUNCTION enrichment.weigh_naics() RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO enrichment.naics_index (code, phrase, kind)  SELECT e.code,
             e.phrase,
             'everyday'
            FROM (enrichment.naics_everyday e
              JOIN enrichment.naics_codes c USING (code)) ON CONFLICT(code, phrase) DO UPDATE SET kind = excluded.kind;
 UPDATE enrichment.naics_index i SET kind = 'title'::text
    FROM enrichment.naics_codes c
   WHERE ((c.code = i.code) AND (c.title = i.phrase) AND (i.kind = 'index'::text));
 DELETE FROM enrichment.naics_words;
 INSERT INTO enrichment.naics_words (word, weight)  SELECT found.word,
             ln((((all_phrases.count + 1))::numeric / ((found.count)::numeric + 0.5))) AS ln
            FROM (( SELECT word.word,
                     count(*) AS count
                    FROM (enrichment.naics_index i
                      CROSS JOIN LATERAL unnest(tsvector_to_array(i.words)) word(word))
                   GROUP BY word.word) found
              CROSS JOIN ( SELECT count(*) AS count
                    FROM enrichment.naics_index) all_phrases);
 UPDATE enrichment.naics_index i SET weight = sums.weight
    FROM ( SELECT n.code,
             n.phrase,
             sum(w.weight) AS weight
            FROM ((enrichment.naics_index n
              CROSS JOIN LATERAL unnest(tsvector_to_array(n.words)) l(word))
              JOIN enrichment.naics_words w USING (word))
           GROUP BY n.code, n.phrase) sums
   WHERE ((sums.code = i.code) AND (sums.phrase = i.phrase));
END;

-- Name: FUNCTION weigh_naics(); Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON FUNCTION enrichment.weigh_naics() IS 'adds everyday names to the index of industries and weighs its words; catalog naics import calls it';

-- Name: lifetimes; Type: TABLE; Schema: intake; Owner: -

CREATE TABLE intake.lifetimes (
    pipeline text NOT NULL,
    keep_days integer NOT NULL,
    forgotten_until timestamp with time zone,
    CONSTRAINT lifetimes_outlast_every_delivery CHECK ((keep_days >= 30))
);

-- Name: TABLE lifetimes; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON TABLE intake.lifetimes IS 'for how long a pipeline remembers arrivals; the upkeep writes what CATALOG_RETENTION_ARRIVALS_DAYS says';

-- Name: COLUMN lifetimes.forgotten_until; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.lifetimes.forgotten_until IS 'arrivals before this moment are forgotten: the poller leaves older objects alone';

-- Name: object_events; Type: TABLE; Schema: intake; Owner: -

CREATE TABLE intake.object_events (
    event_id bigint NOT NULL,
    bucket text NOT NULL,
    object_key text NOT NULL,
    object_version text NOT NULL,
    etag text NOT NULL,
    size_bytes bigint,
    source text NOT NULL,
    pipeline text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    upload_id character varying(50),
    ignored_because text,
    request_id uuid,
    CONSTRAINT object_events_end_somewhere CHECK (((upload_id IS NULL) OR (ignored_because IS NULL))),
    CONSTRAINT object_events_source_is_known CHECK ((source = ANY (ARRAY['s3'::text, 'sns'::text, 'eventbridge'::text, 'minio'::text, 'ceph'::text, 'poller'::text, 'api'::text])))
)
PARTITION BY RANGE (received_at);

-- Name: TABLE object_events; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON TABLE intake.object_events IS 'arrivals, in partitions by day; a second event of the same object version changes nothing (intake.seen_objects)';

-- Name: COLUMN object_events.object_version; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.object_events.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: COLUMN object_events.ignored_because; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.object_events.ignored_because IS 'why an object below a route is no input';

-- Name: COLUMN object_events.request_id; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.object_events.request_id IS 'the enrichment request it became';

-- Name: arrivals_are_over(timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: intake; Owner: -

CREATE FUNCTION intake.arrivals_are_over(from_at timestamp with time zone, until_at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    RETURN (NOT (EXISTS (SELECT FROM intake.object_events e WHERE ((e.received_at >= arrivals_are_over.from_at) AND (e.received_at < arrivals_are_over.until_at) AND (e.received_at >= (now() - ((COALESCE((SELECT l.keep_days FROM intake.lifetimes l WHERE (l.pipeline = e.pipeline)), 90))::double precision * '1 day'::interval)))))));

-- Name: FUNCTION arrivals_are_over(from_at timestamp with time zone, until_at timestamp with time zone); Type: COMMENT; Schema: intake; Owner: -

COMMENT ON FUNCTION intake.arrivals_are_over(from_at timestamp with time zone, until_at timestamp with time zone) IS 'whether no pipeline remembers an arrival of the time any more';

-- Name: forget_objects(); Type: FUNCTION; Schema: intake; Owner: -

CREATE FUNCTION intake.forget_objects() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    delete from intake.seen_objects s using old_events o
    where s.bucket = o.bucket and s.object_key = o.object_key and s.object_version = o.object_version;
    return null;
end
$$;

-- Name: remember_objects(); Type: FUNCTION; Schema: intake; Owner: -

CREATE FUNCTION intake.remember_objects() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
    insert into intake.seen_objects (bucket, object_key, object_version, etag, pipeline, occurred_at, received_at)
    select n.bucket, n.object_key, n.object_version, n.etag, n.pipeline, n.occurred_at, n.received_at from new_events n;
    return null;
end
$$;

-- Name: unpark(text); Type: FUNCTION; Schema: jobs; Owner: -

CREATE FUNCTION jobs.unpark(key text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
declare
    done integer := 0;
    line text := '';
    next record;
begin
    -- One at a time for each key: what this one finds parked stays so until it has it. Else somebody could put it back, claim it or take it away
    -- meanwhile, and each would wait for the other.
    perform pg_advisory_xact_lock(hashtextextended(key, 1785684595));
    -- Of each queue one: another queue may be paused, or have no worker.
    loop
        -- Waits for whoever is just taking it away: if that one changes its mind, nobody else would put it back.
        select j.queue, j.job_id into next from jobs.jobs j
        where j.serial_key = key and j.state = 'parked' and j.queue > line
        order by j.queue, j.priority, j.run_at, j.job_id limit 1 for update;
        if found then
            update jobs.jobs set state = 'ready' where job_id = next.job_id;
            line := next.queue;
            done := done + 1;
        else
            -- It may have been taken away while this waited for it.
            exit when not exists (
                select from jobs.jobs j where j.serial_key = key and j.state = 'parked' and j.queue > line);
        end if;
    end loop;
    return done;
end
$$;

-- Name: FUNCTION unpark(key text); Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON FUNCTION jobs.unpark(key text) IS 'puts the first parked job of a serial key back, in each queue; how many';

-- Name: unpark_next(); Type: FUNCTION; Schema: jobs; Owner: -

CREATE FUNCTION jobs.unpark_next() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    -- Beside a running one it leaves no gap: the end of that one looks for the next.
    if old.state = 'running' or not exists (
        select from jobs.jobs r where r.serial_key = old.serial_key and r.state = 'running'
    ) then
        perform jobs.unpark(old.serial_key);
    end if;
    return null;
end
$$;

-- Name: FUNCTION unpark_next(); Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON FUNCTION jobs.unpark_next() IS 'a job of a serial key ended, or will not run: the next one may';

-- Name: drop_member_partitions(interval); Type: FUNCTION; Schema: relay; Owner: -

CREATE FUNCTION relay.drop_member_partitions(keep interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$ select retention.drop_ended('relay', 'members', keep) $$;

-- Name: FUNCTION drop_member_partitions(keep interval); Type: COMMENT; Schema: relay; Owner: -

COMMENT ON FUNCTION relay.drop_member_partitions(keep interval) IS 'drops the partitions of members that ended longer ago than the interval; one with a window that is not verified stays';

-- Name: ensure_member_partitions(timestamp with time zone, integer); Type: FUNCTION; Schema: relay; Owner: -

CREATE FUNCTION relay.ensure_member_partitions(at timestamp with time zone DEFAULT now(), days integer DEFAULT 3) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    RETURN 0;

-- Name: FUNCTION ensure_member_partitions(at timestamp with time zone, days integer); Type: COMMENT; Schema: relay; Owner: -

COMMENT ON FUNCTION relay.ensure_member_partitions(at timestamp with time zone, days integer) IS 'does nothing any more: the upkeep makes partitions ahead of time';

-- Name: windows; Type: TABLE; Schema: relay; Owner: -

CREATE TABLE relay.windows (
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    member_count integer,
    byte_count bigint,
    missing_count integer DEFAULT 0 NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    waits_for text,
    failed_at timestamp with time zone,
    retry_at timestamp with time zone,
    last_error text,
    dispatched_at timestamp with time zone,
    sealed_at timestamp with time zone,
    delivered_at timestamp with time zone,
    verified_at timestamp with time zone,
    name text DEFAULT ''::text NOT NULL,
    archive_bytes bigint,
    compression text,
    target text DEFAULT ''::text NOT NULL,
    archive_prefix text,
    CONSTRAINT windows_archive_bytes_are_positive CHECK ((archive_bytes > 0)),
    CONSTRAINT windows_archive_prefix_is_a_folder CHECK (((archive_prefix ~ '^([A-Za-z0-9_=-][A-Za-z0-9._=-]*/)+$'::text) AND (length(archive_prefix) <= 200))),
    CONSTRAINT windows_are_counted_when_sealed CHECK (((state = 'open'::text) = ((member_count IS NULL) AND (byte_count IS NULL)))),
    CONSTRAINT windows_close_after_they_open CHECK ((closes_at > opens_at)),
    CONSTRAINT windows_have_the_times_of_their_state CHECK ((((state = 'open'::text) = (sealed_at IS NULL)) AND ((state = ANY (ARRAY['delivered'::text, 'verified'::text, 'lost'::text])) = (delivered_at IS NOT NULL)) AND ((state = ANY (ARRAY['verified'::text, 'lost'::text])) = (verified_at IS NOT NULL)))),
    CONSTRAINT windows_name_is_plain CHECK ((name ~ '^([a-z][a-z0-9-]{0,62})?$'::text)),
    CONSTRAINT windows_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'sealed'::text, 'packing'::text, 'delivered'::text, 'verified'::text, 'lost'::text]))),
    CONSTRAINT windows_target_is_plain CHECK ((target ~ '^([a-z][a-z0-9-]{0,31})?$'::text)),
    CONSTRAINT windows_wait_after_a_failure CHECK (((waits_for IS NULL) OR ((failed_at IS NOT NULL) AND (retry_at IS NOT NULL)))),
    CONSTRAINT windows_wait_for_something_known CHECK ((waits_for = ANY (ARRAY['source'::text, 'target'::text, 'repair'::text])))
);

-- Name: TABLE windows; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.windows IS 'the arrivals of a name for a target between two moments; a window never holds an arrival of another';

-- Name: COLUMN windows.state; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.state IS 'open (takes arrivals) -> sealed (complete, waits) -> packing -> delivered (all archives stored) -> verified (and looked at again) | lost (so, but for an archive that is lost); a failure leads back to sealed';

-- Name: COLUMN windows.missing_count; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.missing_count IS 'members that are in no archive: gone, altered or unreadable';

-- Name: COLUMN windows.attempt; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.attempt IS 'raised by every attempt; fences whoever had the window before';

-- Name: COLUMN windows.waits_for; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.waits_for IS 'after a failure: source (windows of the same name go on when it answers one of them), target (windows of the same target likewise), repair (the window itself)';

-- Name: COLUMN windows.name; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.name IS 'of the routes whose objects it takes; empty: of all routes without a name';

-- Name: COLUMN windows.archive_bytes; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.archive_bytes IS 'largest archive, as its route said when it was opened; null: CATALOG_RELAY_ARCHIVE_BYTES';

-- Name: COLUMN windows.compression; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.compression IS 'fast, default, small or zstd, as its route said when it was opened; null: CATALOG_RELAY_COMPRESSION';

-- Name: COLUMN windows.target; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.target IS 'where its archives go, as its route said when it was opened: the end of the name of CATALOG_RELAY_TARGET_...; empty: CATALOG_RELAY_TARGET';

-- Name: COLUMN windows.archive_prefix; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.archive_prefix IS 'what the keys of its archives begin with, as its route said when it was opened; null: relay/, and the name if there is one';

-- Name: windows_are_verified(timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: relay; Owner: -

CREATE FUNCTION relay.windows_are_verified(from_at timestamp with time zone, until_at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    RETURN (NOT (EXISTS (SELECT FROM relay.windows w WHERE ((w.state <> ALL (ARRAY['verified'::text, 'lost'::text])) AND (w.opens_at >= windows_are_verified.from_at) AND (w.opens_at < windows_are_verified.until_at)))));

-- Name: FUNCTION windows_are_verified(from_at timestamp with time zone, until_at timestamp with time zone); Type: COMMENT; Schema: relay; Owner: -

COMMENT ON FUNCTION relay.windows_are_verified(from_at timestamp with time zone, until_at timestamp with time zone) IS 'whether nothing of the time is still on its way: the members may go';

-- Name: bounds(oid); Type: FUNCTION; Schema: retention; Owner: -

CREATE FUNCTION retention.bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
    select coalesce(substring(b.bound from 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
        coalesce(substring(b.bound from 'TO \(''([^'']+)''\)')::timestamptz, 'infinity')
    from (select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c where c.oid = relation) b
$$;

-- Name: FUNCTION bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone); Type: COMMENT; Schema: retention; Owner: -

COMMENT ON FUNCTION retention.bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone) IS 'the time that a partition spans; infinite where it has no bound';

-- Name: drop_ended(text, text, interval); Type: FUNCTION; Schema: retention; Owner: -

CREATE FUNCTION retention.drop_ended(space text, name text, keep interval) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET lock_timeout TO '1s'
    AS $_$
declare
    registered retention.tables;
    ended record;
    may_go boolean := true;
begin
    select * into strict registered from retention.tables t where t.table_schema = space and t.table_name = name;
    if keep < registered.minimum_days * interval '1 day' then
        raise exception '%.% is kept for at least % days, % is less', space, name, registered.minimum_days, keep
            using errcode = 'invalid_parameter_value';
    end if;
    for ended in
        select p.partition_schema, p.partition_name, p.from_at, p.until_at from retention.partitions p
        where p.table_schema = space and p.table_name = name and p.until_at <= now() - keep
        order by p.until_at
    loop
        if registered.release_check is not null then
            execute format('select %s($1, $2)', registered.release_check) into may_go using ended.from_at, ended.until_at;
        end if;
        continue when not may_go;
        execute format('drop table %I.%I', ended.partition_schema, ended.partition_name);
        return next ended.partition_name;
    end loop;
end
$_$;

-- Name: FUNCTION drop_ended(space text, name text, keep interval); Type: COMMENT; Schema: retention; Owner: -

COMMENT ON FUNCTION retention.drop_ended(space text, name text, keep interval) IS 'drops partitions for good, without a copy, and locks the table for it: catalog retention run does neither';

-- Name: actions; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.actions (
    action_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    database_user text NOT NULL,
    action text NOT NULL,
    object text,
    before jsonb,
    after jsonb,
    request_id text
)
PARTITION BY RANGE (at);

-- Name: TABLE actions; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.actions IS 'one row for each command and each request that changed something, in partitions by month; read it as audit.actions';

-- Name: COLUMN actions.action; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.actions.action IS 'the command, such as vendor suspend, or method and path, such as PATCH /vendors/{vendorId}';

-- Name: COLUMN actions.object; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.actions.object IS 'what it was about: an upload, a vendor, a queue';

-- Name: COLUMN actions.before; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.actions.before IS 'the rows of catalog.row_versions that the transaction changed, as they were, of more than a hundred their number; of uploads and jobs what became another';

-- Name: actions; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.actions WITH (security_invoker='true') AS
 SELECT a.at,
    a.actor,
    a.action,
    a.object,
    a.before,
    a.after,
    a.request_id,
    a.database_user
   FROM catalog.actions a;

-- Name: VIEW actions; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.actions IS 'who did what through a command or the HTTP interface: one row for each that changed something';

-- Name: calls; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.calls (
    call_id bigint NOT NULL,
    provider text NOT NULL,
    capability text NOT NULL,
    request_id uuid NOT NULL,
    batch_no integer NOT NULL,
    attempt integer NOT NULL,
    inputs bytea[] NOT NULL,
    state text DEFAULT 'reserved'::text NOT NULL,
    credits integer NOT NULL,
    reserved_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    error text,
    sent_at timestamp with time zone DEFAULT now(),
    CONSTRAINT calls_state_is_known CHECK ((state = ANY (ARRAY['reserved'::text, 'answered'::text, 'refused'::text, 'unknown'::text, 'unused'::text])))
)
WITH (fillfactor='70');

-- Name: TABLE calls; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.calls IS 'every call of a provider, noted before it is made';

-- Name: COLUMN calls.inputs; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.inputs IS 'input_hash of each input';

-- Name: COLUMN calls.state; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.state IS 'reserved (about to be made, or under way) -> answered | refused (not charged) | unknown (nobody knows whether it was carried out: crash, lost connection, 502, 504) | unused (never sent)';

-- Name: COLUMN calls.credits; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.credits IS 'at most while reserved or unknown; then what it cost';

-- Name: COLUMN calls.sent_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.sent_at IS 'just before the call was made; of a reserved one null means that nothing was sent yet: a worker that dies has spent nothing by it';

-- Name: requests; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.requests (
    request_id uuid DEFAULT gen_random_uuid() NOT NULL,
    request_hash text,
    same_as uuid,
    status text DEFAULT 'accepted'::text NOT NULL,
    source text NOT NULL,
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    plan jsonb,
    format text DEFAULT 'csv'::text NOT NULL,
    is_compressed boolean DEFAULT false NOT NULL,
    file_name text,
    bucket text,
    object_key text,
    object_version text,
    etag text,
    output_key text NOT NULL,
    columns text[] DEFAULT '{}'::text[] NOT NULL,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    total_records integer DEFAULT 0 NOT NULL,
    total_batches integer DEFAULT 0 NOT NULL,
    processed_batches integer DEFAULT 0 NOT NULL,
    failed_batches integer DEFAULT 0 NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    failure_message text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    file_encoding text,
    encoding_guessed boolean,
    queue text DEFAULT 'enrich'::text NOT NULL,
    watched_at timestamp with time zone,
    local_path text,
    waiting_for text,
    waiting_because text,
    retry_at timestamp with time zone,
    fresh_since timestamp with time zone,
    callback_url text,
    callback_sent_at timestamp with time zone,
    callback_error text,
    forgotten_at timestamp with time zone,
    usage jsonb,
    CONSTRAINT requests_batches_add_up CHECK (((processed_batches + failed_batches) <= total_batches)),
    CONSTRAINT requests_format_is_known CHECK ((format = ANY (ARRAY['csv'::text, 'json'::text, 'ndjson'::text]))),
    CONSTRAINT requests_request_hash_is_hex CHECK ((request_hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT requests_source_is_known CHECK ((source = ANY (ARRAY['bucket'::text, 'api'::text, 'command'::text]))),
    CONSTRAINT requests_status_is_known CHECK ((status = ANY (ARRAY['accepted'::text, 'processing'::text, 'completed'::text, 'partial'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT requests_waiting_for_is_known CHECK ((waiting_for = ANY (ARRAY['limit'::text, 'circuit'::text, 'provider'::text, 'question'::text])))
)
WITH (fillfactor='50');

-- Name: TABLE requests; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.requests IS 'one file or list to be enriched';

-- Name: COLUMN requests.request_hash; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.request_hash IS 'SHA-256 of plan, settings of its providers, format and records as canonical JSON';

-- Name: COLUMN requests.same_as; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.same_as IS 'the earlier request with this hash';

-- Name: COLUMN requests.status; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.status IS 'accepted -> processing (split into batches) -> completed | partial (a retry may find more) | failed (failure_message says why) | cancelled; catalog enrich retry leads from each of these back to processing';

-- Name: COLUMN requests.options; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.options IS 'what was asked for: {"providers", "groups", "minimumConfidence"}';

-- Name: COLUMN requests.plan; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.plan IS 'what it means: {"providers": {"contact": ["a", "b"]}, "fields": {"contact": ["email"]}, "minimumConfidence"}; null until split';

-- Name: COLUMN requests.columns; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.columns IS 'of the input, in its order';

-- Name: COLUMN requests.fields; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.fields IS 'what columns mean: {"email": "E-Mail"}';

-- Name: COLUMN requests.revision; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.revision IS 'raised by every batch that ends: whoever wrote the output sees whether it is complete';

-- Name: COLUMN requests.file_encoding; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.file_encoding IS 'encoding in which the list was read';

-- Name: COLUMN requests.encoding_guessed; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.encoding_guessed IS 'whether nobody said so and it is not UTF-8';

-- Name: COLUMN requests.queue; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.queue IS 'of its jobs: a command does those of its own request, and no others';

-- Name: COLUMN requests.watched_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.watched_at IS 'when the command that does it was last alive; null where workers do it';

-- Name: COLUMN requests.local_path; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.local_path IS 'where its command writes the result';

-- Name: COLUMN requests.waiting_for; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.waiting_for IS 'what stood in the way of a batch lately: limit (of calls), circuit (the provider fails), provider (it asked for silence), question (another batch asks the same)';

-- Name: COLUMN requests.retry_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.retry_at IS 'until when; over if it has passed';

-- Name: COLUMN requests.fresh_since; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.fresh_since IS 'answers obtained before are not good enough; null takes all that are remembered';

-- Name: COLUMN requests.callback_url; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.callback_url IS 'who is told of its end; null: nobody';

-- Name: COLUMN requests.callback_sent_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.callback_sent_at IS 'when the message of its end was taken';

-- Name: COLUMN requests.callback_error; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.callback_error IS 'why the last try to send it failed; null: none since it was taken';

-- Name: COLUMN requests.forgotten_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.forgotten_at IS 'when its records, results, calls and batches were deleted, as CATALOG_ENRICH_RETENTION_DAYS wants';

-- Name: COLUMN requests.usage; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.usage IS 'of a request whose records are forgotten what it had cost: {"calls", "credits", "unknownCalls", "savedInputs", "savedCredits"}, of others its calls say so; of its last result how many records are what: {"records": {"matched", "noMatch", "notAsked", "failed"}}';

-- Name: enrichment; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.enrichment WITH (security_invoker='true') AS
 SELECT q.request_id,
    q.status,
    q.source,
    q.file_name,
    q.created_at,
    (q.completed_at - q.created_at) AS duration,
    q.total_records,
    q.total_batches,
    q.processed_batches,
    q.failed_batches,
    q.output_key,
    COALESCE(((q.usage ->> 'calls'::text))::bigint, c.calls) AS calls,
    COALESCE(((q.usage ->> 'credits'::text))::bigint, c.credits) AS credits,
    COALESCE(((q.usage ->> 'unknownCalls'::text))::bigint, c.unknown_calls) AS unknown_calls
   FROM (enrichment.requests q
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (calls.state = ANY (ARRAY['answered'::text, 'unknown'::text]))) AS calls,
            COALESCE(sum(calls.credits) FILTER (WHERE (calls.state = ANY (ARRAY['answered'::text, 'unknown'::text]))), (0)::bigint) AS credits,
            count(*) FILTER (WHERE (calls.state = 'unknown'::text)) AS unknown_calls
           FROM enrichment.calls
          WHERE (calls.request_id = q.request_id)) c);

-- Name: VIEW enrichment; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.enrichment IS 'every enrichment request with its calls and credits';

-- Name: upload_error_counts; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.upload_error_counts (
    upload_id character varying(50) NOT NULL,
    vendor_id character varying(50) NOT NULL,
    upload_timestamp timestamp with time zone NOT NULL,
    error_type text NOT NULL,
    errors bigint NOT NULL
);

-- Name: TABLE upload_error_counts; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.upload_error_counts IS 'how many errors of each type an upload that has ended has';

-- Name: error_counts; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.error_counts WITH (security_invoker='true') AS
 SELECT c.upload_id,
    c.vendor_id,
    c.upload_timestamp,
    c.error_type,
    c.errors
   FROM catalog.upload_error_counts c;

-- Name: VIEW error_counts; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.error_counts IS 'how many errors of each type each upload has';

-- Name: former_errors; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.former_errors (
    upload_id character varying(50) NOT NULL,
    attempt integer NOT NULL,
    error_id bigint NOT NULL,
    row_number integer NOT NULL,
    line_number integer NOT NULL,
    error_type text NOT NULL,
    error_message text NOT NULL,
    field text,
    rejected_value text,
    original_data jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    rule_name text
)
PARTITION BY RANGE (created_at);

-- Name: TABLE former_errors; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.former_errors IS 'errors of earlier attempts of uploads that were tried again, as catalog.validation_errors had them; in partitions by month';

-- Name: errors_of_attempts; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.errors_of_attempts WITH (security_invoker='true') AS
 SELECT e.upload_id,
    u.attempt,
    e.row_number,
    e.line_number,
    e.error_type,
    e.error_message,
    e.field,
    e.rejected_value,
    e.original_data,
    e.created_at,
    true AS is_newest
   FROM (catalog.validation_errors e
     JOIN catalog.upload_history u USING (upload_id))
UNION ALL
 SELECT e.upload_id,
    e.attempt,
    e.row_number,
    e.line_number,
    e.error_type,
    e.error_message,
    e.field,
    e.rejected_value,
    e.original_data,
    e.created_at,
    false AS is_newest
   FROM catalog.former_errors e;

-- Name: VIEW errors_of_attempts; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.errors_of_attempts IS 'every error of every attempt of an upload; audit.upload_errors has those of the newest';

-- Name: mappings; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.mappings (
    vendor_id character varying(50) NOT NULL,
    name character varying(100) NOT NULL,
    version integer NOT NULL,
    mapping jsonb NOT NULL,
    created_by text DEFAULT catalog.current_actor() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    replaced_at timestamp with time zone,
    CONSTRAINT mappings_mapping_is_an_object CHECK ((jsonb_typeof(mapping) = 'object'::text)),
    CONSTRAINT mappings_mapping_is_short CHECK ((octet_length((mapping)::text) <= 131072)),
    CONSTRAINT mappings_name_is_plain CHECK (((name)::text ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'::text)),
    CONSTRAINT mappings_version_counts_from_one CHECK ((version > 0))
);

-- Name: TABLE mappings; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.mappings IS 'how the columns of a vendor''s own files become ours; a change adds a version and keeps the former one';

-- Name: COLUMN mappings.version; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.mappings.version IS '1, 2, … of each name';

-- Name: COLUMN mappings.mapping; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.mappings.mapping IS 'as described in docs/guides/mappings.md';

-- Name: COLUMN mappings.replaced_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.mappings.replaced_at IS 'when a later version took its place, or it was removed; null: in use';

-- Name: mappings; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.mappings WITH (security_invoker='true') AS
 SELECT m.vendor_id,
    m.name,
    m.version,
    m.mapping,
    m.created_at,
    m.created_by,
    m.replaced_at
   FROM catalog.mappings m;

-- Name: VIEW mappings; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.mappings IS 'every version of every mapping: upload_history.mapping_name and mapping_version name one';

-- Name: row_versions; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.row_versions (
    version_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    database_user text NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    operation text NOT NULL,
    before jsonb,
    after jsonb,
    request_id text,
    began_at timestamp with time zone NOT NULL,
    backend integer NOT NULL,
    CONSTRAINT row_versions_have_the_images_of_their_operation CHECK ((((operation = 'insert'::text) = (before IS NULL)) AND ((operation = 'delete'::text) = (after IS NULL)))),
    CONSTRAINT row_versions_operation_is_known CHECK ((operation = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])))
)
PARTITION BY RANGE (at);

-- Name: TABLE row_versions; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.row_versions IS 'every change of vendors, categories, tokens (without their secrets), routes, providers and paused queues, by whatever hand; in partitions by month';

-- Name: COLUMN row_versions.row_key; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.row_versions.row_key IS 'values of the primary key, separated by a blank';

-- Name: COLUMN row_versions.backend; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.row_versions.backend IS 'process of the server that wrote it: with began_at it tells a transaction from all others';

-- Name: row_versions; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.row_versions WITH (security_invoker='true') AS
 SELECT v.at,
    v.actor,
    v.table_name,
    v.row_key,
    v.operation,
    v.before,
    v.after,
    v.request_id,
    v.database_user
   FROM catalog.row_versions v;

-- Name: VIEW row_versions; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.row_versions IS 'every change of vendors, categories, tokens, routes, providers and paused queues';

-- Name: rules; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.rules WITH (security_invoker='true') AS
 SELECT r.name,
    r.version,
    r.vendor_id,
    r.category,
    r.severity,
    r.message,
    r.condition,
    r.created_at,
    r.created_by,
    r.replaced_at,
    r.rule_id
   FROM catalog.rules r;

-- Name: VIEW rules; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.rules IS 'every version of every rule of one''s own';

-- Name: upload_errors; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.upload_errors WITH (security_invoker='true') AS
 SELECT u.vendor_id,
    u.file_name,
    u.upload_timestamp,
    e.upload_id,
    e.row_number,
    e.line_number,
    e.error_type,
    e.error_message,
    e.field,
    e.rejected_value,
    e.original_data
   FROM (catalog.validation_errors e
     JOIN catalog.upload_history u USING (upload_id));

-- Name: VIEW upload_errors; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.upload_errors IS 'every error with the row as the vendor wrote it';

-- Name: upload_rules; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.upload_rules WITH (security_invoker='true') AS
 SELECT u.upload_id,
    u.vendor_id,
    r.name,
    r.version,
    r.severity,
    r.rule_id
   FROM (catalog.upload_history u
     JOIN catalog.rules r ON ((r.rule_id = ANY (u.rule_ids))));

-- Name: VIEW upload_rules; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.upload_rules IS 'which rules of one''s own the rows of an upload had to meet, by name and version';

-- Name: vendors; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.vendors (
    vendor_id character varying(50) NOT NULL,
    vendor_name text NOT NULL,
    email text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    encoding text,
    mapping character varying(100),
    keeps_attributes boolean DEFAULT false NOT NULL,
    CONSTRAINT vendors_email_is_an_address CHECK ((email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text)),
    CONSTRAINT vendors_encoding_is_a_name CHECK ((encoding ~ '^[!-.0-~]{1,40}$'::text)),
    CONSTRAINT vendors_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text]))),
    CONSTRAINT vendors_vendor_id_is_safe_in_object_keys CHECK (((vendor_id)::text ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'::text)),
    CONSTRAINT vendors_vendor_name_is_given CHECK ((vendor_name <> ''::text))
);

-- Name: COLUMN vendors.status; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.vendors.status IS 'active <-> suspended: uploads of a suspended vendor fail with VENDOR_SUSPENDED';

-- Name: COLUMN vendors.encoding; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.vendors.encoding IS 'encoding of the vendor''s files, by a name that iconv knows; null finds it';

-- Name: COLUMN vendors.mapping; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.vendors.mapping IS 'mapping of files that have neither our columns nor a header that was mapped before; null: such a file fails';

-- Name: COLUMN vendors.keeps_attributes; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.vendors.keeps_attributes IS 'whether columns of its files that are not ours are kept as attributes, where no mapping says otherwise';

-- Name: uploads; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.uploads WITH (security_invoker='true') AS
 SELECT u.upload_id,
    u.vendor_id,
    v.vendor_name,
    u.file_name,
    u.status,
    u.mode,
    u.policy,
    u.upload_timestamp,
    u.started_at,
    u.completed_at,
    (u.completed_at - u.started_at) AS duration,
    u.total_records,
    u.valid_records,
    u.error_records,
    u.created_records,
    u.updated_records,
    u.unchanged_records,
    trunc(((100.0 * (u.valid_records)::numeric) / (NULLIF(u.total_records, 0))::numeric), 1) AS success_percent,
    u.failure_type,
    u.failure_message,
    u.file_size_bytes,
    u.file_sha256,
    u.error_file_s3_key,
    u.rejected_file_s3_key,
    u.dry_run,
    u.deactivated_records,
    u.warning_records,
    u.empty_cells,
    u.missing_products,
    COALESCE(u.file_encoding, u.encoding) AS encoding,
    u.encoding_guessed,
    u.kind,
    u.reverts,
    u.created_by AS uploaded_by,
    u.mapping_name,
    u.mapping_version
   FROM (catalog.upload_history u
     LEFT JOIN catalog.vendors v USING (vendor_id));

-- Name: VIEW uploads; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.uploads IS 'every upload with its vendor, counts, share of good rows and duration';

-- Name: vendor_totals; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.vendor_totals (
    vendor_id character varying(50) NOT NULL,
    uploads bigint NOT NULL,
    failed_uploads bigint NOT NULL,
    total_records bigint NOT NULL,
    valid_records bigint NOT NULL,
    error_records bigint NOT NULL,
    last_upload_at timestamp with time zone
);

-- Name: TABLE vendor_totals; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.vendor_totals IS 'sums over the uploads of a vendor that have ended; dry runs and reverts are not counted';

-- Name: vendor_quality; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.vendor_quality WITH (security_invoker='true') AS
 SELECT v.vendor_id,
    v.vendor_name,
    v.status,
    COALESCE(t.uploads, (0)::bigint) AS uploads,
    COALESCE(t.failed_uploads, (0)::bigint) AS failed_uploads,
    COALESCE(t.total_records, (0)::bigint) AS rows_received,
    COALESCE(t.error_records, (0)::bigint) AS rows_rejected,
    trunc(((100.0 * (t.valid_records)::numeric) / (NULLIF(t.total_records, 0))::numeric), 1) AS success_percent,
    t.last_upload_at
   FROM (catalog.vendors v
     LEFT JOIN catalog.vendor_totals t USING (vendor_id));

-- Name: VIEW vendor_quality; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.vendor_quality IS 'how good each vendor''s files have been so far';

-- Name: actions_action_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.actions ALTER COLUMN action_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.actions_action_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: actions_rest; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.actions_rest (
    action_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    database_user text NOT NULL,
    action text NOT NULL,
    object text,
    before jsonb,
    after jsonb,
    request_id text
);

-- Name: TABLE actions_rest; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.actions_rest IS 'one row for each command and each request that changed something; read it as audit.actions';

-- Name: COLUMN actions_rest.action; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.actions_rest.action IS 'the command, such as vendor suspend, or method and path, such as PATCH /vendors/{vendorId}';

-- Name: COLUMN actions_rest.object; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.actions_rest.object IS 'what it was about: an upload, a vendor, a queue';

-- Name: COLUMN actions_rest.before; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.actions_rest.before IS 'the rows of catalog.row_versions that the transaction changed, as they were, of more than a hundred their number; of uploads and jobs what became another';

-- Name: api_tokens; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.api_tokens (
    token_id text NOT NULL,
    secret_sha256 text NOT NULL,
    role text NOT NULL,
    vendor_id character varying(50),
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text DEFAULT SESSION_USER NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '365 days'::interval) NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT api_tokens_role_is_known CHECK ((role = ANY (ARRAY['vendor'::text, 'operator'::text, 'auditor'::text]))),
    CONSTRAINT api_tokens_secret_sha256_is_hex CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT api_tokens_vendor_id_is_given_for_vendors_only CHECK (((role = 'vendor'::text) = (vendor_id IS NOT NULL)))
);

-- Name: TABLE api_tokens; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.api_tokens IS 'bearer tokens cat_<token_id>_<secret>; only the hash of the secret is kept';

-- Name: COLUMN api_tokens.last_used_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.api_tokens.last_used_at IS 'to the minute';

-- Name: changes_change_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.changes ALTER COLUMN change_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME catalog.changes_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: corrections; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.corrections (
    upload_id character varying(50) NOT NULL,
    row_number integer NOT NULL,
    cells jsonb NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_by text DEFAULT catalog.current_actor() NOT NULL,
    sent_upload_id character varying(50),
    CONSTRAINT corrections_cells_is_an_object CHECK ((jsonb_typeof(cells) = 'object'::text))
);

-- Name: TABLE corrections; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.corrections IS 'rejected rows as somebody has corrected them, until they are sent as an upload and after; they go after 30 days';

-- Name: COLUMN corrections.cells; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.corrections.cells IS 'the whole row, by the columns of its file';

-- Name: COLUMN corrections.changed_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.corrections.changed_at IS 'when it was changed or sent';

-- Name: COLUMN corrections.sent_upload_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.corrections.sent_upload_id IS 'the upload that brought the row back: the row is to be corrected again if that failed or was undone; null: not sent yet';

-- Name: created_products; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.created_products (
    change_id bigint NOT NULL,
    first_product_id bigint NOT NULL,
    last_product_id bigint NOT NULL,
    version_id bigint NOT NULL,
    CONSTRAINT created_products_are_a_range CHECK ((first_product_id <= last_product_id))
);

-- Name: TABLE created_products; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.created_products IS 'the numbers that an insert gave its products, others'' of the same moment among them: those whose first version the change made are its own';

-- Name: COLUMN created_products.version_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.created_products.version_id IS 'the newest version when the insert had ended: it puts the insert between updates';

-- Name: former_errors_rest; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.former_errors_rest (
    upload_id character varying(50) NOT NULL,
    attempt integer NOT NULL,
    error_id bigint NOT NULL,
    row_number integer NOT NULL,
    line_number integer NOT NULL,
    error_type text NOT NULL,
    error_message text NOT NULL,
    field text,
    rejected_value text,
    original_data jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    rule_name text
);

-- Name: history_releases; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.history_releases (
    release_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    table_name text NOT NULL,
    operation text NOT NULL,
    partition_name text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    answers_from timestamp with time zone,
    rows bigint NOT NULL,
    actor text NOT NULL,
    database_user text NOT NULL,
    CONSTRAINT history_releases_operation_is_known CHECK ((operation = ANY (ARRAY['release'::text, 'restore'::text])))
);

-- Name: TABLE history_releases; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.history_releases IS 'what was taken out of the history after its time, and what was brought back';

-- Name: COLUMN history_releases.answers_from; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.history_releases.answers_from IS 'questions about moments before it cannot be answered without these versions';

-- Name: history_releases_release_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.history_releases ALTER COLUMN release_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.history_releases_release_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: idempotency_keys; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.idempotency_keys (
    subject text NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint text NOT NULL,
    status integer,
    headers jsonb,
    body text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    attempt integer DEFAULT 1 NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    body_sha256 text,
    CONSTRAINT idempotency_keys_idempotency_key_is_short CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255)))
);

-- Name: TABLE idempotency_keys; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.idempotency_keys IS 'answers to POST with an Idempotency-Key, repeated for 24 hours instead of doing the work again';

-- Name: COLUMN idempotency_keys.status; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.idempotency_keys.status IS 'null while the first request is at work';

-- Name: COLUMN idempotency_keys.attempt; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.idempotency_keys.attempt IS 'raised by each request that takes the key over: only the last one may keep its answer or give the key back';

-- Name: COLUMN idempotency_keys.seen_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.idempotency_keys.seen_at IS 'last heartbeat of the request at work; 30 s later another one may take the key over';

-- Name: COLUMN idempotency_keys.body_sha256; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.idempotency_keys.body_sha256 IS 'of the request that was answered: another body under the same key is refused';

-- Name: issuer_sign_ins; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.issuer_sign_ins (
    sign_in_id text NOT NULL,
    secret_sha256 text NOT NULL,
    next_page text,
    expires_at timestamp with time zone DEFAULT (clock_timestamp() + '00:10:00'::interval) NOT NULL,
    CONSTRAINT issuer_sign_ins_next_page_is_short CHECK ((length(next_page) <= 2000)),
    CONSTRAINT issuer_sign_ins_secret_sha256_is_hex CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE issuer_sign_ins; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.issuer_sign_ins IS 'who was sent to the issuer to sign in and has not come back, for 10 minutes; state, nonce and verifier are made of a secret that only the browser has';

-- Name: COLUMN issuer_sign_ins.next_page; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.issuer_sign_ins.next_page IS 'the page that is wanted then; null: none in particular';

-- Name: mapping_headers; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.mapping_headers (
    vendor_id character varying(50) NOT NULL,
    header_sha256 text NOT NULL,
    name character varying(100) NOT NULL,
    columns text[] NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT mapping_headers_header_sha256_is_hex CHECK ((header_sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE mapping_headers; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.mapping_headers IS 'headers that were read with a mapping: a file of the vendor that has one of them is read with the same';

-- Name: COLUMN mapping_headers.header_sha256; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.mapping_headers.header_sha256 IS 'of the column names in their order, joined by U+001F';

-- Name: COLUMN mapping_headers.name; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.mapping_headers.name IS 'the mapping, in the version that is in use then';

-- Name: notifications_notification_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.notifications ALTER COLUMN notification_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.notifications_notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: product_categories; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.product_categories (
    category_name character varying(100) NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT product_categories_category_name_is_given CHECK (((category_name)::text <> ''::text))
);

-- Name: TABLE product_categories; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.product_categories IS 'the whitelist of rule 4';

-- Name: product_seals; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.product_seals (
    seal_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    tick_id bigint NOT NULL,
    block bigint NOT NULL,
    format_id integer NOT NULL,
    rows integer NOT NULL,
    rows_hash bytea NOT NULL,
    marks bytea
);

-- Name: TABLE product_seals; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.product_seals IS 'the hash of the rows of catalog.products that were current as of a tick, for each block of a thousand product_id';

-- Name: COLUMN product_seals.block; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_seals.block IS 'product_id divided by 1000';

-- Name: COLUMN product_seals.format_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_seals.format_id IS 'which columns the hash covers: those of catalog.version_formats that products have';

-- Name: COLUMN product_seals.marks; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_seals.marks IS 'the rest of product_id by 1000 in two bytes and four bytes of the hash of each row, by which the row is named that is another now; null where the block has a later seal';

-- Name: product_seals_seal_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.product_seals ALTER COLUMN seal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.product_seals_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: product_versions_version_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.product_versions ALTER COLUMN version_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.product_versions_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: products_product_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.products ALTER COLUMN product_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME catalog.products_product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: report_links; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.report_links (
    token_sha256 text NOT NULL,
    upload_id character varying(50) NOT NULL,
    object_key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '7 days'::interval) NOT NULL,
    CONSTRAINT report_links_token_sha256_is_hex CHECK ((token_sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE report_links; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.report_links IS 'GET /reports/{token} leads to the report; only the hash of a token is kept';

-- Name: row_versions_rest; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.row_versions_rest (
    version_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    database_user text NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    operation text NOT NULL,
    before jsonb,
    after jsonb,
    request_id text,
    began_at timestamp with time zone NOT NULL,
    backend integer NOT NULL,
    CONSTRAINT row_versions_have_the_images_of_their_operation CHECK ((((operation = 'insert'::text) = (before IS NULL)) AND ((operation = 'delete'::text) = (after IS NULL)))),
    CONSTRAINT row_versions_operation_is_known CHECK ((operation = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])))
);

-- Name: TABLE row_versions_rest; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.row_versions_rest IS 'every change of vendors, categories, tokens (without their secrets), routes, providers and paused queues, by whatever hand';

-- Name: COLUMN row_versions_rest.row_key; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.row_versions_rest.row_key IS 'values of the primary key, separated by a blank';

-- Name: COLUMN row_versions_rest.backend; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.row_versions_rest.backend IS 'process of the server that wrote it: with began_at it tells a transaction from all others';

-- Name: row_versions_version_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.row_versions ALTER COLUMN version_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.row_versions_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: rules_rule_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.rules ALTER COLUMN rule_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.rules_rule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: sealed_tables; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.sealed_tables (
    table_name text NOT NULL,
    key_column text NOT NULL,
    time_column text,
    columns text,
    since timestamp with time zone DEFAULT transaction_timestamp() NOT NULL
);

-- Name: TABLE sealed_tables; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.sealed_tables IS 'the tables of the history: in the schema catalog, in partitions by month where they are in partitions';

-- Name: COLUMN sealed_tables.time_column; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sealed_tables.time_column IS 'its month is that of the partition; null of product_versions, which go with the change that ended them';

-- Name: COLUMN sealed_tables.columns; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sealed_tables.columns IS 'what the hash of a row covers, as text; null of product_versions, for which catalog.version_formats says it';

-- Name: COLUMN sealed_tables.since; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sealed_tables.since IS 'rows that are older have one seal for each month';

-- Name: seals_seal_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.seals ALTER COLUMN seal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.seals_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: sessions; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.sessions (
    session_id text NOT NULL,
    secret_sha256 text NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    vendor_id character varying(50),
    token_id text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone DEFAULT (clock_timestamp() + '12:00:00'::interval) NOT NULL,
    link_id text,
    CONSTRAINT sessions_role_is_known CHECK ((role = ANY (ARRAY['vendor'::text, 'operator'::text, 'auditor'::text]))),
    CONSTRAINT sessions_secret_sha256_is_hex CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT sessions_vendor_id_is_given_for_vendors_only CHECK (((role = 'vendor'::text) = (vendor_id IS NOT NULL)))
);

-- Name: TABLE sessions; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.sessions IS 'who is signed in at the pages; only the hash of the secret is kept. One ends after 30 minutes without a request, after 12 hours, or with its token; one without a token with the vendor''s status active, and one of a link with the address that it was mailed to';

-- Name: COLUMN sessions.subject; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sessions.subject IS 'token:ID, or however else somebody signed in: as history has it';

-- Name: COLUMN sessions.token_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sessions.token_id IS 'the token that was signed in with; null where it was something else';

-- Name: COLUMN sessions.seen_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sessions.seen_at IS 'to the minute';

-- Name: COLUMN sessions.link_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sessions.link_id IS 'the link that was signed in with; null where it was something else';

-- Name: sign_in_links; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.sign_in_links (
    link_id text NOT NULL,
    secret_sha256 text NOT NULL,
    vendor_id character varying(50) NOT NULL,
    email text NOT NULL,
    expires_at timestamp with time zone DEFAULT (clock_timestamp() + '00:15:00'::interval) NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT sign_in_links_secret_sha256_is_hex CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE sign_in_links; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.sign_in_links IS 'links that were mailed to vendors; only the hash of the secret is kept. One works once, within 15 minutes, as long as the vendor is active and has the address';

-- Name: COLUMN sign_in_links.email; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sign_in_links.email IS 'the vendor''s address that the link was mailed to';

-- Name: COLUMN sign_in_links.used_at; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sign_in_links.used_at IS 'when somebody signed in with it; kept as long as that session may last';

-- Name: sign_in_requests; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.sign_in_requests (
    request_id bigint NOT NULL,
    address text NOT NULL,
    caller text NOT NULL,
    requested_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT sign_in_requests_address_is_short CHECK ((length(address) <= 254)),
    CONSTRAINT sign_in_requests_caller_is_short CHECK ((length(caller) <= 100))
);

-- Name: TABLE sign_in_requests; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.sign_in_requests IS 'who asked for a link to sign in with: the outbox of those mails, and what limits them; forgotten after an hour';

-- Name: COLUMN sign_in_requests.address; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sign_in_requests.address IS 'what was typed, in small letters: not necessarily that of a vendor';

-- Name: COLUMN sign_in_requests.caller; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.sign_in_requests.caller IS 'address of the network; of IPv6 the first half';

-- Name: sign_in_requests_request_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.sign_in_requests ALTER COLUMN request_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.sign_in_requests_request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: upload_events; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.upload_events (
    event_id bigint NOT NULL,
    upload_id character varying(50) NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    event text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
)
PARTITION BY RANGE (at);

-- Name: TABLE upload_events; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.upload_events IS 'append-only timeline of an upload, in partitions by month';

-- Name: upload_events_event_id_seq1; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_events ALTER COLUMN event_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.upload_events_event_id_seq1
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: upload_events_rest; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.upload_events_rest (
    event_id bigint NOT NULL,
    upload_id character varying(50) NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    event text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
);

-- Name: TABLE upload_events_rest; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.upload_events_rest IS 'append-only timeline of an upload';

-- Name: upload_seals; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.upload_seals (
    seal_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    upload_id character varying(50) NOT NULL,
    attempt integer NOT NULL,
    completed_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    event_id bigint NOT NULL,
    facts_hash bytea NOT NULL,
    errors bigint NOT NULL,
    errors_at timestamp with time zone,
    errors_hash bytea NOT NULL
);

-- Name: TABLE upload_seals; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.upload_seals IS 'the hash of an upload as it ended, and that of its errors; a later attempt has another';

-- Name: COLUMN upload_seals.event_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_seals.event_id IS 'the newest line of its timeline then: the upload began again only if there is one that says so behind it';

-- Name: upload_seals_seal_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_seals ALTER COLUMN seal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.upload_seals_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: upload_slots; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.upload_slots (
    upload_id character varying(50) NOT NULL,
    bucket text NOT NULL,
    object_key text NOT NULL,
    put_token_sha256 text,
    file_sha256 text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '24:00:00'::interval) NOT NULL,
    CONSTRAINT upload_slots_file_sha256_is_hex CHECK ((file_sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE upload_slots; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.upload_slots IS 'uploads announced by POST /uploads whose bytes have not arrived; the arrival takes the row away and enqueues the job';

-- Name: COLUMN upload_slots.put_token_sha256; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.upload_slots.put_token_sha256 IS 'hash of the secret in PUT /uploads/{id}/content; null where the store takes the bytes';

-- Name: validation_errors_error_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.validation_errors ALTER COLUMN error_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.validation_errors_error_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: validation_errors_rest; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.validation_errors_rest (
    error_id bigint NOT NULL,
    upload_id character varying(50) NOT NULL,
    row_number integer NOT NULL,
    line_number integer NOT NULL,
    error_type text NOT NULL,
    error_message text NOT NULL,
    field text,
    rejected_value text,
    original_data jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    rule_name text,
    CONSTRAINT validation_errors_row_number_is_positive CHECK ((row_number > 0))
);

-- Name: COLUMN validation_errors_rest.row_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors_rest.row_number IS 'first data record is 1';

-- Name: COLUMN validation_errors_rest.line_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors_rest.line_number IS 'physical line of the file, the header is usually line 1';

-- Name: COLUMN validation_errors_rest.original_data; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors_rest.original_data IS 'the row as the vendor wrote it, by column; under _mapped its values after a mapping, under _line a row that could not be split';

-- Name: version_formats; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.version_formats (
    format_id integer NOT NULL,
    columns text NOT NULL,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

-- Name: TABLE version_formats; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.version_formats IS 'which columns of a version its hash covers: a column that comes later is not in the hash of older versions';

-- Name: version_formats_format_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.version_formats ALTER COLUMN format_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.version_formats_format_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: batches; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.batches (
    request_id uuid NOT NULL,
    batch_no integer NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    error text,
    finished_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    has_outcomes boolean DEFAULT false NOT NULL,
    CONSTRAINT batches_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text])))
);

-- Name: TABLE batches; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.batches IS '100 records each: batch_no * 100 and the 99 after it; one job each';

-- Name: COLUMN batches.state; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.batches.state IS 'waiting -> done | failed (its job is dead); failed -> done (catalog jobs retry)';

-- Name: COLUMN batches.failures; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.batches.failures IS 'tries that failed at a provider; a worker that died is none of them';

-- Name: COLUMN batches.has_outcomes; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.batches.has_outcomes IS 'whether enrichment.results says what became of each of its records, although it failed';

-- Name: buckets; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.buckets (
    provider text NOT NULL,
    per_second double precision,
    per_hour integer,
    per_day integer,
    next_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    hour_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    hour_used integer[] DEFAULT array_fill(0, ARRAY[61]) NOT NULL,
    day_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    day_used integer[] DEFAULT array_fill(0, ARRAY[97]) NOT NULL,
    credit_budget bigint,
    credits_used bigint DEFAULT 0 NOT NULL,
    blocked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    blocked_because text,
    failures integer DEFAULT 0 NOT NULL,
    stopped_at timestamp with time zone,
    stopped_because text,
    opened_at timestamp with time zone,
    openings integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    sent_times double precision[] DEFAULT '{}'::double precision[] NOT NULL,
    CONSTRAINT buckets_credit_budget_is_not_negative CHECK ((credit_budget >= 0)),
    CONSTRAINT buckets_limits_are_positive CHECK (((per_second > (0)::double precision) AND (per_hour > 0) AND (per_day > 0)))
)
WITH (fillfactor='50');

-- Name: TABLE buckets; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.buckets IS 'what of each provider may still be used; one row each, so that one statement takes of all or of none. No limit is null';

-- Name: COLUMN buckets.next_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.next_at IS 'the bucket of the second: when its next token is free; ahead of now by what is reserved';

-- Name: COLUMN buckets.hour_used; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.hour_used IS 'tokens taken in each of the last 61 minutes, the newest at hour_at; each comes back an hour later';

-- Name: COLUMN buckets.day_used; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.day_used IS 'tokens taken in each of the last 97 quarters of an hour, the newest at day_at; each comes back a day later';

-- Name: COLUMN buckets.credits_used; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.credits_used IS 'spent, and reserved for calls under way';

-- Name: COLUMN buckets.blocked_until; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.blocked_until IS 'nobody calls before: Retry-After, or the circuit is open';

-- Name: COLUMN buckets.failures; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.failures IS 'in a row; five open the circuit, one call then tries whether it may close';

-- Name: COLUMN buckets.stopped_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.stopped_at IS 'when it last refused our credentials or had no credits left: jobs that were ready before do not ask it; a success, or a change of the provider, ends that';

-- Name: COLUMN buckets.opened_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.opened_at IS 'when the circuit opened last: failures of calls sent before say nothing new';

-- Name: COLUMN buckets.openings; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.openings IS 'of the circuit in a row: each doubles the time to the next try, up to a minute';

-- Name: COLUMN buckets.failing_since; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.failing_since IS 'of the first failure since the last success';

-- Name: COLUMN buckets.sent_times; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.buckets.sent_times IS 'of as many calls as a second allows: when each, as an epoch, was sent at the latest; the next waits until the oldest is a second ago';

-- Name: cache; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.cache (
    provider text NOT NULL,
    input_hash bytea NOT NULL,
    outcome text NOT NULL,
    confidence real,
    fields jsonb,
    obtained_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    settings_hash bigint,
    CONSTRAINT cache_outcome_is_known CHECK ((outcome = ANY (ARRAY['match'::text, 'no_match'::text])))
);

-- Name: TABLE cache; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.cache IS 'answers of providers, "no match" included: nobody is asked twice before expires_at';

-- Name: COLUMN cache.input_hash; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.cache.input_hash IS 'SHA-256 of what was asked: capability and what identifies the person or company, as canonical JSON';

-- Name: COLUMN cache.settings_hash; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.cache.settings_hash IS 'of the provider when it was asked: a corrected mapping asks again; null is of binaries that did not know it, and good for all';

-- Name: calls_call_id_seq; Type: SEQUENCE; Schema: enrichment; Owner: -

ALTER TABLE enrichment.calls ALTER COLUMN call_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrichment.calls_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: mappings; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.mappings (
    name character varying(100) NOT NULL,
    version integer NOT NULL,
    columns jsonb NOT NULL,
    created_by text DEFAULT catalog.current_actor() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    replaced_at timestamp with time zone,
    CONSTRAINT mappings_columns_is_an_object CHECK ((jsonb_typeof(columns) = 'object'::text)),
    CONSTRAINT mappings_columns_is_short CHECK ((octet_length((columns)::text) <= 16384)),
    CONSTRAINT mappings_name_is_plain CHECK (((name)::text ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'::text)),
    CONSTRAINT mappings_version_counts_from_one CHECK ((version > 0))
);

-- Name: TABLE mappings; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.mappings IS 'which columns of a list hold which fields; a change adds a version and keeps the former one';

-- Name: COLUMN mappings.columns; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.mappings.columns IS 'columns by our names: {"email": "E-Mail-Adresse"}';

-- Name: COLUMN mappings.replaced_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.mappings.replaced_at IS 'when a later version took its place, or it was removed; null: in use';

-- Name: naics_sectors; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_sectors (
    sector text NOT NULL,
    title text NOT NULL
);

-- Name: TABLE naics_sectors; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_sectors IS 'the 20 sectors of NAICS 2022, by the code of the Census Bureau, ranges included';

-- Name: providers; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.providers (
    provider text NOT NULL,
    kind text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    secret_id text,
    cache_ttl interval DEFAULT '30 days'::interval NOT NULL,
    miss_ttl interval DEFAULT '7 days'::interval NOT NULL,
    max_concurrency integer DEFAULT 64 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    settings_hash bigint GENERATED ALWAYS AS (hashtextextended(((kind || ' '::text) || ((settings - '{timeoutSeconds,latencyMilliseconds}'::text[]))::text), (0)::bigint)) STORED NOT NULL,
    CONSTRAINT providers_cache_ttl_is_positive CHECK (((cache_ttl > '00:00:00'::interval) AND (miss_ttl > '00:00:00'::interval))),
    CONSTRAINT providers_kind_is_known CHECK ((kind = ANY (ARRAY['zoominfo'::text, 'zoominfo-gtm'::text, 'http-json'::text, 'naics'::text, 'mock'::text]))),
    CONSTRAINT providers_max_concurrency_is_positive CHECK ((max_concurrency > 0)),
    CONSTRAINT providers_name_is_short CHECK ((provider ~ '^[a-z0-9][a-z0-9_-]{0,39}$'::text)),
    CONSTRAINT providers_settings_are_an_object CHECK ((jsonb_typeof(settings) = 'object'::text))
);

-- Name: TABLE providers; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.providers IS 'who can be asked; kind chooses the adapter, settings are its own';

-- Name: COLUMN providers.secret_id; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.providers.secret_id IS 'name or ARN of a secret of Secrets Manager, or file:PATH; never the secret';

-- Name: COLUMN providers.miss_ttl; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.providers.miss_ttl IS 'how long "no match" is believed';

-- Name: COLUMN providers.max_concurrency; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.providers.max_concurrency IS 'calls reserved or under way at once, of all workers together';

-- Name: COLUMN providers.settings_hash; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.providers.settings_hash IS 'of kind and settings, as far as they change what is answered';

-- Name: records; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.records (
    request_id uuid NOT NULL,
    ordinal integer NOT NULL,
    input jsonb NOT NULL,
    problem text
);

-- Name: TABLE records; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.records IS 'the input as it came, by its place from 0';

-- Name: COLUMN records.problem; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.records.problem IS 'why nobody is asked about it: its line could not be read with certainty';

-- Name: results; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.results (
    request_id uuid NOT NULL,
    ordinal integer NOT NULL,
    field_group text NOT NULL,
    provider text NOT NULL,
    outcome text NOT NULL,
    confidence real,
    obtained_at timestamp with time zone NOT NULL,
    is_cached boolean NOT NULL,
    fields jsonb,
    error text,
    sources jsonb,
    CONSTRAINT results_field_group_is_known CHECK ((field_group = ANY (ARRAY['contact'::text, 'company'::text, 'new_contact'::text, 'industry'::text]))),
    CONSTRAINT results_outcome_is_known CHECK ((outcome = ANY (ARRAY['match'::text, 'no_match'::text, 'error'::text])))
);

-- Name: TABLE results; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.results IS 'what was found for a record: all fields of a group come from one provider, or each says from whom';

-- Name: COLUMN results.provider; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.provider IS 'of a match who gave it; else who was asked last';

-- Name: COLUMN results.confidence; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.confidence IS 'from 0 to 1';

-- Name: COLUMN results.obtained_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.obtained_at IS 'when the provider said so, which may be before the request';

-- Name: COLUMN results.is_cached; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.is_cached IS 'known before, not paid for again';

-- Name: COLUMN results.error; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.error IS 'why nothing was found out; beside an answer: who was passed over, and why';

-- Name: COLUMN results.sources; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.sources IS 'by field: {"provider", "confidence", "obtainedAt"}; null: all of them are from provider';

-- Name: object_events_event_id_seq1; Type: SEQUENCE; Schema: intake; Owner: -

ALTER TABLE intake.object_events ALTER COLUMN event_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME intake.object_events_event_id_seq1
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: object_events_rest; Type: TABLE; Schema: intake; Owner: -

CREATE TABLE intake.object_events_rest (
    event_id bigint NOT NULL,
    bucket text NOT NULL,
    object_key text NOT NULL,
    object_version text NOT NULL,
    etag text NOT NULL,
    size_bytes bigint,
    source text NOT NULL,
    pipeline text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    upload_id character varying(50),
    ignored_because text,
    request_id uuid,
    CONSTRAINT object_events_end_somewhere CHECK (((upload_id IS NULL) OR (ignored_because IS NULL))),
    CONSTRAINT object_events_source_is_known CHECK ((source = ANY (ARRAY['s3'::text, 'sns'::text, 'eventbridge'::text, 'minio'::text, 'ceph'::text, 'poller'::text, 'api'::text])))
);

-- Name: TABLE object_events_rest; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON TABLE intake.object_events_rest IS 'arrivals; a second event of the same object version changes nothing';

-- Name: COLUMN object_events_rest.object_version; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.object_events_rest.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: COLUMN object_events_rest.ignored_because; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.object_events_rest.ignored_because IS 'why an object below a route is no input';

-- Name: COLUMN object_events_rest.request_id; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.object_events_rest.request_id IS 'the enrichment request it became';

-- Name: received_objects; Type: TABLE; Schema: intake; Owner: -

CREATE TABLE intake.received_objects (
    bucket text NOT NULL,
    object_key text NOT NULL,
    sha256 text NOT NULL,
    token_sha256 text,
    taken_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    stored_at timestamp with time zone,
    CONSTRAINT received_objects_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE received_objects; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON TABLE intake.received_objects IS 'announced objects whose bytes this service took: who inserts the row stores them, others with the same bytes get the same answer; kept for two days';

-- Name: COLUMN received_objects.token_sha256; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.received_objects.token_sha256 IS 'hash of the secret in the link that took the bytes';

-- Name: COLUMN received_objects.stored_at; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.received_objects.stored_at IS 'null while the bytes are on their way into the store; 300 s after taken_at another caller may try';

-- Name: routes; Type: TABLE; Schema: intake; Owner: -

CREATE TABLE intake.routes (
    bucket text NOT NULL,
    prefix text NOT NULL,
    pipeline text NOT NULL,
    mode text DEFAULT 'create'::text NOT NULL,
    policy text DEFAULT 'load-valid'::text NOT NULL,
    accepts_from timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    providers text[] DEFAULT '{}'::text[] NOT NULL,
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT routes_mode_is_known CHECK ((mode = ANY (ARRAY['create'::text, 'upsert'::text]))),
    CONSTRAINT routes_options_are_an_object CHECK ((jsonb_typeof(options) = 'object'::text)),
    CONSTRAINT routes_policy_is_known CHECK ((policy = ANY (ARRAY['load-valid'::text, 'all-or-nothing'::text]))),
    CONSTRAINT routes_prefix_is_a_folder CHECK ((prefix ~ '^([^/]+/)*$'::text))
);

-- Name: TABLE routes; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON TABLE intake.routes IS 'which objects go into which pipeline; the longest prefix wins';

-- Name: COLUMN routes.mode; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.routes.mode IS 'not read any more: options has it';

-- Name: COLUMN routes.policy; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.routes.policy IS 'not read any more: options has it';

-- Name: COLUMN routes.accepts_from; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.routes.accepts_from IS 'the poller leaves older objects alone';

-- Name: COLUMN routes.providers; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.routes.providers IS 'not read any more: options has it';

-- Name: COLUMN routes.options; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.routes.options IS 'what the pipeline was told about this route: its own names and values';

-- Name: seen_objects; Type: TABLE; Schema: intake; Owner: -

CREATE TABLE intake.seen_objects (
    bucket text NOT NULL,
    object_key text NOT NULL,
    object_version text NOT NULL,
    etag text NOT NULL,
    pipeline text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL
);

-- Name: TABLE seen_objects; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON TABLE intake.seen_objects IS 'every object version that arrived, once, for as long as its pipeline remembers it (intake.lifetimes); written by a trigger of object_events';

-- Name: COLUMN seen_objects.object_version; Type: COMMENT; Schema: intake; Owner: -

COMMENT ON COLUMN intake.seen_objects.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: alerts; Type: TABLE; Schema: jobs; Owner: -

CREATE TABLE jobs.alerts (
    alert_id bigint NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    raised_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cleared_at timestamp with time zone
);

-- Name: TABLE alerts; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.alerts IS 'periodic jobs that fail; an alert without cleared_at is still true';

-- Name: COLUMN alerts.kind; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.alerts.kind IS 'the kind of the job';

-- Name: alerts_alert_id_seq; Type: SEQUENCE; Schema: jobs; Owner: -

ALTER TABLE jobs.alerts ALTER COLUMN alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.alerts_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: alerts; Type: TABLE; Schema: relay; Owner: -

CREATE TABLE relay.alerts (
    alert_id bigint NOT NULL,
    kind text NOT NULL,
    window_at timestamp with time zone,
    detail text NOT NULL,
    raised_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cleared_at timestamp with time zone,
    CONSTRAINT alerts_kind_is_known CHECK ((kind = ANY (ARRAY['backlog'::text, 'age'::text, 'workers'::text, 'members'::text, 'lost'::text, 'deaths'::text]))),
    CONSTRAINT alerts_of_windows_name_it CHECK (((kind = ANY (ARRAY['members'::text, 'lost'::text, 'deaths'::text])) = (window_at IS NOT NULL)))
);

-- Name: TABLE alerts; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.alerts IS 'what an operator should know; an alert without cleared_at is still true';

-- Name: COLUMN alerts.kind; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.alerts.kind IS 'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), workers (nobody takes windows), members (objects that are in no archive), lost (archives that the target lost and nobody can make again), deaths (workers died of a window, or with it, again and again); the last three until the window is replayed or done';

-- Name: all_alerts; Type: VIEW; Schema: jobs; Owner: -

CREATE VIEW jobs.all_alerts WITH (security_invoker='true') AS
 SELECT 'upkeep'::text AS source,
    alerts.alert_id,
    alerts.kind,
    NULL::timestamp with time zone AS window_at,
    alerts.detail,
    alerts.raised_at,
    alerts.cleared_at
   FROM jobs.alerts
UNION ALL
 SELECT 'relay'::text AS source,
    alerts.alert_id,
    alerts.kind,
    alerts.window_at,
    alerts.detail,
    alerts.raised_at,
    alerts.cleared_at
   FROM relay.alerts;

-- Name: VIEW all_alerts; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON VIEW jobs.all_alerts IS 'the alerts of all parts of the service; one without cleared_at is still true';

-- Name: jobs; Type: TABLE; Schema: jobs; Owner: -

CREATE TABLE jobs.jobs (
    job_id bigint NOT NULL,
    queue text DEFAULT 'default'::text NOT NULL,
    kind text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    state text DEFAULT 'ready'::text NOT NULL,
    priority smallint DEFAULT 2 NOT NULL,
    run_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 10 NOT NULL,
    lease_until timestamp with time zone,
    worker_id text,
    serial_key text,
    unique_key text,
    last_error text,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT jobs_kind_is_given CHECK ((kind <> ''::text)),
    CONSTRAINT jobs_max_attempts_is_positive CHECK ((max_attempts > 0)),
    CONSTRAINT jobs_priority_is_between_1_and_4 CHECK (((priority >= 1) AND (priority <= 4))),
    CONSTRAINT jobs_queue_is_a_short_name CHECK ((queue ~ '^[a-z0-9_-]{1,40}$'::text)),
    CONSTRAINT jobs_running_has_a_lease CHECK (((state = 'running'::text) = ((lease_until IS NOT NULL) AND (worker_id IS NOT NULL)))),
    CONSTRAINT jobs_state_is_known CHECK ((state = ANY (ARRAY['ready'::text, 'parked'::text, 'running'::text, 'dead'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000', autovacuum_vacuum_insert_threshold='-1', autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='20000', autovacuum_vacuum_cost_delay='0');

-- Name: TABLE jobs; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.jobs IS 'live and dead jobs; a finished job leaves the table';

-- Name: COLUMN jobs.state; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.state IS 'ready -> running (claimed) -> gone (finished) | ready (failed, tries again at run_at) | dead (gave up); dead -> ready (catalog jobs retry); ready -> parked (another job of its serial key runs) -> ready (that one ended)';

-- Name: COLUMN jobs.priority; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.priority IS '1 goes first, 4 last; within one priority by run_at';

-- Name: COLUMN jobs.attempt; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.attempt IS 'raised by every claim; fences whoever held the job before';

-- Name: COLUMN jobs.lease_until; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.lease_until IS 'a running job whose lease is over may be claimed by anybody';

-- Name: COLUMN jobs.serial_key; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.serial_key IS 'of the jobs with one key at most one runs at a time';

-- Name: COLUMN jobs.unique_key; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.unique_key IS 'of the jobs with one key at most one is ready or running';

-- Name: COLUMN jobs.errors; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.errors IS 'what went wrong so far: [{"at", "attempt", "worker", "error"}], the newest ten';

-- Name: jobs_job_id_seq; Type: SEQUENCE; Schema: jobs; Owner: -

ALTER TABLE jobs.jobs ALTER COLUMN job_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.jobs_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: paused_queues; Type: TABLE; Schema: jobs; Owner: -

CREATE TABLE jobs.paused_queues (
    queue text NOT NULL,
    paused_at timestamp with time zone DEFAULT now() NOT NULL,
    paused_by text DEFAULT SESSION_USER NOT NULL
);

-- Name: TABLE paused_queues; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.paused_queues IS 'queues whose jobs are not claimed; running ones end';

-- Name: periods; Type: TABLE; Schema: jobs; Owner: -

CREATE TABLE jobs.periods (
    kind text NOT NULL,
    period timestamp with time zone NOT NULL
);

-- Name: TABLE periods; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.periods IS 'the newest period of each periodic job that some worker has enqueued';

-- Name: told_alerts; Type: TABLE; Schema: jobs; Owner: -

CREATE TABLE jobs.told_alerts (
    source text NOT NULL,
    alert_id bigint NOT NULL,
    told_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    end_told_at timestamp with time zone
);

-- Name: TABLE told_alerts; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.told_alerts IS 'alerts that were sent to where CATALOG_ALERTS says: the outbox of those messages';

-- Name: COLUMN told_alerts.source; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.told_alerts.source IS 'as in jobs.all_alerts';

-- Name: COLUMN told_alerts.told_at; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.told_alerts.told_at IS 'the last time; once a day as long as the alert is true';

-- Name: COLUMN told_alerts.end_told_at; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.told_alerts.end_told_at IS 'when it was told that the alert is over';

-- Name: workers; Type: TABLE; Schema: jobs; Owner: -

CREATE TABLE jobs.workers (
    worker_number integer NOT NULL,
    worker_id text NOT NULL,
    registered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

-- Name: TABLE workers; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.workers IS 'workers whose death is seen at once: each holds the advisory lock (1785684595, worker_number) as long as its connection lives; others have their leases only';

-- Name: COLUMN workers.worker_id; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.workers.worker_id IS 'as in jobs.jobs';

-- Name: workers_worker_number_seq; Type: SEQUENCE; Schema: jobs; Owner: -

ALTER TABLE jobs.workers ALTER COLUMN worker_number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.workers_worker_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: alerts_alert_id_seq; Type: SEQUENCE; Schema: relay; Owner: -

ALTER TABLE relay.alerts ALTER COLUMN alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME relay.alerts_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: archives; Type: TABLE; Schema: relay; Owner: -

CREATE TABLE relay.archives (
    window_at timestamp with time zone NOT NULL,
    part integer NOT NULL,
    object_key text NOT NULL,
    sha256 text NOT NULL,
    byte_count bigint NOT NULL,
    member_count integer NOT NULL,
    packed_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    verified_at timestamp with time zone,
    is_uncertain boolean DEFAULT false NOT NULL,
    ended_as text,
    ended_at timestamp with time zone,
    engine text,
    engine_level integer,
    CONSTRAINT archives_are_not_empty CHECK (((byte_count > 0) AND (member_count > 0))),
    CONSTRAINT archives_are_verified_after_delivery CHECK (((verified_at IS NULL) OR (delivered_at IS NOT NULL))),
    CONSTRAINT archives_end_at_some_time CHECK (((ended_as IS NULL) = (ended_at IS NULL))),
    CONSTRAINT archives_end_is_known CHECK ((ended_as = ANY (ARRAY['abandoned'::text, 'lost'::text, 'replaced'::text]))),
    CONSTRAINT archives_engine_has_a_level CHECK (((engine IS NULL) = (engine_level IS NULL))),
    CONSTRAINT archives_part_is_counted_from_1 CHECK ((part > 0)),
    CONSTRAINT archives_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE archives; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.archives IS 'the archives of a window; a row is written before its archive is stored, so that a second attempt stores the same one, and is never deleted';

-- Name: COLUMN archives.verified_at; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.archives.verified_at IS 'when the store showed the archive with the right size and checksum';

-- Name: COLUMN archives.is_uncertain; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.archives.is_uncertain IS 'whether the store is to be asked again';

-- Name: COLUMN archives.ended_as; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.archives.ended_as IS 'abandoned (never stored, and not to be made again: its objects are in another archive, or missing) | lost (stored once, gone from the target, and not all of its objects can be read again) | replaced (stored once, gone from the target, and another engine makes other bytes of its objects: all are in another archive) | null: counts';

-- Name: COLUMN archives.engine; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.archives.engine IS 'what compressed it, with its version: libdeflate (gzip) or zstd; null: zlib, before this was kept. Only the same engine and level make the same bytes again';

-- Name: COLUMN archives.engine_level; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.archives.engine_level IS 'how much work it was worth: CATALOG_RELAY_COMPRESSION';

-- Name: members; Type: TABLE; Schema: relay; Owner: -

CREATE TABLE relay.members (
    window_at timestamp with time zone NOT NULL,
    bucket text NOT NULL,
    object_key text NOT NULL,
    object_version text NOT NULL,
    etag text NOT NULL,
    size_bytes bigint,
    arrived_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    part integer,
    entry_name text,
    sha256 text,
    problem text,
    tries integer DEFAULT 0 NOT NULL,
    CONSTRAINT members_packed_are_in_an_archive CHECK (((state = 'packed'::text) = ((part IS NOT NULL) AND (entry_name IS NOT NULL) AND (sha256 IS NOT NULL)))),
    CONSTRAINT members_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
)
PARTITION BY RANGE (window_at);

-- Name: TABLE members; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.members IS 'the objects of each window; in partitions by day, which the upkeep makes and releases (retention.tables)';

-- Name: COLUMN members.object_version; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: COLUMN members.state; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.state IS 'waiting -> packed (in the archive of that part; whether it is stored is said there) | replaced (overwritten before it was read, and what took its place arrived) | gone (no such object) | altered (another object by now, of which nobody told) | unreadable (the store refused it again and again, and not the others of its bucket)';

-- Name: COLUMN members.entry_name; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.entry_name IS 'name in the archive: the key, made safe to extract';

-- Name: COLUMN members.tries; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.tries IS 'how often it could not be read while others of its bucket could';

-- Name: members_rest; Type: TABLE; Schema: relay; Owner: -

CREATE TABLE relay.members_rest (
    window_at timestamp with time zone NOT NULL,
    bucket text NOT NULL,
    object_key text NOT NULL,
    object_version text NOT NULL,
    etag text NOT NULL,
    size_bytes bigint,
    arrived_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    part integer,
    entry_name text,
    sha256 text,
    problem text,
    tries integer DEFAULT 0 NOT NULL,
    CONSTRAINT members_packed_are_in_an_archive CHECK (((state = 'packed'::text) = ((part IS NOT NULL) AND (entry_name IS NOT NULL) AND (sha256 IS NOT NULL)))),
    CONSTRAINT members_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: COLUMN members_rest.object_version; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members_rest.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: COLUMN members_rest.state; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members_rest.state IS 'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now)';

-- Name: COLUMN members_rest.entry_name; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members_rest.entry_name IS 'name in the archive: the key, made safe to extract';

-- Name: kept_tables; Type: TABLE; Schema: retention; Owner: -

CREATE TABLE retention.kept_tables (
    table_schema text NOT NULL,
    table_name text NOT NULL,
    partition_column text NOT NULL,
    period text NOT NULL,
    ahead integer NOT NULL,
    keep_days integer,
    minimum_days integer NOT NULL,
    is_archived boolean NOT NULL,
    release_check text,
    CONSTRAINT tables_are_kept_long_enough CHECK ((keep_days >= minimum_days)),
    CONSTRAINT tables_are_made_ahead CHECK ((ahead > 0)),
    CONSTRAINT tables_period_is_known CHECK ((period = ANY (ARRAY['day'::text, 'month'::text])))
);

-- Name: TABLE kept_tables; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON TABLE retention.kept_tables IS 'every table that is kept for a time; the upkeep manages them by these rows';

-- Name: COLUMN kept_tables.period; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.kept_tables.period IS 'time that a partition spans: a day or a month of UTC';

-- Name: COLUMN kept_tables.ahead; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.kept_tables.ahead IS 'how many whole periods after the present one have their partition';

-- Name: COLUMN kept_tables.keep_days; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.kept_tables.keep_days IS 'a partition is released so long after its end; null keeps it; a setting of the service goes before it';

-- Name: COLUMN kept_tables.minimum_days; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.kept_tables.minimum_days IS 'what no setting may go below';

-- Name: COLUMN kept_tables.is_archived; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.kept_tables.is_archived IS 'whether a partition is written into the store of reports before it is dropped';

-- Name: COLUMN kept_tables.release_check; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.kept_tables.release_check IS 'a function (from timestamptz, until timestamptz) returns boolean that must agree before a partition is released';

-- Name: partitions; Type: VIEW; Schema: retention; Owner: -

CREATE VIEW retention.partitions WITH (security_invoker='true') AS
 WITH children AS MATERIALIZED (
         SELECT t.table_schema,
            t.table_name,
            i.inhrelid,
            i.inhdetachpending
           FROM (((retention.kept_tables t
             JOIN pg_namespace n_1 ON ((n_1.nspname = t.table_schema)))
             JOIN pg_class p ON (((p.relnamespace = n_1.oid) AND (p.relname = t.table_name))))
             JOIN pg_inherits i ON ((i.inhparent = p.oid)))
        )
 SELECT r.table_schema,
    r.table_name,
    (n.nspname)::text AS partition_schema,
    (c.relname)::text AS partition_name,
    b.from_at,
    b.until_at,
    r.inhdetachpending AS is_detaching,
    pg_table_size((c.oid)::regclass) AS table_bytes,
    (GREATEST(c.reltuples, (0)::real))::bigint AS estimated_rows
   FROM (((children r
     JOIN pg_class c ON ((c.oid = r.inhrelid)))
     JOIN pg_namespace n ON ((n.oid = c.relnamespace)))
     CROSS JOIN LATERAL retention.bounds(c.oid) b(from_at, until_at));

-- Name: VIEW partitions; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON VIEW retention.partitions IS 'the partitions of every registered table, by their bounds';

-- Name: released_partitions; Type: TABLE; Schema: retention; Owner: -

CREATE TABLE retention.released_partitions (
    release_id bigint NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    partition_name text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    state text DEFAULT 'leaving'::text NOT NULL,
    row_count bigint,
    byte_count bigint,
    content_sha256 text,
    object_key text,
    object_sha256 text,
    began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    exported_at timestamp with time zone,
    released_at timestamp with time zone,
    restored_until timestamp with time zone,
    CONSTRAINT released_partitions_have_the_times_of_their_state CHECK ((((state = 'leaving'::text) OR (released_at IS NOT NULL)) AND ((state = 'restored'::text) = (restored_until IS NOT NULL)))),
    CONSTRAINT released_partitions_say_where_they_are CHECK ((num_nulls(object_key, object_sha256, content_sha256, row_count, byte_count, exported_at) = ANY (ARRAY[0, 6]))),
    CONSTRAINT released_partitions_state_is_known CHECK ((state = ANY (ARRAY['leaving'::text, 'released'::text, 'restored'::text]))),
    CONSTRAINT released_partitions_sums_are_hex CHECK (((object_sha256 ~ '^[0-9a-f]{64}$'::text) AND (content_sha256 ~ '^[0-9a-f]{64}$'::text)))
);

-- Name: TABLE released_partitions; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON TABLE retention.released_partitions IS 'partitions that were taken out of their table: catalog retention status shows them, catalog retention restore brings one back';

-- Name: COLUMN released_partitions.state; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.released_partitions.state IS 'leaving (exported, then detached, then dropped; goes on where it was cut off) -> released (dropped) -> restored (back until restored_until) -> leaving';

-- Name: COLUMN released_partitions.byte_count; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.released_partitions.byte_count IS 'of the compressed file';

-- Name: COLUMN released_partitions.content_sha256; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.released_partitions.content_sha256 IS 'of the rows as CSV, before compression: compared again after the partition was detached';

-- Name: COLUMN released_partitions.object_key; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.released_partitions.object_key IS 'in the store of reports; null for tables that are not archived';

-- Name: COLUMN released_partitions.object_sha256; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.released_partitions.object_sha256 IS 'of the compressed file: sha256sum says the same';

-- Name: released_partitions_release_id_seq; Type: SEQUENCE; Schema: retention; Owner: -

ALTER TABLE retention.released_partitions ALTER COLUMN release_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME retention.released_partitions_release_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: tables; Type: VIEW; Schema: retention; Owner: -

CREATE VIEW retention.tables WITH (security_invoker='true') AS
 SELECT k.table_schema,
    k.table_name,
    k.partition_column,
    k.period,
    k.ahead,
    k.keep_days,
    k.minimum_days,
    k.is_archived,
    k.release_check
   FROM retention.kept_tables k
  WHERE (NOT (EXISTS ( SELECT
           FROM catalog.sealed_tables s
          WHERE ((k.table_schema = 'catalog'::text) AND (s.table_name = k.table_name)))));

-- Name: VIEW tables; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON VIEW retention.tables IS 'those of retention.kept_tables that are no history: what releases before 0051 can manage';

-- Name: actions_rest; Type: TABLE ATTACH; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.actions ATTACH PARTITION catalog.actions_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: former_errors_rest; Type: TABLE ATTACH; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.former_errors ATTACH PARTITION catalog.former_errors_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: row_versions_rest; Type: TABLE ATTACH; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.row_versions ATTACH PARTITION catalog.row_versions_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: upload_events_rest; Type: TABLE ATTACH; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_events ATTACH PARTITION catalog.upload_events_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: validation_errors_rest; Type: TABLE ATTACH; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.validation_errors ATTACH PARTITION catalog.validation_errors_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: object_events_rest; Type: TABLE ATTACH; Schema: intake; Owner: -

ALTER TABLE ONLY intake.object_events ATTACH PARTITION intake.object_events_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: members_rest; Type: TABLE ATTACH; Schema: relay; Owner: -

ALTER TABLE ONLY relay.members ATTACH PARTITION relay.members_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Name: api_tokens api_tokens_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (token_id);

-- Name: changes changes_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (change_id);

-- Name: corrections corrections_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.corrections
    ADD CONSTRAINT corrections_pkey PRIMARY KEY (upload_id, row_number);

-- Name: history_releases history_releases_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.history_releases
    ADD CONSTRAINT history_releases_pkey PRIMARY KEY (release_id);

-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (subject, idempotency_key);

-- Name: issuer_sign_ins issuer_sign_ins_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.issuer_sign_ins
    ADD CONSTRAINT issuer_sign_ins_pkey PRIMARY KEY (sign_in_id);

-- Name: mapping_headers mapping_headers_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.mapping_headers
    ADD CONSTRAINT mapping_headers_pkey PRIMARY KEY (vendor_id, header_sha256);

-- Name: mappings mappings_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.mappings
    ADD CONSTRAINT mappings_pkey PRIMARY KEY (vendor_id, name, version);

-- Name: notifications notifications_are_sent_once_per_upload_and_kind; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.notifications
    ADD CONSTRAINT notifications_are_sent_once_per_upload_and_kind UNIQUE (upload_id, kind);

-- Name: notifications notifications_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (notification_id);

-- Name: product_categories product_categories_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.product_categories
    ADD CONSTRAINT product_categories_pkey PRIMARY KEY (category_name);

-- Name: product_seals product_seals_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.product_seals
    ADD CONSTRAINT product_seals_pkey PRIMARY KEY (seal_id);

-- Name: product_versions product_versions_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.product_versions
    ADD CONSTRAINT product_versions_pkey PRIMARY KEY (version_id);

-- Name: product_versions product_versions_times_are_moments; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.product_versions
    ADD CONSTRAINT product_versions_times_are_moments CHECK ((isfinite(valid_from) AND isfinite(valid_to))) NOT VALID;

-- Name: products products_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (product_id);

-- Name: products products_sku_is_unique; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_sku_is_unique UNIQUE (sku);

-- Name: products products_times_are_moments; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.products
    ADD CONSTRAINT products_times_are_moments CHECK ((isfinite(valid_from) AND isfinite(created_at))) NOT VALID;

-- Name: products products_vendor_product_id_is_unique_per_vendor; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_vendor_product_id_is_unique_per_vendor UNIQUE (vendor_id, vendor_product_id);

-- Name: report_links report_links_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.report_links
    ADD CONSTRAINT report_links_pkey PRIMARY KEY (token_sha256);

-- Name: rules rules_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.rules
    ADD CONSTRAINT rules_pkey PRIMARY KEY (name, version);

-- Name: rules rules_rule_id_is_unique; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.rules
    ADD CONSTRAINT rules_rule_id_is_unique UNIQUE (rule_id);

-- Name: sealed_tables sealed_tables_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sealed_tables
    ADD CONSTRAINT sealed_tables_pkey PRIMARY KEY (table_name);

-- Name: seals seals_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.seals
    ADD CONSTRAINT seals_pkey PRIMARY KEY (seal_id);

-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (session_id);

-- Name: sign_in_links sign_in_links_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sign_in_links
    ADD CONSTRAINT sign_in_links_pkey PRIMARY KEY (link_id);

-- Name: sign_in_requests sign_in_requests_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sign_in_requests
    ADD CONSTRAINT sign_in_requests_pkey PRIMARY KEY (request_id);

-- Name: ticks ticks_at_is_their_order; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.ticks
    ADD CONSTRAINT ticks_at_is_their_order UNIQUE (at);

-- Name: ticks ticks_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.ticks
    ADD CONSTRAINT ticks_pkey PRIMARY KEY (tick_id);

-- Name: upload_error_counts upload_error_counts_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_error_counts
    ADD CONSTRAINT upload_error_counts_pkey PRIMARY KEY (upload_id, error_type);

-- Name: upload_events_rest upload_events_rest_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_events_rest
    ADD CONSTRAINT upload_events_rest_pkey PRIMARY KEY (event_id);

-- Name: upload_history upload_history_empty_cells_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_empty_cells_is_known CHECK ((empty_cells = ANY (ARRAY['clear'::text, 'keep'::text]))) NOT VALID;

-- Name: upload_history upload_history_kind_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_kind_is_known CHECK ((kind = ANY (ARRAY['file'::text, 'revert'::text]))) NOT VALID;

-- Name: upload_history upload_history_loaded_rows_are_valid_rows; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_loaded_rows_are_valid_rows CHECK (((status <> ALL (ARRAY['completed'::text, 'partial'::text])) OR COALESCE(((((created_records + updated_records) + unchanged_records) + COALESCE(deleted_records, 0)) = valid_records), false))) NOT VALID;

-- Name: upload_history upload_history_missing_products_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_missing_products_is_known CHECK (((missing_products = 'keep'::text) OR ((missing_products = 'deactivate'::text) AND (mode <> 'create'::text)))) NOT VALID;

-- Name: upload_history upload_history_mode_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_mode_is_known CHECK ((mode = ANY (ARRAY['create'::text, 'upsert'::text, 'update'::text]))) NOT VALID;

-- Name: upload_history upload_history_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_history
    ADD CONSTRAINT upload_history_pkey PRIMARY KEY (upload_id);

-- Name: upload_history upload_history_reverts_name_an_upload; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_reverts_name_an_upload CHECK (((kind = 'revert'::text) = (reverts IS NOT NULL))) NOT VALID;

-- Name: upload_seals upload_seals_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_seals
    ADD CONSTRAINT upload_seals_pkey PRIMARY KEY (seal_id);

-- Name: upload_slots upload_slots_object_key_is_used_once; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_slots
    ADD CONSTRAINT upload_slots_object_key_is_used_once UNIQUE (bucket, object_key);

-- Name: upload_slots upload_slots_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_slots
    ADD CONSTRAINT upload_slots_pkey PRIMARY KEY (upload_id);

-- Name: validation_errors validation_errors_error_type_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.validation_errors
    ADD CONSTRAINT validation_errors_error_type_is_known CHECK ((error_type = ANY (ARRAY['MISSING_REQUIRED_FIELD'::text, 'INVALID_PRICE'::text, 'INVALID_STOCK_QUANTITY'::text, 'INVALID_CATEGORY'::text, 'DUPLICATE_SKU'::text, 'DUPLICATE_VENDOR_PRODUCT_ID'::text, 'UNKNOWN_PRODUCT'::text, 'FIELD_TOO_LONG'::text, 'INVALID_VALUE'::text, 'MALFORMED_ROW'::text, 'CUSTOM_RULE'::text, 'CUSTOM_WARNING'::text, 'SUSPICIOUS_KEY'::text]))) NOT VALID;

-- Name: validation_errors validation_errors_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.validation_errors
    ADD CONSTRAINT validation_errors_pkey PRIMARY KEY (created_at, error_id);

-- Name: validation_errors_rest validation_errors_rest_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.validation_errors_rest
    ADD CONSTRAINT validation_errors_rest_pkey PRIMARY KEY (created_at, error_id);

-- Name: vendor_totals vendor_totals_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.vendor_totals
    ADD CONSTRAINT vendor_totals_pkey PRIMARY KEY (vendor_id);

-- Name: vendors vendors_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.vendors
    ADD CONSTRAINT vendors_pkey PRIMARY KEY (vendor_id);

-- Name: version_formats version_formats_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.version_formats
    ADD CONSTRAINT version_formats_pkey PRIMARY KEY (format_id);

-- Name: batches batches_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (request_id, batch_no);

-- Name: buckets buckets_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.buckets
    ADD CONSTRAINT buckets_pkey PRIMARY KEY (provider);

-- Name: cache cache_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.cache
    ADD CONSTRAINT cache_pkey PRIMARY KEY (provider, input_hash);

-- Name: calls calls_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (call_id);

-- Name: mappings mappings_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.mappings
    ADD CONSTRAINT mappings_pkey PRIMARY KEY (name, version);

-- Name: naics_codes naics_codes_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_codes
    ADD CONSTRAINT naics_codes_pkey PRIMARY KEY (code);

-- Name: naics_everyday naics_everyday_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_everyday
    ADD CONSTRAINT naics_everyday_pkey PRIMARY KEY (phrase);

-- Name: naics_index naics_index_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_index
    ADD CONSTRAINT naics_index_pkey PRIMARY KEY (code, phrase);

-- Name: naics_sectors naics_sectors_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_sectors
    ADD CONSTRAINT naics_sectors_pkey PRIMARY KEY (sector);

-- Name: naics_words naics_words_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_words
    ADD CONSTRAINT naics_words_pkey PRIMARY KEY (word);

-- Name: providers providers_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (provider);

-- Name: records records_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.records
    ADD CONSTRAINT records_pkey PRIMARY KEY (request_id, ordinal);

-- Name: requests requests_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (request_id);

-- Name: results results_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.results
    ADD CONSTRAINT results_pkey PRIMARY KEY (request_id, ordinal, field_group);

-- Name: lifetimes lifetimes_pkey; Type: CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE ONLY intake.lifetimes
    ADD CONSTRAINT lifetimes_pkey PRIMARY KEY (pipeline);

-- Name: object_events_rest object_events_rest_pkey; Type: CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE ONLY intake.object_events_rest
    ADD CONSTRAINT object_events_rest_pkey PRIMARY KEY (event_id);

-- Name: received_objects received_objects_pkey; Type: CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE ONLY intake.received_objects
    ADD CONSTRAINT received_objects_pkey PRIMARY KEY (bucket, object_key);

-- Name: routes routes_pkey; Type: CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE ONLY intake.routes
    ADD CONSTRAINT routes_pkey PRIMARY KEY (bucket, prefix);

-- Name: seen_objects seen_objects_pkey; Type: CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE ONLY intake.seen_objects
    ADD CONSTRAINT seen_objects_pkey PRIMARY KEY (bucket, object_key, object_version);

-- Name: alerts alerts_pkey; Type: CONSTRAINT; Schema: jobs; Owner: -

ALTER TABLE ONLY jobs.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (alert_id);

-- Name: jobs jobs_pkey; Type: CONSTRAINT; Schema: jobs; Owner: -

ALTER TABLE ONLY jobs.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (job_id);

-- Name: paused_queues paused_queues_pkey; Type: CONSTRAINT; Schema: jobs; Owner: -

ALTER TABLE ONLY jobs.paused_queues
    ADD CONSTRAINT paused_queues_pkey PRIMARY KEY (queue);

-- Name: periods periods_pkey; Type: CONSTRAINT; Schema: jobs; Owner: -

ALTER TABLE ONLY jobs.periods
    ADD CONSTRAINT periods_pkey PRIMARY KEY (kind);

-- Name: told_alerts told_alerts_pkey; Type: CONSTRAINT; Schema: jobs; Owner: -

ALTER TABLE ONLY jobs.told_alerts
    ADD CONSTRAINT told_alerts_pkey PRIMARY KEY (source, alert_id);

-- Name: workers workers_pkey; Type: CONSTRAINT; Schema: jobs; Owner: -

ALTER TABLE ONLY jobs.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (worker_number);

-- Name: alerts alerts_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (alert_id);

-- Name: archives archives_object_key_is_used_once; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.archives
    ADD CONSTRAINT archives_object_key_is_used_once UNIQUE (object_key);

-- Name: archives archives_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.archives
    ADD CONSTRAINT archives_pkey PRIMARY KEY (window_at, part);

-- Name: members members_missing_have_a_reason; Type: CHECK CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE relay.members
    ADD CONSTRAINT members_missing_have_a_reason CHECK (((state = ANY (ARRAY['gone'::text, 'altered'::text, 'unreadable'::text])) = (problem IS NOT NULL))) NOT VALID;

-- Name: members members_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (window_at, bucket, object_key, object_version);

-- Name: members_rest members_rest_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.members_rest
    ADD CONSTRAINT members_rest_pkey PRIMARY KEY (window_at, bucket, object_key, object_version);

-- Name: members members_state_is_known; Type: CHECK CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE relay.members
    ADD CONSTRAINT members_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'packed'::text, 'replaced'::text, 'gone'::text, 'altered'::text, 'unreadable'::text]))) NOT VALID;

-- Name: windows windows_do_not_overlap; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.windows
    ADD CONSTRAINT windows_do_not_overlap EXCLUDE USING gist (numrange((hashtextextended(((((name || ' '::text) || target) || ' '::text) || COALESCE(archive_prefix, ''::text)), (0)::bigint))::numeric, (hashtextextended(((((name || ' '::text) || target) || ' '::text) || COALESCE(archive_prefix, ''::text)), (0)::bigint))::numeric, '[]'::text) WITH &&, tstzrange(opens_at, closes_at) WITH &&) WHERE ((state = 'open'::text));

-- Name: windows windows_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.windows
    ADD CONSTRAINT windows_pkey PRIMARY KEY (opens_at);

-- Name: released_partitions released_partitions_pkey; Type: CONSTRAINT; Schema: retention; Owner: -

ALTER TABLE ONLY retention.released_partitions
    ADD CONSTRAINT released_partitions_pkey PRIMARY KEY (release_id);

-- Name: kept_tables tables_pkey; Type: CONSTRAINT; Schema: retention; Owner: -

ALTER TABLE ONLY retention.kept_tables
    ADD CONSTRAINT tables_pkey PRIMARY KEY (table_schema, table_name);

-- Name: actions_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX actions_at_idx ON ONLY catalog.actions USING btree (at);

-- Name: actions_object_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX actions_object_idx ON ONLY catalog.actions USING btree (object, at);

-- Name: actions_rest_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX actions_rest_at_idx ON catalog.actions_rest USING btree (at);

-- Name: actions_rest_object_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX actions_rest_object_idx ON catalog.actions_rest USING btree (object, at);

-- Name: api_tokens_vendor_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX api_tokens_vendor_id_idx ON catalog.api_tokens USING btree (vendor_id);

-- Name: changes_tick_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX changes_tick_id_idx ON catalog.changes USING btree (tick_id, change_id);

-- Name: changes_upload_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX changes_upload_id_idx ON catalog.changes USING btree (upload_id) WHERE (upload_id IS NOT NULL);

-- Name: changes_vendor_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX changes_vendor_id_idx ON catalog.changes USING btree (vendor_id, tick_id, place, change_id) WHERE (tick_id IS NOT NULL);

-- Name: changes_waiting_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX changes_waiting_idx ON catalog.changes USING btree (change_id) WHERE (tick_id IS NULL);

-- Name: corrections_changed_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX corrections_changed_at_idx ON catalog.corrections USING btree (changed_at);

-- Name: created_products_change_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX created_products_change_id_idx ON catalog.created_products USING btree (change_id, first_product_id);

-- Name: former_errors_upload_id_attempt_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX former_errors_upload_id_attempt_idx ON ONLY catalog.former_errors USING btree (upload_id, attempt, row_number);

-- Name: former_errors_rest_upload_id_attempt_row_number_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX former_errors_rest_upload_id_attempt_row_number_idx ON catalog.former_errors_rest USING btree (upload_id, attempt, row_number);

-- Name: idempotency_keys_created_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX idempotency_keys_created_at_idx ON catalog.idempotency_keys USING btree (created_at);

-- Name: issuer_sign_ins_expires_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX issuer_sign_ins_expires_at_idx ON catalog.issuer_sign_ins USING btree (expires_at);

-- Name: mappings_in_use_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE UNIQUE INDEX mappings_in_use_idx ON catalog.mappings USING btree (vendor_id, name) WHERE (replaced_at IS NULL);

-- Name: notifications_pending_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX notifications_pending_idx ON catalog.notifications USING btree (notification_id) WHERE (state = 'pending'::text);

-- Name: product_seals_block_key; Type: INDEX; Schema: catalog; Owner: -

CREATE UNIQUE INDEX product_seals_block_key ON catalog.product_seals USING btree (block) WHERE (marks IS NOT NULL);

-- Name: product_seals_tick_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_seals_tick_id_idx ON catalog.product_seals USING btree (tick_id);

-- Name: product_versions_by_hand_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_by_hand_idx ON catalog.product_versions USING btree (version_id) WHERE (superseded_by IS NULL);

-- Name: product_versions_early_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_early_idx ON catalog.product_versions USING btree (superseded_by) WHERE (ended_by = 0);

-- Name: product_versions_ended_by_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_ended_by_idx ON catalog.product_versions USING btree (ended_by, version_id);

-- Name: product_versions_made_by_product_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_made_by_product_id_idx ON catalog.product_versions USING btree (made_by, product_id);

-- Name: product_versions_product_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_product_id_idx ON catalog.product_versions USING btree (product_id, version_id);

-- Name: product_versions_sku_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_sku_idx ON catalog.product_versions USING btree (sku);

-- Name: product_versions_vendor_id_vendor_product_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_vendor_id_vendor_product_id_idx ON catalog.product_versions USING btree (vendor_id, vendor_product_id, valid_from);

-- Name: products_attributes_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX products_attributes_idx ON catalog.products USING gin (attributes jsonb_path_ops) WHERE (attributes IS NOT NULL);

-- Name: report_links_expires_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX report_links_expires_at_idx ON catalog.report_links USING btree (expires_at);

-- Name: row_versions_began_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX row_versions_began_at_idx ON ONLY catalog.row_versions USING btree (began_at);

-- Name: row_versions_rest_began_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX row_versions_rest_began_at_idx ON catalog.row_versions_rest USING btree (began_at);

-- Name: row_versions_row_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX row_versions_row_idx ON ONLY catalog.row_versions USING btree (table_name, row_key, version_id);

-- Name: row_versions_rest_row_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX row_versions_rest_row_idx ON catalog.row_versions_rest USING btree (table_name, row_key, version_id);

-- Name: rules_in_use_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE UNIQUE INDEX rules_in_use_idx ON catalog.rules USING btree (name) WHERE (replaced_at IS NULL);

-- Name: seals_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX seals_at_idx ON catalog.seals USING brin (at) WITH (pages_per_range='16');

-- Name: seals_tick_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX seals_tick_id_idx ON catalog.seals USING btree (tick_id, seal_id);

-- Name: sessions_expires_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sessions_expires_at_idx ON catalog.sessions USING btree (expires_at);

-- Name: sessions_link_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sessions_link_id_idx ON catalog.sessions USING btree (link_id) WHERE (link_id IS NOT NULL);

-- Name: sessions_token_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sessions_token_id_idx ON catalog.sessions USING btree (token_id);

-- Name: sign_in_links_expires_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sign_in_links_expires_at_idx ON catalog.sign_in_links USING btree (expires_at);

-- Name: sign_in_links_vendor_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sign_in_links_vendor_id_idx ON catalog.sign_in_links USING btree (vendor_id);

-- Name: sign_in_requests_address_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sign_in_requests_address_idx ON catalog.sign_in_requests USING btree (address, requested_at);

-- Name: sign_in_requests_caller_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sign_in_requests_caller_idx ON catalog.sign_in_requests USING btree (caller, requested_at);

-- Name: sign_in_requests_requested_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX sign_in_requests_requested_at_idx ON catalog.sign_in_requests USING btree (requested_at);

-- Name: upload_error_counts_upload_timestamp_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_error_counts_upload_timestamp_idx ON catalog.upload_error_counts USING btree (upload_timestamp) INCLUDE (vendor_id, error_type, errors);

-- Name: upload_error_counts_vendor_id_upload_timestamp_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_error_counts_vendor_id_upload_timestamp_idx ON catalog.upload_error_counts USING btree (vendor_id, upload_timestamp);

-- Name: upload_events_event_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_events_event_at_idx ON ONLY catalog.upload_events USING btree (event, at);

-- Name: upload_events_rest_event_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_events_rest_event_at_idx ON catalog.upload_events_rest USING btree (event, at);

-- Name: upload_events_upload_id_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_events_upload_id_at_idx ON ONLY catalog.upload_events USING btree (upload_id, at);

-- Name: upload_events_rest_upload_id_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_events_rest_upload_id_at_idx ON catalog.upload_events_rest USING btree (upload_id, at);

-- Name: upload_history_checked_upload_id_key; Type: INDEX; Schema: catalog; Owner: -

CREATE UNIQUE INDEX upload_history_checked_upload_id_key ON catalog.upload_history USING btree (checked_upload_id) WHERE (checked_upload_id IS NOT NULL);

-- Name: upload_history_keeps_file_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_keeps_file_idx ON catalog.upload_history USING btree (completed_at, upload_id) WHERE keeps_file;

-- Name: upload_history_parent_upload_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_parent_upload_id_idx ON catalog.upload_history USING btree (parent_upload_id) WHERE (parent_upload_id IS NOT NULL);

-- Name: upload_history_under_way_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_under_way_idx ON catalog.upload_history USING btree (upload_timestamp) WHERE (completed_at IS NULL);

-- Name: upload_history_upload_timestamp_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_upload_timestamp_idx ON catalog.upload_history USING btree (upload_timestamp DESC, upload_id DESC);

-- Name: upload_history_vendor_id_file_sha256_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_vendor_id_file_sha256_idx ON catalog.upload_history USING btree (vendor_id, file_sha256) WHERE (file_sha256 IS NOT NULL);

-- Name: upload_history_vendor_id_upload_timestamp_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_vendor_id_upload_timestamp_idx ON catalog.upload_history USING btree (vendor_id, upload_timestamp DESC, upload_id DESC);

-- Name: upload_seals_upload_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_seals_upload_id_idx ON catalog.upload_seals USING btree (upload_id, seal_id);

-- Name: upload_slots_put_token_sha256_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE UNIQUE INDEX upload_slots_put_token_sha256_idx ON catalog.upload_slots USING btree (put_token_sha256);

-- Name: validation_errors_by_value_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX validation_errors_by_value_idx ON ONLY catalog.validation_errors USING btree (upload_id, error_type, COALESCE(field, ''::text), "left"(COALESCE(rejected_value, ''::text), 100) COLLATE "C", COALESCE(rule_name, ''::text), row_number);

-- Name: validation_errors_rest_upload_id_error_type_coalesce_left_c_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX validation_errors_rest_upload_id_error_type_coalesce_left_c_idx ON catalog.validation_errors_rest USING btree (upload_id, error_type, COALESCE(field, ''::text), "left"(COALESCE(rejected_value, ''::text), 100) COLLATE "C", COALESCE(rule_name, ''::text), row_number);

-- Name: validation_errors_upload_id_row_number_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX validation_errors_upload_id_row_number_idx ON ONLY catalog.validation_errors USING btree (upload_id, row_number);

-- Name: validation_errors_rest_upload_id_row_number_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX validation_errors_rest_upload_id_row_number_idx ON catalog.validation_errors_rest USING btree (upload_id, row_number);

-- Name: cache_expires_at_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX cache_expires_at_idx ON enrichment.cache USING brin (expires_at);

-- Name: calls_request_id_batch_no_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX calls_request_id_batch_no_idx ON enrichment.calls USING btree (request_id, batch_no);

-- Name: calls_reserved_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX calls_reserved_idx ON enrichment.calls USING btree (provider) WHERE (state = 'reserved'::text);

-- Name: mappings_in_use_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE UNIQUE INDEX mappings_in_use_idx ON enrichment.mappings USING btree (name) WHERE (replaced_at IS NULL);

-- Name: naics_index_words_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX naics_index_words_idx ON enrichment.naics_index USING gin (words);

-- Name: requests_created_at_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX requests_created_at_idx ON enrichment.requests USING btree (created_at);

-- Name: requests_output_key_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX requests_output_key_idx ON enrichment.requests USING btree (output_key);

-- Name: requests_request_hash_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX requests_request_hash_idx ON enrichment.requests USING btree (request_hash, created_at) WHERE (request_hash IS NOT NULL);

-- Name: requests_request_hash_is_original; Type: INDEX; Schema: enrichment; Owner: -

CREATE UNIQUE INDEX requests_request_hash_is_original ON enrichment.requests USING btree (request_hash) WHERE ((same_as IS NULL) AND (status <> 'failed'::text));

-- Name: object_events_received_at_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX object_events_received_at_idx ON ONLY intake.object_events USING btree (received_at);

-- Name: object_events_request_id_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX object_events_request_id_idx ON ONLY intake.object_events USING btree (request_id) WHERE (request_id IS NOT NULL);

-- Name: object_events_rest_received_at_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX object_events_rest_received_at_idx ON intake.object_events_rest USING btree (received_at);

-- Name: object_events_rest_request_id_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX object_events_rest_request_id_idx ON intake.object_events_rest USING btree (request_id) WHERE (request_id IS NOT NULL);

-- Name: object_events_upload_id_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX object_events_upload_id_idx ON ONLY intake.object_events USING btree (upload_id);

-- Name: object_events_rest_upload_id_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX object_events_rest_upload_id_idx ON intake.object_events_rest USING btree (upload_id);

-- Name: received_objects_token_sha256_idx; Type: INDEX; Schema: intake; Owner: -

CREATE UNIQUE INDEX received_objects_token_sha256_idx ON intake.received_objects USING btree (token_sha256);

-- Name: seen_objects_received_at_idx; Type: INDEX; Schema: intake; Owner: -

CREATE INDEX seen_objects_received_at_idx ON intake.seen_objects USING btree (received_at);

-- Name: alerts_are_raised_once; Type: INDEX; Schema: jobs; Owner: -

CREATE UNIQUE INDEX alerts_are_raised_once ON jobs.alerts USING btree (kind) WHERE (cleared_at IS NULL);

-- Name: jobs_dead_idx; Type: INDEX; Schema: jobs; Owner: -

CREATE INDEX jobs_dead_idx ON jobs.jobs USING btree (queue, job_id) WHERE (state = 'dead'::text);

-- Name: jobs_parked_idx; Type: INDEX; Schema: jobs; Owner: -

CREATE INDEX jobs_parked_idx ON jobs.jobs USING btree (serial_key, queue, priority, run_at, job_id) WHERE (state = 'parked'::text);

-- Name: jobs_ready_idx; Type: INDEX; Schema: jobs; Owner: -

CREATE INDEX jobs_ready_idx ON jobs.jobs USING btree (queue, priority, run_at, job_id) WHERE (state = 'ready'::text);

-- Name: jobs_ready_serial_key_idx; Type: INDEX; Schema: jobs; Owner: -

CREATE INDEX jobs_ready_serial_key_idx ON jobs.jobs USING btree (serial_key) WHERE ((state = 'ready'::text) AND (serial_key IS NOT NULL));

-- Name: jobs_running_idx; Type: INDEX; Schema: jobs; Owner: -

CREATE INDEX jobs_running_idx ON jobs.jobs USING btree (queue, lease_until) WHERE (state = 'running'::text);

-- Name: jobs_serial_key_runs_once; Type: INDEX; Schema: jobs; Owner: -

CREATE UNIQUE INDEX jobs_serial_key_runs_once ON jobs.jobs USING btree (serial_key) WHERE ((state = 'running'::text) AND (serial_key IS NOT NULL));

-- Name: jobs_unique_key_lives_once; Type: INDEX; Schema: jobs; Owner: -

CREATE UNIQUE INDEX jobs_unique_key_lives_once ON jobs.jobs USING btree (unique_key) WHERE ((state <> 'dead'::text) AND (unique_key IS NOT NULL));

-- Name: alerts_are_raised_once; Type: INDEX; Schema: relay; Owner: -

CREATE UNIQUE INDEX alerts_are_raised_once ON relay.alerts USING btree (kind, COALESCE(window_at, '-infinity'::timestamp with time zone)) WHERE (cleared_at IS NULL);

-- Name: windows_unfinished_idx; Type: INDEX; Schema: relay; Owner: -

CREATE INDEX windows_unfinished_idx ON relay.windows USING btree (state, opens_at) WHERE (state <> 'verified'::text);

-- Name: windows_verified_at_idx; Type: INDEX; Schema: relay; Owner: -

CREATE INDEX windows_verified_at_idx ON relay.windows USING btree (verified_at) WHERE (verified_at IS NOT NULL);

-- Name: released_partitions_one_at_a_time; Type: INDEX; Schema: retention; Owner: -

CREATE UNIQUE INDEX released_partitions_one_at_a_time ON retention.released_partitions USING btree (table_schema, table_name, from_at) WHERE (state <> 'released'::text);

-- Name: actions_rest_at_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.actions_at_idx ATTACH PARTITION catalog.actions_rest_at_idx;

-- Name: actions_rest_object_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.actions_object_idx ATTACH PARTITION catalog.actions_rest_object_idx;

-- Name: former_errors_rest_upload_id_attempt_row_number_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.former_errors_upload_id_attempt_idx ATTACH PARTITION catalog.former_errors_rest_upload_id_attempt_row_number_idx;

-- Name: row_versions_rest_began_at_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.row_versions_began_at_idx ATTACH PARTITION catalog.row_versions_rest_began_at_idx;

-- Name: row_versions_rest_row_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.row_versions_row_idx ATTACH PARTITION catalog.row_versions_rest_row_idx;

-- Name: upload_events_rest_event_at_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.upload_events_event_at_idx ATTACH PARTITION catalog.upload_events_rest_event_at_idx;

-- Name: upload_events_rest_upload_id_at_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.upload_events_upload_id_at_idx ATTACH PARTITION catalog.upload_events_rest_upload_id_at_idx;

-- Name: validation_errors_rest_pkey; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.validation_errors_pkey ATTACH PARTITION catalog.validation_errors_rest_pkey;

-- Name: validation_errors_rest_upload_id_error_type_coalesce_left_c_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.validation_errors_by_value_idx ATTACH PARTITION catalog.validation_errors_rest_upload_id_error_type_coalesce_left_c_idx;

-- Name: validation_errors_rest_upload_id_row_number_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.validation_errors_upload_id_row_number_idx ATTACH PARTITION catalog.validation_errors_rest_upload_id_row_number_idx;

-- Name: object_events_rest_received_at_idx; Type: INDEX ATTACH; Schema: intake; Owner: -

ALTER INDEX intake.object_events_received_at_idx ATTACH PARTITION intake.object_events_rest_received_at_idx;

-- Name: object_events_rest_request_id_idx; Type: INDEX ATTACH; Schema: intake; Owner: -

ALTER INDEX intake.object_events_request_id_idx ATTACH PARTITION intake.object_events_rest_request_id_idx;

-- Name: object_events_rest_upload_id_idx; Type: INDEX ATTACH; Schema: intake; Owner: -

ALTER INDEX intake.object_events_upload_id_idx ATTACH PARTITION intake.object_events_rest_upload_id_idx;

-- Name: members_rest_pkey; Type: INDEX ATTACH; Schema: relay; Owner: -

ALTER INDEX relay.members_pkey ATTACH PARTITION relay.members_rest_pkey;

-- Name: actions actions_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER actions_refuse_change BEFORE DELETE OR UPDATE ON catalog.actions FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: actions actions_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER actions_refuse_truncate BEFORE TRUNCATE ON catalog.actions FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: actions_rest actions_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER actions_refuse_truncate BEFORE TRUNCATE ON catalog.actions_rest FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: actions actions_seal_rows; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER actions_seal_rows AFTER INSERT ON catalog.actions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.seal_actions();

-- Name: api_tokens api_tokens_announce_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER api_tokens_announce_change AFTER DELETE OR UPDATE OF secret_sha256, role, vendor_id, expires_at, revoked_at ON catalog.api_tokens FOR EACH ROW EXECUTE FUNCTION catalog.announce_token_change();

-- Name: api_tokens api_tokens_keep_deletes; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER api_tokens_keep_deletes AFTER DELETE ON catalog.api_tokens REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('token_id', '', 'secret_sha256', 'last_used_at');

-- Name: api_tokens api_tokens_keep_inserts; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER api_tokens_keep_inserts AFTER INSERT ON catalog.api_tokens REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('token_id', '', 'secret_sha256', 'last_used_at');

-- Name: api_tokens api_tokens_keep_updates; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER api_tokens_keep_updates AFTER UPDATE ON catalog.api_tokens REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('token_id', '', 'secret_sha256', 'last_used_at');

-- Name: changes changes_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER changes_refuse_change AFTER UPDATE ON catalog.changes FOR EACH ROW WHEN ((old.tick_id IS NOT NULL)) EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: changes changes_refuse_delete; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER changes_refuse_delete BEFORE DELETE ON catalog.changes FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: changes changes_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER changes_refuse_truncate BEFORE TRUNCATE ON catalog.changes FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: created_products created_products_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER created_products_refuse_change BEFORE DELETE OR UPDATE ON catalog.created_products FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: created_products created_products_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER created_products_refuse_truncate BEFORE TRUNCATE ON catalog.created_products FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: history_releases history_releases_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER history_releases_refuse_change BEFORE DELETE OR UPDATE ON catalog.history_releases FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: history_releases history_releases_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER history_releases_refuse_truncate BEFORE TRUNCATE ON catalog.history_releases FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: history_releases history_releases_seal_rows; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER history_releases_seal_rows AFTER INSERT ON catalog.history_releases REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.seal_history_releases();

-- Name: mappings mappings_keep_deletes; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER mappings_keep_deletes AFTER DELETE ON catalog.mappings REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('vendor_id', 'name', 'version');

-- Name: mappings mappings_keep_inserts; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER mappings_keep_inserts AFTER INSERT ON catalog.mappings REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('vendor_id', 'name', 'version');

-- Name: mappings mappings_keep_updates; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER mappings_keep_updates AFTER UPDATE ON catalog.mappings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('vendor_id', 'name', 'version');

-- Name: product_categories product_categories_keep_deletes; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_categories_keep_deletes AFTER DELETE ON catalog.product_categories REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('category_name');

-- Name: product_categories product_categories_keep_inserts; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_categories_keep_inserts AFTER INSERT ON catalog.product_categories REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('category_name');

-- Name: product_categories product_categories_keep_updates; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_categories_keep_updates AFTER UPDATE ON catalog.product_categories REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('category_name');

-- Name: product_seals product_seals_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_seals_refuse_change BEFORE UPDATE ON catalog.product_seals FOR EACH ROW WHEN (((old.marks IS NULL) OR (new.marks IS NOT NULL) OR (old.seal_id <> new.seal_id) OR (old.at <> new.at) OR (old.tick_id <> new.tick_id) OR (old.block <> new.block) OR (old.format_id <> new.format_id) OR (old.rows <> new.rows) OR (old.rows_hash <> new.rows_hash))) EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: product_seals product_seals_refuse_delete; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_seals_refuse_delete BEFORE DELETE ON catalog.product_seals FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: product_seals product_seals_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_seals_refuse_truncate BEFORE TRUNCATE ON catalog.product_seals FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: product_seals product_seals_seal_rows; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_seals_seal_rows AFTER INSERT ON catalog.product_seals REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.seal_product_seals();

-- Name: product_versions product_versions_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_versions_refuse_change BEFORE DELETE OR UPDATE ON catalog.product_versions FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: product_versions product_versions_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER product_versions_refuse_truncate BEFORE TRUNCATE ON catalog.product_versions FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: products products_begin_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_begin_change BEFORE INSERT OR DELETE OR UPDATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.begin_change();

-- Name: products products_begin_creation; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_begin_creation BEFORE INSERT ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.begin_creation();

-- Name: products products_begin_image; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_begin_image BEFORE UPDATE ON catalog.products FOR EACH ROW WHEN (((new.made_by IS DISTINCT FROM (NULLIF(current_setting('catalog.change_id'::text, true), ''::text))::bigint) OR (new.valid_from IS DISTINCT FROM GREATEST(statement_timestamp(), old.valid_from)) OR (NOT ((new.upload_id)::text IS DISTINCT FROM (old.upload_id)::text)) OR (NULLIF(current_setting('catalog.upload_id'::text, true), ''::text) IS NULL))) EXECUTE FUNCTION catalog.begin_product_image();

-- Name: products products_end_creation; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_end_creation AFTER INSERT ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.end_creation();

-- Name: products products_keep_deleted_images; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_keep_deleted_images AFTER DELETE ON catalog.products REFERENCING OLD TABLE AS old_images FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_deleted_product_images();

-- Name: products products_keep_updated_images; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_keep_updated_images AFTER UPDATE ON catalog.products REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_updated_product_images();

-- Name: products products_note_moved; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_note_moved AFTER UPDATE OF vendor_id, product_id ON catalog.products FOR EACH ROW WHEN ((((new.vendor_id)::text <> (old.vendor_id)::text) OR (new.product_id <> old.product_id))) EXECUTE FUNCTION catalog.note_created_product();

-- Name: products products_note_returned; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_note_returned AFTER INSERT ON catalog.products FOR EACH ROW WHEN ((new.product_id <= (NULLIF(current_setting('catalog.last_product_id'::text, true), ''::text))::bigint)) EXECUTE FUNCTION catalog.note_created_product();

-- Name: products products_refuse_forged_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_refuse_forged_change AFTER INSERT ON catalog.products FOR EACH ROW WHEN ((new.made_by <> (current_setting('catalog.loading_change'::text))::bigint)) EXECUTE FUNCTION catalog.refuse_forged_change();

-- Name: products products_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_refuse_truncate BEFORE TRUNCATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change('delete the rows instead: their images are then kept');

-- Name: row_versions row_versions_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER row_versions_refuse_change BEFORE DELETE OR UPDATE ON catalog.row_versions FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: row_versions row_versions_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER row_versions_refuse_truncate BEFORE TRUNCATE ON catalog.row_versions FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: row_versions_rest row_versions_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER row_versions_refuse_truncate BEFORE TRUNCATE ON catalog.row_versions_rest FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: row_versions row_versions_seal_rows; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER row_versions_seal_rows AFTER INSERT ON catalog.row_versions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.seal_row_versions();

-- Name: rules rules_keep_deletes; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER rules_keep_deletes AFTER DELETE ON catalog.rules REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('name', 'version');

-- Name: rules rules_keep_inserts; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER rules_keep_inserts AFTER INSERT ON catalog.rules REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('name', 'version');

-- Name: rules rules_keep_updates; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER rules_keep_updates AFTER UPDATE ON catalog.rules REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('name', 'version');

-- Name: sealed_tables sealed_tables_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER sealed_tables_refuse_change BEFORE DELETE OR UPDATE ON catalog.sealed_tables FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: sealed_tables sealed_tables_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER sealed_tables_refuse_truncate BEFORE TRUNCATE ON catalog.sealed_tables FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: seals seals_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER seals_refuse_change AFTER UPDATE ON catalog.seals FOR EACH ROW WHEN ((old.tick_id IS NOT NULL)) EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: seals seals_refuse_delete; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER seals_refuse_delete BEFORE DELETE ON catalog.seals FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: seals seals_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER seals_refuse_truncate BEFORE TRUNCATE ON catalog.seals FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: ticks ticks_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER ticks_refuse_change BEFORE UPDATE ON catalog.ticks FOR EACH ROW WHEN ((old.hash IS NOT NULL)) EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: ticks ticks_refuse_delete; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER ticks_refuse_delete BEFORE DELETE ON catalog.ticks FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: ticks ticks_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER ticks_refuse_truncate BEFORE TRUNCATE ON catalog.ticks FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_events upload_events_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_refuse_change BEFORE DELETE OR UPDATE ON catalog.upload_events FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_events upload_events_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_refuse_truncate BEFORE TRUNCATE ON catalog.upload_events FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_events_rest upload_events_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_refuse_truncate BEFORE TRUNCATE ON catalog.upload_events_rest FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_events upload_events_seal_rows; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_seal_rows AFTER INSERT ON catalog.upload_events REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.seal_upload_events();

-- Name: upload_history upload_history_count_changed; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_history_count_changed AFTER UPDATE OF status, total_records, valid_records, error_records ON catalog.upload_history FOR EACH ROW WHEN (((new.status <> old.status) OR (new.total_records IS DISTINCT FROM old.total_records) OR (new.valid_records IS DISTINCT FROM old.valid_records) OR (new.error_records IS DISTINCT FROM old.error_records))) EXECUTE FUNCTION catalog.count_upload();

-- Name: upload_history upload_history_count_ended; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_history_count_ended AFTER INSERT OR DELETE ON catalog.upload_history FOR EACH ROW EXECUTE FUNCTION catalog.count_upload();

-- Name: upload_history upload_history_name_uploader; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_history_name_uploader BEFORE INSERT OR UPDATE OF created_by ON catalog.upload_history FOR EACH ROW EXECUTE FUNCTION catalog.name_uploader();

-- Name: upload_seals upload_seals_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_seals_refuse_change BEFORE UPDATE ON catalog.upload_seals FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_seals upload_seals_refuse_delete; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_seals_refuse_delete BEFORE DELETE ON catalog.upload_seals FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_seals upload_seals_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_seals_refuse_truncate BEFORE TRUNCATE ON catalog.upload_seals FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: upload_seals upload_seals_seal_rows; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_seals_seal_rows AFTER INSERT ON catalog.upload_seals REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.seal_upload_seals();

-- Name: vendors vendors_keep_deletes; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER vendors_keep_deletes AFTER DELETE ON catalog.vendors REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('vendor_id');

-- Name: vendors vendors_keep_inserts; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER vendors_keep_inserts AFTER INSERT ON catalog.vendors REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('vendor_id');

-- Name: vendors vendors_keep_updates; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER vendors_keep_updates AFTER UPDATE ON catalog.vendors REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('vendor_id');

-- Name: version_formats version_formats_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER version_formats_refuse_change BEFORE DELETE OR UPDATE ON catalog.version_formats FOR EACH ROW EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: version_formats version_formats_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER version_formats_refuse_truncate BEFORE TRUNCATE ON catalog.version_formats FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_history_change();

-- Name: providers providers_keep_deletes; Type: TRIGGER; Schema: enrichment; Owner: -

CREATE TRIGGER providers_keep_deletes AFTER DELETE ON enrichment.providers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('provider', '', 'updated_at');

-- Name: providers providers_keep_inserts; Type: TRIGGER; Schema: enrichment; Owner: -

CREATE TRIGGER providers_keep_inserts AFTER INSERT ON enrichment.providers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('provider', '', 'updated_at');

-- Name: providers providers_keep_updates; Type: TRIGGER; Schema: enrichment; Owner: -

CREATE TRIGGER providers_keep_updates AFTER UPDATE ON enrichment.providers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('provider', '', 'updated_at');

-- Name: object_events object_events_forget_objects; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER object_events_forget_objects AFTER DELETE ON intake.object_events REFERENCING OLD TABLE AS old_events FOR EACH STATEMENT EXECUTE FUNCTION intake.forget_objects();

-- Name: object_events object_events_remember_objects; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER object_events_remember_objects AFTER INSERT ON intake.object_events REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION intake.remember_objects();

-- Name: routes routes_keep_deletes; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER routes_keep_deletes AFTER DELETE ON intake.routes REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('bucket', 'prefix');

-- Name: routes routes_keep_inserts; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER routes_keep_inserts AFTER INSERT ON intake.routes REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('bucket', 'prefix');

-- Name: routes routes_keep_updates; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER routes_keep_updates AFTER UPDATE ON intake.routes REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('bucket', 'prefix');

-- Name: jobs jobs_unpark_next_after_delete; Type: TRIGGER; Schema: jobs; Owner: -

CREATE TRIGGER jobs_unpark_next_after_delete AFTER DELETE ON jobs.jobs FOR EACH ROW WHEN (((old.serial_key IS NOT NULL) AND (old.state = ANY (ARRAY['ready'::text, 'running'::text])))) EXECUTE FUNCTION jobs.unpark_next();

-- Name: jobs jobs_unpark_next_after_update; Type: TRIGGER; Schema: jobs; Owner: -

CREATE TRIGGER jobs_unpark_next_after_update AFTER UPDATE OF state, serial_key ON jobs.jobs FOR EACH ROW WHEN (((old.serial_key IS NOT NULL) AND (((old.state = 'running'::text) AND (new.state <> 'running'::text)) OR ((old.state = 'ready'::text) AND (new.state = 'dead'::text)) OR ((old.state = ANY (ARRAY['ready'::text, 'running'::text])) AND (new.serial_key IS DISTINCT FROM old.serial_key))))) EXECUTE FUNCTION jobs.unpark_next();

-- Name: paused_queues paused_queues_keep_deletes; Type: TRIGGER; Schema: jobs; Owner: -

CREATE TRIGGER paused_queues_keep_deletes AFTER DELETE ON jobs.paused_queues REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('queue');

-- Name: paused_queues paused_queues_keep_inserts; Type: TRIGGER; Schema: jobs; Owner: -

CREATE TRIGGER paused_queues_keep_inserts AFTER INSERT ON jobs.paused_queues REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('queue');

-- Name: paused_queues paused_queues_keep_updates; Type: TRIGGER; Schema: jobs; Owner: -

CREATE TRIGGER paused_queues_keep_updates AFTER UPDATE ON jobs.paused_queues REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_row_versions('queue');

-- Name: api_tokens api_tokens_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.api_tokens
    ADD CONSTRAINT api_tokens_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

-- Name: changes changes_tick_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.changes
    ADD CONSTRAINT changes_tick_exists FOREIGN KEY (tick_id) REFERENCES catalog.ticks(tick_id);

-- Name: corrections corrections_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.corrections
    ADD CONSTRAINT corrections_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id) ON DELETE CASCADE;

-- Name: former_errors former_errors_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.former_errors
    ADD CONSTRAINT former_errors_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: mapping_headers mapping_headers_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.mapping_headers
    ADD CONSTRAINT mapping_headers_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

-- Name: mappings mappings_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.mappings
    ADD CONSTRAINT mappings_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

-- Name: notifications notifications_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.notifications
    ADD CONSTRAINT notifications_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: products products_category_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_category_exists FOREIGN KEY (category) REFERENCES catalog.product_categories(category_name) ON UPDATE CASCADE;

-- Name: products products_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

-- Name: report_links report_links_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.report_links
    ADD CONSTRAINT report_links_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: rules rules_category_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.rules
    ADD CONSTRAINT rules_category_exists FOREIGN KEY (category) REFERENCES catalog.product_categories(category_name);

-- Name: rules rules_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.rules
    ADD CONSTRAINT rules_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

-- Name: sessions sessions_link_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sessions
    ADD CONSTRAINT sessions_link_exists FOREIGN KEY (link_id) REFERENCES catalog.sign_in_links(link_id) ON DELETE CASCADE;

-- Name: sessions sessions_token_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sessions
    ADD CONSTRAINT sessions_token_exists FOREIGN KEY (token_id) REFERENCES catalog.api_tokens(token_id) ON DELETE CASCADE;

-- Name: sessions sessions_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sessions
    ADD CONSTRAINT sessions_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

-- Name: sign_in_links sign_in_links_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.sign_in_links
    ADD CONSTRAINT sign_in_links_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id) ON DELETE CASCADE;

-- Name: upload_events upload_events_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_events
    ADD CONSTRAINT upload_events_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: upload_slots upload_slots_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_slots
    ADD CONSTRAINT upload_slots_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: validation_errors validation_errors_upload_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.validation_errors
    ADD CONSTRAINT validation_errors_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: batches batches_request_exists; Type: FK CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.batches
    ADD CONSTRAINT batches_request_exists FOREIGN KEY (request_id) REFERENCES enrichment.requests(request_id);

-- Name: buckets buckets_provider_exists; Type: FK CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.buckets
    ADD CONSTRAINT buckets_provider_exists FOREIGN KEY (provider) REFERENCES enrichment.providers(provider) ON DELETE CASCADE;

-- Name: naics_codes naics_codes_sector_exists; Type: FK CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_codes
    ADD CONSTRAINT naics_codes_sector_exists FOREIGN KEY (sector) REFERENCES enrichment.naics_sectors(sector);

-- Name: requests requests_same_as_exists; Type: FK CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.requests
    ADD CONSTRAINT requests_same_as_exists FOREIGN KEY (same_as) REFERENCES enrichment.requests(request_id) ON DELETE SET NULL;

-- Name: object_events object_events_request_exists; Type: FK CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE intake.object_events
    ADD CONSTRAINT object_events_request_exists FOREIGN KEY (request_id) REFERENCES enrichment.requests(request_id);

-- Name: object_events object_events_upload_exists; Type: FK CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE intake.object_events
    ADD CONSTRAINT object_events_upload_exists FOREIGN KEY (upload_id) REFERENCES catalog.upload_history(upload_id);

-- Name: alerts alerts_window_exists; Type: FK CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.alerts
    ADD CONSTRAINT alerts_window_exists FOREIGN KEY (window_at) REFERENCES relay.windows(opens_at);

-- Name: archives archives_window_exists; Type: FK CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.archives
    ADD CONSTRAINT archives_window_exists FOREIGN KEY (window_at) REFERENCES relay.windows(opens_at);

-- Name: members members_window_exists; Type: FK CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE relay.members
    ADD CONSTRAINT members_window_exists FOREIGN KEY (window_at) REFERENCES relay.windows(opens_at);

-- Name: released_partitions released_partitions_table_is_registered; Type: FK CONSTRAINT; Schema: retention; Owner: -

ALTER TABLE ONLY retention.released_partitions
    ADD CONSTRAINT released_partitions_table_is_registered FOREIGN KEY (table_schema, table_name) REFERENCES retention.kept_tables(table_schema, table_name);

-- Name: actions; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.actions ENABLE ROW LEVEL SECURITY;

-- Name: actions actions_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY actions_staff ON catalog.actions FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: api_tokens; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.api_tokens ENABLE ROW LEVEL SECURITY;

-- Name: api_tokens api_tokens_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY api_tokens_audit ON catalog.api_tokens FOR SELECT TO catalog_auditor USING (true);

-- Name: changes; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.changes ENABLE ROW LEVEL SECURITY;

-- Name: changes changes_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY changes_audit ON catalog.changes FOR SELECT TO catalog_auditor USING (true);

-- Name: changes changes_order; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY changes_order ON catalog.changes FOR SELECT TO catalog_vendor USING (true);

-- Name: changes changes_service; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY changes_service ON catalog.changes FOR SELECT TO catalog_owner USING (true);

-- Name: corrections; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.corrections ENABLE ROW LEVEL SECURITY;

-- Name: corrections corrections_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY corrections_audit ON catalog.corrections FOR SELECT TO catalog_auditor USING (true);

-- Name: corrections corrections_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY corrections_own_rows ON catalog.corrections FOR SELECT TO catalog_vendor USING ((EXISTS ( SELECT
   FROM catalog.upload_history u
  WHERE ((u.upload_id)::text = (corrections.upload_id)::text))));

-- Name: created_products; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.created_products ENABLE ROW LEVEL SECURITY;

-- Name: created_products created_products_order; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY created_products_order ON catalog.created_products FOR SELECT TO catalog_vendor USING (true);

-- Name: created_products created_products_service; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY created_products_service ON catalog.created_products FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: former_errors; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.former_errors ENABLE ROW LEVEL SECURITY;

-- Name: former_errors former_errors_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY former_errors_audit ON catalog.former_errors FOR SELECT TO catalog_auditor USING (true);

-- Name: former_errors former_errors_history; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY former_errors_history ON catalog.former_errors FOR SELECT TO catalog_history USING (true);

-- Name: former_errors former_errors_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY former_errors_own_rows ON catalog.former_errors FOR SELECT TO catalog_vendor USING ((EXISTS ( SELECT
   FROM catalog.upload_history u
  WHERE ((u.upload_id)::text = (former_errors.upload_id)::text))));

-- Name: history_releases; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.history_releases ENABLE ROW LEVEL SECURITY;

-- Name: history_releases history_releases_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY history_releases_staff ON catalog.history_releases FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: mapping_headers; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.mapping_headers ENABLE ROW LEVEL SECURITY;

-- Name: mapping_headers mapping_headers_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY mapping_headers_audit ON catalog.mapping_headers FOR SELECT TO catalog_auditor USING (true);

-- Name: mapping_headers mapping_headers_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY mapping_headers_own_rows ON catalog.mapping_headers FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: mappings; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.mappings ENABLE ROW LEVEL SECURITY;

-- Name: mappings mappings_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY mappings_audit ON catalog.mappings FOR SELECT TO catalog_auditor USING (true);

-- Name: mappings mappings_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY mappings_own_rows ON catalog.mappings FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: notifications; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.notifications ENABLE ROW LEVEL SECURITY;

-- Name: notifications notifications_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY notifications_audit ON catalog.notifications FOR SELECT TO catalog_auditor USING (true);

-- Name: product_seals; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.product_seals ENABLE ROW LEVEL SECURITY;

-- Name: product_seals product_seals_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY product_seals_staff ON catalog.product_seals FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: product_versions; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.product_versions ENABLE ROW LEVEL SECURITY;

-- Name: product_versions product_versions_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY product_versions_audit ON catalog.product_versions FOR SELECT TO catalog_auditor USING (true);

-- Name: product_versions product_versions_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY product_versions_own_rows ON catalog.product_versions FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: product_versions product_versions_service; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY product_versions_service ON catalog.product_versions FOR SELECT TO catalog_owner USING (true);

-- Name: products; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.products ENABLE ROW LEVEL SECURITY;

-- Name: products products_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY products_audit ON catalog.products FOR SELECT TO catalog_auditor USING (true);

-- Name: products products_history; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY products_history ON catalog.products FOR SELECT TO catalog_history USING (true);

-- Name: products products_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY products_own_rows ON catalog.products FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: row_versions; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.row_versions ENABLE ROW LEVEL SECURITY;

-- Name: row_versions row_versions_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY row_versions_staff ON catalog.row_versions FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: rules; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.rules ENABLE ROW LEVEL SECURITY;

-- Name: rules rules_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY rules_audit ON catalog.rules FOR SELECT TO catalog_auditor USING (true);

-- Name: rules rules_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY rules_own_rows ON catalog.rules FOR SELECT TO catalog_vendor USING (((vendor_id IS NULL) OR ((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id))));

-- Name: sealed_tables; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.sealed_tables ENABLE ROW LEVEL SECURITY;

-- Name: sealed_tables sealed_tables_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY sealed_tables_staff ON catalog.sealed_tables FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: seals; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.seals ENABLE ROW LEVEL SECURITY;

-- Name: seals seals_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY seals_staff ON catalog.seals FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: upload_error_counts; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_error_counts ENABLE ROW LEVEL SECURITY;

-- Name: upload_error_counts upload_error_counts_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_error_counts_audit ON catalog.upload_error_counts FOR SELECT TO catalog_auditor USING (true);

-- Name: upload_error_counts upload_error_counts_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_error_counts_own_rows ON catalog.upload_error_counts FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: upload_events; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_events ENABLE ROW LEVEL SECURITY;

-- Name: upload_events upload_events_add; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_events_add ON catalog.upload_events FOR INSERT TO catalog_owner WITH CHECK (true);

-- Name: upload_events upload_events_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_events_audit ON catalog.upload_events FOR SELECT TO catalog_auditor USING (true);

-- Name: upload_events upload_events_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_events_own_rows ON catalog.upload_events FOR SELECT TO catalog_vendor USING ((EXISTS ( SELECT
   FROM catalog.upload_history u
  WHERE ((u.upload_id)::text = (upload_events.upload_id)::text))));

-- Name: upload_events upload_events_service; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_events_service ON catalog.upload_events FOR SELECT TO catalog_owner USING (true);

-- Name: upload_history; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history ENABLE ROW LEVEL SECURITY;

-- Name: upload_history upload_history_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_history_audit ON catalog.upload_history FOR SELECT TO catalog_auditor USING (true);

-- Name: upload_history upload_history_history; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_history_history ON catalog.upload_history FOR SELECT TO catalog_history USING (true);

-- Name: upload_history upload_history_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_history_own_rows ON catalog.upload_history FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: upload_seals; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_seals ENABLE ROW LEVEL SECURITY;

-- Name: upload_seals upload_seals_staff; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_seals_staff ON catalog.upload_seals FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: validation_errors; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.validation_errors ENABLE ROW LEVEL SECURITY;

-- Name: validation_errors validation_errors_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY validation_errors_audit ON catalog.validation_errors FOR SELECT TO catalog_auditor USING (true);

-- Name: validation_errors validation_errors_history; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY validation_errors_history ON catalog.validation_errors FOR SELECT TO catalog_history USING (true);

-- Name: validation_errors validation_errors_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY validation_errors_own_rows ON catalog.validation_errors FOR SELECT TO catalog_vendor USING ((EXISTS ( SELECT
   FROM catalog.upload_history u
  WHERE ((u.upload_id)::text = (validation_errors.upload_id)::text))));

-- Name: vendor_totals; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.vendor_totals ENABLE ROW LEVEL SECURITY;

-- Name: vendor_totals vendor_totals_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY vendor_totals_audit ON catalog.vendor_totals FOR SELECT TO catalog_auditor USING (true);

-- Name: vendor_totals vendor_totals_own_row; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY vendor_totals_own_row ON catalog.vendor_totals FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: vendors; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.vendors ENABLE ROW LEVEL SECURITY;

-- Name: vendors vendors_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY vendors_audit ON catalog.vendors FOR SELECT TO catalog_auditor USING (true);

-- Name: vendors vendors_own_row; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY vendors_own_row ON catalog.vendors FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: version_formats; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.version_formats ENABLE ROW LEVEL SECURITY;

-- Name: version_formats version_formats_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY version_formats_audit ON catalog.version_formats FOR SELECT TO catalog_owner, catalog_auditor USING (true);

-- Name: SCHEMA audit; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA audit TO catalog_vendor;
GRANT USAGE ON SCHEMA audit TO catalog_auditor;
GRANT ALL ON SCHEMA audit TO catalog_history;

-- Name: SCHEMA catalog; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA catalog TO catalog_vendor;
GRANT USAGE ON SCHEMA catalog TO catalog_auditor;
GRANT ALL ON SCHEMA catalog TO catalog_owner WITH GRANT OPTION;

-- Name: SCHEMA enrichment; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA enrichment TO catalog_auditor;
GRANT USAGE ON SCHEMA enrichment TO catalog_history;

-- Name: SCHEMA intake; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA intake TO catalog_auditor;
GRANT USAGE ON SCHEMA intake TO catalog_history;

-- Name: SCHEMA jobs; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA jobs TO catalog_auditor;
GRANT USAGE ON SCHEMA jobs TO catalog_history;

-- Name: SCHEMA relay; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA relay TO catalog_auditor;

-- Name: SCHEMA retention; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA retention TO catalog_auditor;
GRANT USAGE ON SCHEMA retention TO catalog_history;

-- Name: FUNCTION brief(value text, width integer); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.brief(value text, width integer) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.brief(value text, width integer) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.brief(value text, width integer) TO catalog_auditor;

-- Name: FUNCTION changes_head(); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.changes_head() FROM PUBLIC;
GRANT ALL ON FUNCTION audit.changes_head() TO catalog_vendor;
GRANT ALL ON FUNCTION audit.changes_head() TO catalog_auditor;

-- Name: FUNCTION changes_since(after_cursor text, at_most integer, of_vendor text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.changes_since(after_cursor text, at_most integer, of_vendor text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.changes_since(after_cursor text, at_most integer, of_vendor text) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.changes_since(after_cursor text, at_most integer, of_vendor text) TO catalog_auditor;

-- Name: FUNCTION cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean) TO catalog_owner;
GRANT ALL ON FUNCTION audit.cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.cut(moment timestamp with time zone, seen bigint, OUT tick bigint, OUT changes bigint[], OUT is_present boolean, OUT is_early boolean) TO catalog_auditor;

-- Name: FUNCTION head(OUT tick bigint, OUT at timestamp with time zone, OUT head text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.head(OUT tick bigint, OUT at timestamp with time zone, OUT head text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.head(OUT tick bigint, OUT at timestamp with time zone, OUT head text) TO catalog_owner;
GRANT ALL ON FUNCTION audit.head(OUT tick bigint, OUT at timestamp with time zone, OUT head text) TO catalog_auditor;

-- Name: FUNCTION history_problems(); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.history_problems() FROM PUBLIC;
GRANT ALL ON FUNCTION audit.history_problems() TO catalog_owner;
GRANT ALL ON FUNCTION audit.history_problems() TO catalog_auditor;

-- Name: FUNCTION product_history(vendor text, vendor_product_id text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.product_history(vendor text, vendor_product_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.product_history(vendor text, vendor_product_id text) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.product_history(vendor text, vendor_product_id text) TO catalog_auditor;

-- Name: FUNCTION products_as_of(at timestamp with time zone); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.products_as_of(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.products_as_of(at timestamp with time zone) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.products_as_of(at timestamp with time zone) TO catalog_auditor;

-- Name: TABLE changes; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.changes TO catalog_owner;
GRANT SELECT ON TABLE catalog.changes TO catalog_auditor;

-- Name: COLUMN changes.change_id; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(change_id) ON TABLE catalog.changes TO catalog_vendor;

-- Name: COLUMN changes.tick_id; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(tick_id) ON TABLE catalog.changes TO catalog_vendor;

-- Name: COLUMN changes.place; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(place) ON TABLE catalog.changes TO catalog_vendor;

-- Name: TABLE notifications; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.notifications TO catalog_auditor;

-- Name: TABLE product_versions; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.product_versions TO catalog_vendor;
GRANT SELECT ON TABLE catalog.product_versions TO catalog_auditor;
GRANT SELECT ON TABLE catalog.product_versions TO catalog_owner;

-- Name: TABLE products; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.products TO catalog_vendor;
GRANT SELECT ON TABLE catalog.products TO catalog_auditor;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE catalog.products TO catalog_history;

-- Name: TABLE ticks; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.ticks TO catalog_owner;
GRANT SELECT ON TABLE catalog.ticks TO catalog_auditor;

-- Name: COLUMN ticks.tick_id; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(tick_id) ON TABLE catalog.ticks TO catalog_vendor;

-- Name: COLUMN ticks.at; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(at) ON TABLE catalog.ticks TO catalog_vendor;

-- Name: COLUMN ticks.hash; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(hash) ON TABLE catalog.ticks TO catalog_vendor;

-- Name: TABLE upload_history; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.upload_history TO catalog_vendor;
GRANT SELECT ON TABLE catalog.upload_history TO catalog_auditor;
GRANT SELECT,REFERENCES ON TABLE catalog.upload_history TO catalog_history;

-- Name: TABLE product_rows; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.product_rows TO catalog_auditor;

-- Name: FUNCTION row_of_version(version bigint); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.row_of_version(version bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.row_of_version(version bigint) TO catalog_auditor;

-- Name: FUNCTION sku_holders(upload text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.sku_holders(upload text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.sku_holders(upload text) TO catalog_auditor;

-- Name: FUNCTION tick(wait boolean, tells boolean); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.tick(wait boolean, tells boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.tick(wait boolean, tells boolean) TO catalog_owner;

-- Name: FUNCTION upload_diff(upload text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.upload_diff(upload text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.upload_diff(upload text) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.upload_diff(upload text) TO catalog_auditor;

-- Name: FUNCTION upload_timeline(upload text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.upload_timeline(upload text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.upload_timeline(upload text) TO catalog_auditor;

-- Name: FUNCTION utc(moment timestamp with time zone); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.utc(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.utc(moment timestamp with time zone) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.utc(moment timestamp with time zone) TO catalog_auditor;

-- Name: FUNCTION verify_history(head text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.verify_history(head text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.verify_history(head text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint) TO catalog_owner;
GRANT ALL ON FUNCTION audit.verify_history(head text, OUT ticks bigint, OUT changes bigint, OUT versions bigint, OUT newest text, OUT problem text, OUT sealed_rows bigint, OUT released_rows bigint, OUT sealed_products bigint, OUT sealed_uploads bigint) TO catalog_auditor;

-- Name: FUNCTION add_product_column(name text, definition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.add_product_column(name text, definition text) FROM PUBLIC;

-- Name: FUNCTION add_version_column(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.add_version_column(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.add_version_column(name text) TO catalog_owner;

-- Name: FUNCTION ambiguous_keys(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.ambiguous_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.ambiguous_keys() TO catalog_auditor;

-- Name: FUNCTION announce_token_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.announce_token_change() FROM PUBLIC;

-- Name: FUNCTION attach_history_partition(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.attach_history_partition(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone) FROM PUBLIC;

-- Name: FUNCTION begin_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.begin_change() FROM PUBLIC;

-- Name: FUNCTION begin_creation(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.begin_creation() FROM PUBLIC;

-- Name: FUNCTION begin_product_image(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.begin_product_image() FROM PUBLIC;

-- Name: FUNCTION camel_case(image jsonb); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.camel_case(image jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.camel_case(image jsonb) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.camel_case(image jsonb) TO catalog_auditor;

-- Name: FUNCTION camel_case(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.camel_case(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.camel_case(name text) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.camel_case(name text) TO catalog_auditor;

-- Name: FUNCTION canonical_key(key text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.canonical_key(key text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.canonical_key(key text) TO catalog_auditor;

-- Name: FUNCTION change_hash(change catalog.changes); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.change_hash(change catalog.changes) FROM PUBLIC;

-- Name: FUNCTION changes_of_upload(upload text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.changes_of_upload(upload text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.changes_of_upload(upload text) TO catalog_owner;
GRANT ALL ON FUNCTION catalog.changes_of_upload(upload text) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.changes_of_upload(upload text) TO catalog_auditor;

-- Name: FUNCTION count_upload(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.count_upload() FROM PUBLIC;

-- Name: FUNCTION counted_upload(u catalog.upload_history); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.counted_upload(u catalog.upload_history) FROM PUBLIC;

-- Name: FUNCTION current_actor(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.current_actor() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.current_actor() TO catalog_owner;

-- Name: FUNCTION current_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.current_change() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.current_change() TO catalog_owner;

-- Name: FUNCTION current_vendor_id(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.current_vendor_id() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.current_vendor_id() TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.current_vendor_id() TO catalog_auditor;

-- Name: FUNCTION cut_history(name text, step text, bound timestamp with time zone, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.cut_history(name text, step text, bound timestamp with time zone, partition text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.cut_history(name text, step text, bound timestamp with time zone, partition text) TO catalog_owner;

-- Name: FUNCTION describe_action(before jsonb, after jsonb); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.describe_action(before jsonb, after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.describe_action(before jsonb, after jsonb) TO catalog_owner;

-- Name: FUNCTION detach_history(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.detach_history(name text, partition text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.detach_history(name text, partition text) TO catalog_owner;

-- Name: FUNCTION drop_error_partitions(keep interval); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.drop_error_partitions(keep interval) FROM PUBLIC;

-- Name: FUNCTION drop_history(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.drop_history(name text, partition text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.drop_history(name text, partition text) TO catalog_owner;

-- Name: FUNCTION drop_product_column(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.drop_product_column(name text) FROM PUBLIC;

-- Name: FUNCTION drop_rest_checks(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.drop_rest_checks(name text) FROM PUBLIC;

-- Name: FUNCTION early_hash(relation text, OUT versions bigint, OUT hash bytea); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.early_hash(relation text, OUT versions bigint, OUT hash bytea) FROM PUBLIC;

-- Name: FUNCTION end_creation(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.end_creation() FROM PUBLIC;

-- Name: FUNCTION ensure_error_partitions(at timestamp with time zone); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.ensure_error_partitions(at timestamp with time zone) FROM PUBLIC;

-- Name: TABLE validation_errors; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.validation_errors TO catalog_vendor;
GRANT SELECT ON TABLE catalog.validation_errors TO catalog_auditor;
GRANT SELECT ON TABLE catalog.validation_errors TO catalog_history;

-- Name: FUNCTION error_counts(upload text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.error_counts(upload text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.error_counts(upload text) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.error_counts(upload text) TO catalog_auditor;

-- Name: FUNCTION extend_history(name text, bounds timestamp with time zone[], suffixes text[]); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.extend_history(name text, bounds timestamp with time zone[], suffixes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.extend_history(name text, bounds timestamp with time zone[], suffixes text[]) TO catalog_owner;

-- Name: FUNCTION feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.feed_changes(after_tick bigint, after_place bigint, after_change bigint, vendor text) TO catalog_auditor;

-- Name: FUNCTION feed_fields(before jsonb, after jsonb); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.feed_fields(before jsonb, after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.feed_fields(before jsonb, after jsonb) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.feed_fields(before jsonb, after jsonb) TO catalog_auditor;

-- Name: FUNCTION feed_image(image jsonb); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.feed_image(image jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.feed_image(image jsonb) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.feed_image(image jsonb) TO catalog_auditor;

-- Name: FUNCTION feed_position(after_cursor text, OUT tick bigint, OUT place bigint, OUT change bigint, OUT part integer, OUT key bigint); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.feed_position(after_cursor text, OUT tick bigint, OUT place bigint, OUT change bigint, OUT part integer, OUT key bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.feed_position(after_cursor text, OUT tick bigint, OUT place bigint, OUT change bigint, OUT part integer, OUT key bigint) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.feed_position(after_cursor text, OUT tick bigint, OUT place bigint, OUT change bigint, OUT part integer, OUT key bigint) TO catalog_auditor;

-- Name: FUNCTION gauges(queues text[]); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.gauges(queues text[]) FROM PUBLIC;

-- Name: FUNCTION history_partition(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.history_partition(name text, partition text) FROM PUBLIC;

-- Name: FUNCTION image_columns(format integer); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.image_columns(format integer) FROM PUBLIC;

-- Name: FUNCTION image_operation(otherwise text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.image_operation(otherwise text) FROM PUBLIC;

-- Name: FUNCTION is_own_upload(upload text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.is_own_upload(upload text) FROM PUBLIC;

-- Name: FUNCTION keep_deleted_product_images(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.keep_deleted_product_images() FROM PUBLIC;

-- Name: FUNCTION keep_row_versions(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.keep_row_versions() FROM PUBLIC;

-- Name: FUNCTION keep_updated_product_images(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.keep_updated_product_images() FROM PUBLIC;

-- Name: FUNCTION make_history_partition(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.make_history_partition(name text, partition text) FROM PUBLIC;

-- Name: FUNCTION name_uploader(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.name_uploader() FROM PUBLIC;

-- Name: FUNCTION newest_in_history(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.newest_in_history(name text, partition text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.newest_in_history(name text, partition text) TO catalog_owner;

-- Name: FUNCTION note_created_product(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.note_created_product() FROM PUBLIC;

-- Name: FUNCTION open_history(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.open_history(name text, partition text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.open_history(name text, partition text) TO catalog_owner;

-- Name: FUNCTION partition_bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.partition_bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone) FROM PUBLIC;

-- Name: FUNCTION partition_problems(name text, relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.partition_problems(name text, relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean) FROM PUBLIC;

-- Name: FUNCTION prepare_history(name text, partition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.prepare_history(name text, partition text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.prepare_history(name text, partition text) TO catalog_owner;

-- Name: FUNCTION product_columns(prefix text, without text[]); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.product_columns(prefix text, without text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.product_columns(prefix text, without text[]) TO catalog_history;

-- Name: FUNCTION product_images(columns text, blocks bigint[], ticks bigint[], since bigint); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.product_images(columns text, blocks bigint[], ticks bigint[], since bigint) FROM PUBLIC;

-- Name: FUNCTION product_problems(only_blocks bigint[], since bigint); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.product_problems(only_blocks bigint[], since bigint) FROM PUBLIC;

-- Name: FUNCTION record_action(action text, object text, is_change boolean); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.record_action(action text, object text, is_change boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.record_action(action text, object text, is_change boolean) TO catalog_owner;

-- Name: FUNCTION refuse_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.refuse_change() FROM PUBLIC;

-- Name: FUNCTION refuse_forged_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.refuse_forged_change() FROM PUBLIC;

-- Name: FUNCTION refuse_history_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.refuse_history_change() FROM PUBLIC;

-- Name: FUNCTION released_ranges(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.released_ranges(name text) FROM PUBLIC;

-- Name: FUNCTION released_until(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.released_until() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.released_until() TO catalog_owner;
GRANT ALL ON FUNCTION catalog.released_until() TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.released_until() TO catalog_auditor;

-- Name: FUNCTION require_plain(relation text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.require_plain(relation text) FROM PUBLIC;

-- Name: FUNCTION require_plain_types(relation oid); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.require_plain_types(relation oid) FROM PUBLIC;

-- Name: FUNCTION restore_history(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.restore_history(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.restore_history(name text, partition text, from_at timestamp with time zone, until_at timestamp with time zone) TO catalog_owner;

-- Name: FUNCTION revert_upload(upload text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.revert_upload(upload text) FROM PUBLIC;

-- Name: FUNCTION row_hashes(format integer, condition text, relation text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.row_hashes(format integer, condition text, relation text) FROM PUBLIC;

-- Name: FUNCTION rows_hash(change bigint, OUT versions bigint, OUT hash bytea); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.rows_hash(change bigint, OUT versions bigint, OUT hash bytea) FROM PUBLIC;

-- Name: TABLE rules; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.rules TO catalog_vendor;
GRANT SELECT ON TABLE catalog.rules TO catalog_auditor;
GRANT TRIGGER ON TABLE catalog.rules TO catalog_history;

-- Name: FUNCTION seal_actions(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_actions() FROM PUBLIC;

-- Name: FUNCTION seal_early_rows(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_early_rows(name text) FROM PUBLIC;

-- Name: TABLE seals; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.seals TO catalog_owner;
GRANT SELECT ON TABLE catalog.seals TO catalog_auditor;

-- Name: FUNCTION seal_hash(seal catalog.seals); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_hash(seal catalog.seals) FROM PUBLIC;

-- Name: FUNCTION seal_history_releases(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_history_releases() FROM PUBLIC;

-- Name: FUNCTION seal_problems(name text, relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_problems(name text, relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean) FROM PUBLIC;

-- Name: FUNCTION seal_product_seals(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_product_seals() FROM PUBLIC;

-- Name: FUNCTION seal_products(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_products() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.seal_products() TO catalog_owner;

-- Name: FUNCTION seal_row_versions(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_row_versions() FROM PUBLIC;

-- Name: FUNCTION seal_upload_events(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_upload_events() FROM PUBLIC;

-- Name: FUNCTION seal_upload_seals(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_upload_seals() FROM PUBLIC;

-- Name: FUNCTION seal_uploads(at_most integer); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.seal_uploads(at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.seal_uploads(at_most integer) TO catalog_owner;

-- Name: FUNCTION tick_hash(tick catalog.ticks); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.tick_hash(tick catalog.ticks) FROM PUBLIC;

-- Name: FUNCTION trigger_problems(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.trigger_problems() FROM PUBLIC;

-- Name: FUNCTION upload_errors_hash(relation text, condition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.upload_errors_hash(relation text, condition text) FROM PUBLIC;

-- Name: FUNCTION upload_facts(upload catalog.upload_history); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.upload_facts(upload catalog.upload_history) FROM PUBLIC;

-- Name: FUNCTION upload_problems(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.upload_problems() FROM PUBLIC;

-- Name: FUNCTION version_format(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.version_format() FROM PUBLIC;

-- Name: FUNCTION version_problems(relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.version_problems(relation text, from_at timestamp with time zone, until_at timestamp with time zone, is_whole boolean) FROM PUBLIC;

-- Name: FUNCTION version_spans(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.version_spans() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.version_spans() TO catalog_owner;

-- Name: FUNCTION write_products_as_of(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.write_products_as_of() FROM PUBLIC;

-- Name: TABLE naics_codes; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_codes TO catalog_auditor;

-- Name: TABLE naics_everyday; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_everyday TO catalog_auditor;

-- Name: TABLE naics_index; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_index TO catalog_auditor;

-- Name: TABLE naics_words; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_words TO catalog_auditor;

-- Name: FUNCTION weigh_naics(); Type: ACL; Schema: enrichment; Owner: -

REVOKE ALL ON FUNCTION enrichment.weigh_naics() FROM PUBLIC;

-- Name: TABLE lifetimes; Type: ACL; Schema: intake; Owner: -

GRANT SELECT ON TABLE intake.lifetimes TO catalog_auditor;

-- Name: TABLE object_events; Type: ACL; Schema: intake; Owner: -

GRANT SELECT ON TABLE intake.object_events TO catalog_auditor;

-- Name: FUNCTION arrivals_are_over(from_at timestamp with time zone, until_at timestamp with time zone); Type: ACL; Schema: intake; Owner: -

REVOKE ALL ON FUNCTION intake.arrivals_are_over(from_at timestamp with time zone, until_at timestamp with time zone) FROM PUBLIC;

-- Name: FUNCTION forget_objects(); Type: ACL; Schema: intake; Owner: -

REVOKE ALL ON FUNCTION intake.forget_objects() FROM PUBLIC;

-- Name: FUNCTION remember_objects(); Type: ACL; Schema: intake; Owner: -

REVOKE ALL ON FUNCTION intake.remember_objects() FROM PUBLIC;

-- Name: FUNCTION unpark(key text); Type: ACL; Schema: jobs; Owner: -

REVOKE ALL ON FUNCTION jobs.unpark(key text) FROM PUBLIC;

-- Name: FUNCTION unpark_next(); Type: ACL; Schema: jobs; Owner: -

REVOKE ALL ON FUNCTION jobs.unpark_next() FROM PUBLIC;

-- Name: FUNCTION drop_member_partitions(keep interval); Type: ACL; Schema: relay; Owner: -

REVOKE ALL ON FUNCTION relay.drop_member_partitions(keep interval) FROM PUBLIC;

-- Name: FUNCTION ensure_member_partitions(at timestamp with time zone, days integer); Type: ACL; Schema: relay; Owner: -

REVOKE ALL ON FUNCTION relay.ensure_member_partitions(at timestamp with time zone, days integer) FROM PUBLIC;

-- Name: TABLE windows; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.windows TO catalog_auditor;

-- Name: FUNCTION windows_are_verified(from_at timestamp with time zone, until_at timestamp with time zone); Type: ACL; Schema: relay; Owner: -

REVOKE ALL ON FUNCTION relay.windows_are_verified(from_at timestamp with time zone, until_at timestamp with time zone) FROM PUBLIC;

-- Name: FUNCTION bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone); Type: ACL; Schema: retention; Owner: -

REVOKE ALL ON FUNCTION retention.bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION retention.bounds(relation oid, OUT from_at timestamp with time zone, OUT until_at timestamp with time zone) TO catalog_auditor;

-- Name: FUNCTION drop_ended(space text, name text, keep interval); Type: ACL; Schema: retention; Owner: -

REVOKE ALL ON FUNCTION retention.drop_ended(space text, name text, keep interval) FROM PUBLIC;

-- Name: TABLE actions; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.actions TO catalog_owner;
GRANT SELECT ON TABLE catalog.actions TO catalog_auditor;

-- Name: TABLE actions; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.actions TO catalog_auditor;

-- Name: TABLE calls; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.calls TO catalog_auditor;

-- Name: TABLE requests; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.requests TO catalog_auditor;

-- Name: TABLE enrichment; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.enrichment TO catalog_auditor;

-- Name: TABLE upload_error_counts; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.upload_error_counts TO catalog_vendor;
GRANT SELECT ON TABLE catalog.upload_error_counts TO catalog_auditor;

-- Name: TABLE error_counts; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.error_counts TO catalog_vendor;
GRANT SELECT ON TABLE audit.error_counts TO catalog_auditor;

-- Name: TABLE former_errors; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.former_errors TO catalog_vendor;
GRANT SELECT ON TABLE catalog.former_errors TO catalog_auditor;
GRANT SELECT ON TABLE catalog.former_errors TO catalog_history;

-- Name: TABLE errors_of_attempts; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.errors_of_attempts TO catalog_vendor;
GRANT SELECT ON TABLE audit.errors_of_attempts TO catalog_auditor;

-- Name: TABLE mappings; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.mappings TO catalog_vendor;
GRANT SELECT ON TABLE catalog.mappings TO catalog_auditor;
GRANT TRIGGER ON TABLE catalog.mappings TO catalog_history;

-- Name: TABLE mappings; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.mappings TO catalog_vendor;
GRANT SELECT ON TABLE audit.mappings TO catalog_auditor;

-- Name: TABLE row_versions; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.row_versions TO catalog_owner;
GRANT SELECT ON TABLE catalog.row_versions TO catalog_auditor;

-- Name: TABLE row_versions; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.row_versions TO catalog_auditor;

-- Name: TABLE rules; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.rules TO catalog_vendor;
GRANT SELECT ON TABLE audit.rules TO catalog_auditor;

-- Name: TABLE upload_errors; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.upload_errors TO catalog_vendor;
GRANT SELECT ON TABLE audit.upload_errors TO catalog_auditor;

-- Name: TABLE upload_rules; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.upload_rules TO catalog_vendor;
GRANT SELECT ON TABLE audit.upload_rules TO catalog_auditor;

-- Name: TABLE vendors; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.vendors TO catalog_vendor;
GRANT SELECT ON TABLE catalog.vendors TO catalog_auditor;
GRANT TRIGGER ON TABLE catalog.vendors TO catalog_history;

-- Name: TABLE uploads; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.uploads TO catalog_vendor;
GRANT SELECT ON TABLE audit.uploads TO catalog_auditor;

-- Name: TABLE vendor_totals; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.vendor_totals TO catalog_vendor;
GRANT SELECT ON TABLE catalog.vendor_totals TO catalog_auditor;

-- Name: TABLE vendor_quality; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.vendor_quality TO catalog_vendor;
GRANT SELECT ON TABLE audit.vendor_quality TO catalog_auditor;

-- Name: TABLE api_tokens; Type: ACL; Schema: catalog; Owner: -

GRANT TRIGGER ON TABLE catalog.api_tokens TO catalog_history;

-- Name: COLUMN api_tokens.token_id; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(token_id) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.role; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(role) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.vendor_id; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(vendor_id) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.description; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(description) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.created_at; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(created_at) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.created_by; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(created_by) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.expires_at; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(expires_at) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.revoked_at; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(revoked_at) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: COLUMN api_tokens.last_used_at; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT(last_used_at) ON TABLE catalog.api_tokens TO catalog_auditor;

-- Name: TABLE corrections; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.corrections TO catalog_vendor;
GRANT SELECT ON TABLE catalog.corrections TO catalog_auditor;

-- Name: TABLE created_products; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.created_products TO catalog_owner;
GRANT SELECT ON TABLE catalog.created_products TO catalog_auditor;
GRANT SELECT ON TABLE catalog.created_products TO catalog_vendor;

-- Name: TABLE history_releases; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.history_releases TO catalog_owner;
GRANT SELECT ON TABLE catalog.history_releases TO catalog_auditor;

-- Name: TABLE mapping_headers; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.mapping_headers TO catalog_vendor;
GRANT SELECT ON TABLE catalog.mapping_headers TO catalog_auditor;

-- Name: TABLE product_categories; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.product_categories TO catalog_vendor;
GRANT SELECT ON TABLE catalog.product_categories TO catalog_auditor;
GRANT TRIGGER ON TABLE catalog.product_categories TO catalog_history;

-- Name: TABLE product_seals; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.product_seals TO catalog_owner;
GRANT SELECT ON TABLE catalog.product_seals TO catalog_auditor;

-- Name: SEQUENCE products_product_id_seq; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON SEQUENCE catalog.products_product_id_seq TO catalog_history;

-- Name: TABLE sealed_tables; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.sealed_tables TO catalog_owner;
GRANT SELECT ON TABLE catalog.sealed_tables TO catalog_auditor;

-- Name: TABLE upload_events; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.upload_events TO catalog_vendor;
GRANT SELECT ON TABLE catalog.upload_events TO catalog_auditor;
GRANT SELECT,INSERT ON TABLE catalog.upload_events TO catalog_owner;

-- Name: TABLE upload_seals; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.upload_seals TO catalog_owner;
GRANT SELECT ON TABLE catalog.upload_seals TO catalog_auditor;

-- Name: TABLE version_formats; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.version_formats TO catalog_owner;
GRANT SELECT ON TABLE catalog.version_formats TO catalog_auditor;

-- Name: TABLE batches; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.batches TO catalog_auditor;

-- Name: TABLE buckets; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.buckets TO catalog_auditor;

-- Name: TABLE cache; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.cache TO catalog_auditor;

-- Name: TABLE mappings; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.mappings TO catalog_auditor;

-- Name: TABLE naics_sectors; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_sectors TO catalog_auditor;

-- Name: TABLE providers; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.providers TO catalog_auditor;
GRANT TRIGGER ON TABLE enrichment.providers TO catalog_history;

-- Name: TABLE records; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.records TO catalog_auditor;

-- Name: TABLE results; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.results TO catalog_auditor;

-- Name: TABLE routes; Type: ACL; Schema: intake; Owner: -

GRANT SELECT ON TABLE intake.routes TO catalog_auditor;
GRANT TRIGGER ON TABLE intake.routes TO catalog_history;

-- Name: TABLE seen_objects; Type: ACL; Schema: intake; Owner: -

GRANT SELECT ON TABLE intake.seen_objects TO catalog_auditor;

-- Name: TABLE alerts; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.alerts TO catalog_auditor;

-- Name: TABLE alerts; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.alerts TO catalog_auditor;

-- Name: TABLE all_alerts; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.all_alerts TO catalog_auditor;

-- Name: TABLE jobs; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.jobs TO catalog_auditor;

-- Name: TABLE paused_queues; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.paused_queues TO catalog_auditor;
GRANT TRIGGER ON TABLE jobs.paused_queues TO catalog_history;

-- Name: TABLE periods; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.periods TO catalog_auditor;

-- Name: TABLE told_alerts; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.told_alerts TO catalog_auditor;

-- Name: TABLE workers; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.workers TO catalog_auditor;

-- Name: TABLE archives; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.archives TO catalog_auditor;

-- Name: TABLE members; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.members TO catalog_auditor;

-- Name: TABLE kept_tables; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.kept_tables TO catalog_auditor;

-- Name: TABLE partitions; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.partitions TO catalog_auditor;

-- Name: TABLE released_partitions; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.released_partitions TO catalog_auditor;
GRANT SELECT ON TABLE retention.released_partitions TO catalog_history;

-- Name: TABLE tables; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.tables TO catalog_auditor;

