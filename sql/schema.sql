
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

-- Name: product_history(text, text); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.product_history(vendor text, vendor_product_id text) RETURNS TABLE(valid_from timestamp with time zone, valid_to timestamp with time zone, made_by_upload character varying, ended_by text, ended_by_upload character varying, ended_by_user text, price numeric, stock_quantity integer, product_name character varying, category character varying, sku character varying, image jsonb)
    LANGUAGE sql STABLE
    AS $$
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

-- Name: FUNCTION product_history(vendor text, vendor_product_id text); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.product_history(vendor text, vendor_product_id text) IS 'every image of one product, oldest first: who and which upload made it, who ended it; the last row is the current one';

-- Name: products_as_of(timestamp with time zone); Type: FUNCTION; Schema: audit; Owner: -

CREATE FUNCTION audit.products_as_of(at timestamp with time zone) RETURNS TABLE(product_id bigint, vendor_id character varying, vendor_product_id character varying, product_name character varying, category character varying, subcategory character varying, description character varying, sku character varying, brand character varying, price numeric, compare_at_price numeric, stock_quantity integer, unit character varying, weight_kg numeric, dimensions_cm character varying, image_url character varying, status text, upload_id character varying, valid_from timestamp with time zone)
    LANGUAGE sql STABLE
    AS $$
    select p.product_id, p.vendor_id, p.vendor_product_id, p.product_name, p.category, p.subcategory, p.description, p.sku, p.brand, p.price, p.compare_at_price, p.stock_quantity, p.unit, p.weight_kg, p.dimensions_cm, p.image_url, p.status, p.upload_id, p.valid_from
    from catalog.products p
    where p.valid_from <= products_as_of.at
    union all
    select v.product_id, v.vendor_id, v.vendor_product_id, v.product_name, v.category, v.subcategory, v.description, v.sku, v.brand, v.price, v.compare_at_price, v.stock_quantity, v.unit, v.weight_kg, v.dimensions_cm, v.image_url, v.status, v.upload_id, v.valid_from
    from catalog.product_versions v
    where v.valid_from <= products_as_of.at and products_as_of.at < v.valid_to
$$;

-- Name: FUNCTION products_as_of(at timestamp with time zone); Type: COMMENT; Schema: audit; Owner: -

COMMENT ON FUNCTION audit.products_as_of(at timestamp with time zone) IS 'the catalogue as it stood at a moment';

-- Name: add_product_column(text, text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.add_product_column(name text, definition text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    execute format('alter table catalog.products add column %I %s', add_product_column.name, add_product_column.definition);
    execute format('alter table catalog.product_versions add column %I %s', add_product_column.name, add_product_column.definition);
    perform catalog.write_products_as_of();
end
$$;

-- Name: FUNCTION add_product_column(name text, definition text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.add_product_column(name text, definition text) IS 'adds an optional column to products and to their history: name and type, as varchar(50); for migrations';

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

-- Name: begin_product_image(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.begin_product_image() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    new.valid_from := greatest(statement_timestamp(), old.valid_from);
    if new.upload_id is not distinct from old.upload_id then
        new.upload_id := nullif(current_setting('catalog.upload_id', true), '');
    end if;
    return new;
end
$$;

-- Name: canonical_key(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.canonical_key(key text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(NORMALIZE(regexp_replace(key, '[\u00AD\u034F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0]'::text, ''::text, 'g'::text), NFC), ('^[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+'::text || '|[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+$'::text), ''::text, 'g'::text);

-- Name: FUNCTION canonical_key(key text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.canonical_key(key text) IS 'the form in which keys are stored and compared: NFC, without characters of no width, trimmed of white space';

-- Name: current_vendor_id(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.current_vendor_id() RETURNS text
    LANGUAGE sql STABLE
    RETURN NULLIF(current_setting('catalog.vendor_id'::text, true), ''::text);

-- Name: FUNCTION current_vendor_id(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.current_vendor_id() IS 'the vendor whose rows catalog_vendor may see: set local catalog.vendor_id';

-- Name: drop_error_partitions(interval); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.drop_error_partitions(keep interval DEFAULT '90 days'::interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$ select retention.drop_ended('catalog', 'validation_errors', keep) $$;

-- Name: FUNCTION drop_error_partitions(keep interval); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.drop_error_partitions(keep interval) IS 'drops the partitions of validation_errors that ended longer ago than the interval, without a copy: catalog retention run makes one';

-- Name: drop_product_column(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.drop_product_column(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    execute format('alter table catalog.products drop column %I', drop_product_column.name);
    execute format('alter table catalog.product_versions drop column %I', drop_product_column.name);
    perform catalog.write_products_as_of();
end
$$;

-- Name: FUNCTION drop_product_column(name text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.drop_product_column(name text) IS 'undoes catalog.add_product_column, with what the column held';

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

-- Name: error_counts(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.error_counts(upload text) RETURNS json
    LANGUAGE sql STABLE
    RETURN (SELECT COALESCE(json_object_agg(c.error_type, c.errors), '{}'::json) AS "coalesce" FROM (SELECT e.error_type, count(*) AS errors FROM catalog.validation_errors e WHERE ((e.upload_id)::text = error_counts.upload) GROUP BY e.error_type) c);

-- Name: FUNCTION error_counts(upload text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.error_counts(upload text) IS 'how many errors of each type an upload has, as a JSON object; with the rights of the caller';

-- Name: keep_deleted_product_images(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.keep_deleted_product_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $_$
begin
    execute format(
        'insert into catalog.product_versions (%s, valid_to, operation, superseded_by)
         select %s, greatest(statement_timestamp(), o.valid_from), $1, $2
         from old_images o',
        catalog.product_columns(), catalog.product_columns('o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'delete'),
        nullif(current_setting('catalog.upload_id', true), '');
    return null;
end
$_$;

-- Name: keep_updated_product_images(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.keep_updated_product_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $_$
begin
    execute format(
        'insert into catalog.product_versions (%s, valid_to, operation, superseded_by)
         select %s, n.valid_from, $1, $2
         from old_images o
         join new_images n using (product_id)',
        catalog.product_columns(), catalog.product_columns('o.'))
    using coalesce(nullif(current_setting('catalog.operation', true), ''), 'update'),
        nullif(current_setting('catalog.upload_id', true), '');
    return null;
end
$_$;

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

-- Name: revert_upload(text); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.revert_upload(upload text) RETURNS TABLE(vendor_product_id character varying, sku character varying, reason text)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
#variable_conflict use_column
declare
    target catalog.upload_history;
    deleted integer;
    restored integer;
    kept integer;
    fixed text[] := array['product_id', 'vendor_id', 'vendor_product_id', 'created_at', 'valid_from'];
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

-- Name: FUNCTION revert_upload(upload text); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.revert_upload(upload text) IS 'undoes one upload: created products are deleted, updated ones get their former image back; returns the products left alone and why';

-- Name: write_products_as_of(); Type: FUNCTION; Schema: catalog; Owner: -

CREATE FUNCTION catalog.write_products_as_of() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $_$
declare
    without text[] := array['created_at'];
    result text := (
        select string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, null), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = 'catalog.products'::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> all (without));
begin
    drop function if exists audit.products_as_of(timestamptz);
    execute format(
        $text$
create function audit.products_as_of(at timestamptz) returns table (%1$s)
    language sql stable
as $body$
    select %2$s
    from catalog.products p
    where p.valid_from <= products_as_of.at
    union all
    select %3$s
    from catalog.product_versions v
    where v.valid_from <= products_as_of.at and products_as_of.at < v.valid_to
$body$
        $text$,
        result, catalog.product_columns('p.', without), catalog.product_columns('v.', without));
    comment on function audit.products_as_of is 'the catalogue as it stood at a moment';
    revoke execute on function audit.products_as_of(timestamptz) from public;
    grant execute on function audit.products_as_of(timestamptz) to catalog_vendor, catalog_auditor;
end
$_$;

-- Name: FUNCTION write_products_as_of(); Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON FUNCTION catalog.write_products_as_of() IS 'makes audit.products_as_of from the columns of catalog.products';

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

-- Name: wake_workers(); Type: FUNCTION; Schema: jobs; Owner: -

CREATE FUNCTION jobs.wake_workers() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
begin
    if current_setting('jobs.notify', true) is distinct from 'off' then
        perform pg_notify('jobs.' || queue, '')
        from (select distinct queue from enqueued where state = 'ready' and run_at <= clock_timestamp()) queues;
    end if;
    return null;
end
$$;

-- Name: FUNCTION wake_workers(); Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON FUNCTION jobs.wake_workers() IS 'wakes the workers that listen on jobs.<queue>';

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
    CONSTRAINT windows_are_counted_when_sealed CHECK (((state = 'open'::text) = ((member_count IS NULL) AND (byte_count IS NULL)))),
    CONSTRAINT windows_close_after_they_open CHECK ((closes_at > opens_at)),
    CONSTRAINT windows_have_the_times_of_their_state CHECK ((((state = 'open'::text) = (sealed_at IS NULL)) AND ((state = ANY (ARRAY['delivered'::text, 'verified'::text])) = (delivered_at IS NOT NULL)) AND ((state = 'verified'::text) = (verified_at IS NOT NULL)))),
    CONSTRAINT windows_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'sealed'::text, 'packing'::text, 'delivered'::text, 'verified'::text]))),
    CONSTRAINT windows_wait_after_a_failure CHECK (((waits_for IS NULL) OR ((failed_at IS NOT NULL) AND (retry_at IS NOT NULL)))),
    CONSTRAINT windows_wait_for_something_known CHECK ((waits_for = ANY (ARRAY['source'::text, 'target'::text, 'repair'::text])))
);

-- Name: TABLE windows; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.windows IS 'the arrivals between two moments; a window never holds an arrival of another';

-- Name: COLUMN windows.state; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.state IS 'open (takes arrivals) -> sealed (complete, waits) -> packing -> delivered (all archives stored) -> verified (and looked at again); a failure leads back to sealed';

-- Name: COLUMN windows.missing_count; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.missing_count IS 'members whose object was gone or altered before it was read';

-- Name: COLUMN windows.attempt; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.attempt IS 'raised by every attempt; fences whoever had the window before';

-- Name: COLUMN windows.waits_for; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.windows.waits_for IS 'after a failure: source or target (a store; all windows go on when it answers one of them), repair (the window itself)';

-- Name: windows_are_verified(timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: relay; Owner: -

CREATE FUNCTION relay.windows_are_verified(from_at timestamp with time zone, until_at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    RETURN (NOT (EXISTS (SELECT FROM relay.windows w WHERE ((w.state <> 'verified'::text) AND (w.opens_at >= windows_are_verified.from_at) AND (w.opens_at < windows_are_verified.until_at)))));

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
    CONSTRAINT calls_state_is_known CHECK ((state = ANY (ARRAY['reserved'::text, 'answered'::text, 'refused'::text, 'unknown'::text, 'unused'::text])))
)
WITH (fillfactor='70');

-- Name: TABLE calls; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.calls IS 'every call of a provider, noted before it is made';

-- Name: COLUMN calls.inputs; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.inputs IS 'input_hash of each input';

-- Name: COLUMN calls.state; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.state IS 'reserved (about to be made, or under way) -> answered | refused (not charged) | unknown (nobody knows whether it was made: crash, lost connection) | unused (never made)';

-- Name: COLUMN calls.credits; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.calls.credits IS 'at most while reserved or unknown; then what it cost';

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
    CONSTRAINT requests_batches_add_up CHECK (((processed_batches + failed_batches) <= total_batches)),
    CONSTRAINT requests_format_is_known CHECK ((format = ANY (ARRAY['csv'::text, 'json'::text, 'ndjson'::text]))),
    CONSTRAINT requests_request_hash_is_hex CHECK ((request_hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT requests_source_is_known CHECK ((source = ANY (ARRAY['bucket'::text, 'api'::text, 'command'::text]))),
    CONSTRAINT requests_status_is_known CHECK ((status = ANY (ARRAY['accepted'::text, 'processing'::text, 'completed'::text, 'partial'::text, 'failed'::text])))
)
WITH (fillfactor='50');

-- Name: TABLE requests; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.requests IS 'one file or list to be enriched';

-- Name: COLUMN requests.request_hash; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.request_hash IS 'SHA-256 of plan, format and records as canonical JSON; of the requests with one hash the first is the original';

-- Name: COLUMN requests.same_as; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.same_as IS 'the earlier request with this hash';

-- Name: COLUMN requests.status; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.requests.status IS 'accepted -> processing (split into batches) -> completed | partial (batches failed); partial -> completed (catalog jobs retry); failed: the input cannot be used';

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
    c.calls,
    c.credits,
    c.unknown_calls
   FROM (enrichment.requests q
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (calls.state = ANY (ARRAY['answered'::text, 'unknown'::text]))) AS calls,
            COALESCE(sum(calls.credits) FILTER (WHERE (calls.state = ANY (ARRAY['answered'::text, 'unknown'::text]))), (0)::bigint) AS credits,
            count(*) FILTER (WHERE (calls.state = 'unknown'::text)) AS unknown_calls
           FROM enrichment.calls
          WHERE (calls.request_id = q.request_id)) c);

-- Name: VIEW enrichment; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.enrichment IS 'every enrichment request with its calls and credits';

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
    CONSTRAINT upload_history_announced_sha256_is_hex CHECK ((announced_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT upload_history_counts_add_up CHECK (((status = ANY (ARRAY['queued'::text, 'processing'::text])) OR ((completed_at IS NOT NULL) AND COALESCE(((valid_records + error_records) = total_records), false)))),
    CONSTRAINT upload_history_dry_runs_are_not_reverted CHECK ((NOT (dry_run AND (status = 'reverted'::text)))),
    CONSTRAINT upload_history_encoding_is_a_name CHECK ((encoding ~ '^[!-.0-~]{1,40}$'::text)),
    CONSTRAINT upload_history_failed_has_a_failure CHECK (((status <> 'failed'::text) OR (failure_type IS NOT NULL))),
    CONSTRAINT upload_history_failures_say_why CHECK (((failure_type IS NULL) = (failure_message IS NULL))),
    CONSTRAINT upload_history_file_sha256_is_hex CHECK ((file_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT upload_history_loaded_rows_are_valid_rows CHECK (((status <> ALL (ARRAY['completed'::text, 'partial'::text])) OR COALESCE((((created_records + updated_records) + unchanged_records) = valid_records), false))),
    CONSTRAINT upload_history_policy_is_known CHECK ((policy = ANY (ARRAY['load-valid'::text, 'all-or-nothing'::text]))),
    CONSTRAINT upload_history_status_is_known CHECK ((status = ANY (ARRAY['queued'::text, 'processing'::text, 'completed'::text, 'partial'::text, 'failed'::text, 'reverted'::text])))
);

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

-- Name: vendors; Type: TABLE; Schema: catalog; Owner: -

CREATE TABLE catalog.vendors (
    vendor_id character varying(50) NOT NULL,
    vendor_name text NOT NULL,
    email text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    encoding text,
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
    u.dry_run
   FROM (catalog.upload_history u
     LEFT JOIN catalog.vendors v USING (vendor_id));

-- Name: VIEW uploads; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.uploads IS 'every upload with its vendor, counts, share of good rows and duration';

-- Name: vendor_quality; Type: VIEW; Schema: audit; Owner: -

CREATE VIEW audit.vendor_quality WITH (security_invoker='true') AS
 SELECT v.vendor_id,
    v.vendor_name,
    v.status,
    count(u.upload_id) AS uploads,
    count(u.upload_id) FILTER (WHERE (u.status = 'failed'::text)) AS failed_uploads,
    COALESCE(sum(u.total_records), (0)::bigint) AS rows_received,
    COALESCE(sum(u.error_records), (0)::bigint) AS rows_rejected,
    trunc(((100.0 * (sum(u.valid_records))::numeric) / (NULLIF(sum(u.total_records), 0))::numeric), 1) AS success_percent,
    max(u.upload_timestamp) AS last_upload_at
   FROM (catalog.vendors v
     LEFT JOIN catalog.upload_history u ON ((((u.vendor_id)::text = (v.vendor_id)::text) AND (u.status <> ALL (ARRAY['queued'::text, 'processing'::text])) AND (NOT u.dry_run))))
  GROUP BY v.vendor_id, v.vendor_name, v.status;

-- Name: VIEW vendor_quality; Type: COMMENT; Schema: audit; Owner: -

COMMENT ON VIEW audit.vendor_quality IS 'how good each vendor''s files have been so far';

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

COMMENT ON COLUMN catalog.idempotency_keys.seen_at IS 'last heartbeat of the request at work; 300 s later another one may take the key over';

-- Name: COLUMN idempotency_keys.body_sha256; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.idempotency_keys.body_sha256 IS 'of the request that was answered: another body under the same key is refused';

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
    CONSTRAINT product_versions_end_after_they_begin CHECK ((valid_to >= valid_from)),
    CONSTRAINT product_versions_operation_is_known CHECK ((operation = ANY (ARRAY['update'::text, 'delete'::text, 'revert'::text])))
);

-- Name: TABLE product_versions; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON TABLE catalog.product_versions IS 'every superseded or deleted image of a product, written by triggers whatever changed it; plain inserts write nothing here';

-- Name: COLUMN product_versions.superseded_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.superseded_by IS 'the upload that ended this image; null when it was done by hand';

-- Name: COLUMN product_versions.changed_by; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.product_versions.changed_by IS 'the database user who ended this image';

-- Name: product_versions_version_id_seq; Type: SEQUENCE; Schema: catalog; Owner: -

ALTER TABLE catalog.product_versions ALTER COLUMN version_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.product_versions_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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
    CONSTRAINT products_compare_at_price_in_range CHECK (((compare_at_price >= 0.01) AND (compare_at_price <= 999999.99))),
    CONSTRAINT products_image_url_is_http CHECK (((image_url)::text ~* '^https?://.'::text)),
    CONSTRAINT products_price_in_range CHECK (((price >= 0.01) AND (price <= 999999.99))),
    CONSTRAINT products_required_text_is_given CHECK ((((vendor_product_id)::text <> ''::text) AND ((product_name)::text <> ''::text) AND ((sku)::text <> ''::text))),
    CONSTRAINT products_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text]))),
    CONSTRAINT products_stock_quantity_in_range CHECK (((stock_quantity >= 0) AND (stock_quantity <= 1000000))),
    CONSTRAINT products_weight_kg_in_range CHECK (((weight_kg >= (0)::numeric) AND (weight_kg <= 9999999.999)))
);

-- Name: COLUMN products.upload_id; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.upload_id IS 'the upload that made the current image; null when it was changed by hand. No foreign key: it would cost a fifth of the load';

-- Name: COLUMN products.valid_from; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.products.valid_from IS 'since when the row has looked like this; former images are in product_versions';

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
    CONSTRAINT validation_errors_error_type_is_known CHECK ((error_type = ANY (ARRAY['MISSING_REQUIRED_FIELD'::text, 'INVALID_PRICE'::text, 'INVALID_STOCK_QUANTITY'::text, 'INVALID_CATEGORY'::text, 'DUPLICATE_SKU'::text, 'DUPLICATE_VENDOR_PRODUCT_ID'::text, 'UNKNOWN_PRODUCT'::text, 'FIELD_TOO_LONG'::text, 'INVALID_VALUE'::text, 'MALFORMED_ROW'::text, 'SUSPICIOUS_KEY'::text]))),
    CONSTRAINT validation_errors_row_number_is_positive CHECK ((row_number > 0))
);

-- Name: COLUMN validation_errors_rest.row_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors_rest.row_number IS 'first data record is 1';

-- Name: COLUMN validation_errors_rest.line_number; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors_rest.line_number IS 'physical line of the file, the header is usually line 1';

-- Name: COLUMN validation_errors_rest.original_data; Type: COMMENT; Schema: catalog; Owner: -

COMMENT ON COLUMN catalog.validation_errors_rest.original_data IS 'the row as the vendor wrote it, by column; under _mapped its values after a mapping, under _line a row that could not be split';

-- Name: batches; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.batches (
    request_id uuid NOT NULL,
    batch_no integer NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    error text,
    finished_at timestamp with time zone,
    CONSTRAINT batches_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text])))
);

-- Name: TABLE batches; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.batches IS '100 records each: batch_no * 100 and the 99 after it; one job each';

-- Name: COLUMN batches.state; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.batches.state IS 'waiting -> done | failed (its job is dead); failed -> done (catalog jobs retry)';

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

-- Name: cache; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.cache (
    provider text NOT NULL,
    input_hash bytea NOT NULL,
    outcome text NOT NULL,
    confidence real,
    fields jsonb,
    obtained_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT cache_outcome_is_known CHECK ((outcome = ANY (ARRAY['match'::text, 'no_match'::text])))
);

-- Name: TABLE cache; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.cache IS 'answers of providers, "no match" included: nobody is asked twice before expires_at';

-- Name: COLUMN cache.input_hash; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.cache.input_hash IS 'SHA-256 of what was asked: capability and normalised input as canonical JSON';

-- Name: calls_call_id_seq; Type: SEQUENCE; Schema: enrichment; Owner: -

ALTER TABLE enrichment.calls ALTER COLUMN call_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrichment.calls_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: naics_codes; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_codes (
    code text NOT NULL,
    title text NOT NULL,
    sector text NOT NULL,
    CONSTRAINT naics_codes_code_is_2_to_6_digits CHECK ((code ~ '^[0-9]{2,6}$'::text))
);

-- Name: TABLE naics_codes; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_codes IS 'codes of 2 to 6 digits, loaded by catalog naics import';

-- Name: naics_index; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.naics_index (
    code text NOT NULL,
    phrase text NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, phrase)) STORED,
    CONSTRAINT naics_index_code_has_6_digits CHECK ((code ~ '^[0-9]{6}$'::text))
);

-- Name: TABLE naics_index; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.naics_index IS 'what establishments of an industry do or sell, in words: loaded by catalog naics import';

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

-- Name: records; Type: TABLE; Schema: enrichment; Owner: -

CREATE TABLE enrichment.records (
    request_id uuid NOT NULL,
    ordinal integer NOT NULL,
    input jsonb NOT NULL
);

-- Name: TABLE records; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.records IS 'the input as it came, by its place from 0';

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
    CONSTRAINT results_field_group_is_known CHECK ((field_group = ANY (ARRAY['contact'::text, 'company'::text, 'new_contact'::text, 'industry'::text]))),
    CONSTRAINT results_outcome_is_known CHECK ((outcome = ANY (ARRAY['match'::text, 'no_match'::text, 'error'::text])))
);

-- Name: TABLE results; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON TABLE enrichment.results IS 'what was found for a record: all fields of a group come from one provider';

-- Name: COLUMN results.provider; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.provider IS 'of a match who gave it; else who was asked last';

-- Name: COLUMN results.confidence; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.confidence IS 'from 0 to 1';

-- Name: COLUMN results.obtained_at; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.obtained_at IS 'when the provider said so, which may be before the request';

-- Name: COLUMN results.is_cached; Type: COMMENT; Schema: enrichment; Owner: -

COMMENT ON COLUMN enrichment.results.is_cached IS 'known before, not paid for again';

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
    CONSTRAINT jobs_state_is_known CHECK ((state = ANY (ARRAY['ready'::text, 'running'::text, 'dead'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000', autovacuum_vacuum_insert_threshold='-1', autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='20000', autovacuum_vacuum_cost_delay='0');

-- Name: TABLE jobs; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON TABLE jobs.jobs IS 'live and dead jobs; a finished job leaves the table';

-- Name: COLUMN jobs.state; Type: COMMENT; Schema: jobs; Owner: -

COMMENT ON COLUMN jobs.jobs.state IS 'ready -> running (claimed) -> gone (finished) | ready (failed, tries again at run_at) | dead (gave up); dead -> ready (catalog jobs retry)';

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

-- Name: alerts; Type: TABLE; Schema: relay; Owner: -

CREATE TABLE relay.alerts (
    alert_id bigint NOT NULL,
    kind text NOT NULL,
    window_at timestamp with time zone,
    detail text NOT NULL,
    raised_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cleared_at timestamp with time zone,
    CONSTRAINT alerts_kind_is_known CHECK ((kind = ANY (ARRAY['backlog'::text, 'age'::text, 'members'::text]))),
    CONSTRAINT alerts_of_members_name_a_window CHECK (((kind = 'members'::text) = (window_at IS NOT NULL)))
);

-- Name: TABLE alerts; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.alerts IS 'what an operator should know; an alert without cleared_at is still true';

-- Name: COLUMN alerts.kind; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.alerts.kind IS 'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), members (objects could not be read; cleared by hand)';

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
    CONSTRAINT archives_are_not_empty CHECK (((byte_count > 0) AND (member_count > 0))),
    CONSTRAINT archives_are_verified_after_delivery CHECK (((verified_at IS NULL) OR (delivered_at IS NOT NULL))),
    CONSTRAINT archives_part_is_counted_from_1 CHECK ((part > 0)),
    CONSTRAINT archives_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE archives; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.archives IS 'the archives of a window; a row is written before its archive is stored, so that a second attempt stores the same one';

-- Name: COLUMN archives.verified_at; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.archives.verified_at IS 'when the store showed the archive with the right size and checksum';

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
    CONSTRAINT members_missing_have_a_reason CHECK (((state = ANY (ARRAY['gone'::text, 'altered'::text])) = (problem IS NOT NULL))),
    CONSTRAINT members_packed_are_in_an_archive CHECK (((state = 'packed'::text) = ((part IS NOT NULL) AND (entry_name IS NOT NULL) AND (sha256 IS NOT NULL)))),
    CONSTRAINT members_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT members_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'packed'::text, 'gone'::text, 'altered'::text])))
)
PARTITION BY RANGE (window_at);

-- Name: TABLE members; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON TABLE relay.members IS 'the objects of each window; in partitions by day, which the upkeep makes and releases (retention.tables)';

-- Name: COLUMN members.object_version; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: COLUMN members.state; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.state IS 'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now)';

-- Name: COLUMN members.entry_name; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members.entry_name IS 'name in the archive: the key, made safe to extract';

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
    CONSTRAINT members_missing_have_a_reason CHECK (((state = ANY (ARRAY['gone'::text, 'altered'::text])) = (problem IS NOT NULL))),
    CONSTRAINT members_packed_are_in_an_archive CHECK (((state = 'packed'::text) = ((part IS NOT NULL) AND (entry_name IS NOT NULL) AND (sha256 IS NOT NULL)))),
    CONSTRAINT members_sha256_is_hex CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT members_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'packed'::text, 'gone'::text, 'altered'::text])))
);

-- Name: COLUMN members_rest.object_version; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members_rest.object_version IS 'version id of a versioned bucket, else the ETag';

-- Name: COLUMN members_rest.state; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members_rest.state IS 'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now)';

-- Name: COLUMN members_rest.entry_name; Type: COMMENT; Schema: relay; Owner: -

COMMENT ON COLUMN relay.members_rest.entry_name IS 'name in the archive: the key, made safe to extract';

-- Name: tables; Type: TABLE; Schema: retention; Owner: -

CREATE TABLE retention.tables (
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

-- Name: TABLE tables; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON TABLE retention.tables IS 'every table in partitions by time; the upkeep manages them by these rows';

-- Name: COLUMN tables.period; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.tables.period IS 'time that a partition spans: a day or a month of UTC';

-- Name: COLUMN tables.ahead; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.tables.ahead IS 'how many whole periods after the present one have their partition';

-- Name: COLUMN tables.keep_days; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.tables.keep_days IS 'a partition is released so long after its end; null keeps it; a setting of the service goes before it';

-- Name: COLUMN tables.minimum_days; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.tables.minimum_days IS 'what no setting may go below';

-- Name: COLUMN tables.is_archived; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.tables.is_archived IS 'whether a partition is written into the store of reports before it is dropped';

-- Name: COLUMN tables.release_check; Type: COMMENT; Schema: retention; Owner: -

COMMENT ON COLUMN retention.tables.release_check IS 'a function (from timestamptz, until timestamptz) returns boolean that must agree before a partition is released';

-- Name: partitions; Type: VIEW; Schema: retention; Owner: -

CREATE VIEW retention.partitions WITH (security_invoker='true') AS
 WITH children AS MATERIALIZED (
         SELECT t.table_schema,
            t.table_name,
            i.inhrelid,
            i.inhdetachpending
           FROM (((retention.tables t
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

-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (subject, idempotency_key);

-- Name: notifications notifications_are_sent_once_per_upload_and_kind; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.notifications
    ADD CONSTRAINT notifications_are_sent_once_per_upload_and_kind UNIQUE (upload_id, kind);

-- Name: notifications notifications_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (notification_id);

-- Name: product_categories product_categories_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.product_categories
    ADD CONSTRAINT product_categories_pkey PRIMARY KEY (category_name);

-- Name: product_versions product_versions_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.product_versions
    ADD CONSTRAINT product_versions_pkey PRIMARY KEY (version_id);

-- Name: products products_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (product_id);

-- Name: products products_sku_is_unique; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_sku_is_unique UNIQUE (sku);

-- Name: products products_vendor_product_id_is_unique_per_vendor; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_vendor_product_id_is_unique_per_vendor UNIQUE (vendor_id, vendor_product_id);

-- Name: report_links report_links_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.report_links
    ADD CONSTRAINT report_links_pkey PRIMARY KEY (token_sha256);

-- Name: upload_events_rest upload_events_rest_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_events_rest
    ADD CONSTRAINT upload_events_rest_pkey PRIMARY KEY (event_id);

-- Name: upload_history upload_history_empty_cells_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_empty_cells_is_known CHECK ((empty_cells = ANY (ARRAY['clear'::text, 'keep'::text]))) NOT VALID;

-- Name: upload_history upload_history_missing_products_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_missing_products_is_known CHECK (((missing_products = 'keep'::text) OR ((missing_products = 'deactivate'::text) AND (mode <> 'create'::text)))) NOT VALID;

-- Name: upload_history upload_history_mode_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history
    ADD CONSTRAINT upload_history_mode_is_known CHECK ((mode = ANY (ARRAY['create'::text, 'upsert'::text, 'update'::text]))) NOT VALID;

-- Name: upload_history upload_history_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_history
    ADD CONSTRAINT upload_history_pkey PRIMARY KEY (upload_id);

-- Name: upload_slots upload_slots_object_key_is_used_once; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_slots
    ADD CONSTRAINT upload_slots_object_key_is_used_once UNIQUE (bucket, object_key);

-- Name: upload_slots upload_slots_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.upload_slots
    ADD CONSTRAINT upload_slots_pkey PRIMARY KEY (upload_id);

-- Name: validation_errors validation_errors_error_type_is_known; Type: CHECK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE catalog.validation_errors
    ADD CONSTRAINT validation_errors_error_type_is_known CHECK ((error_type = ANY (ARRAY['MISSING_REQUIRED_FIELD'::text, 'INVALID_PRICE'::text, 'INVALID_STOCK_QUANTITY'::text, 'INVALID_CATEGORY'::text, 'DUPLICATE_SKU'::text, 'DUPLICATE_VENDOR_PRODUCT_ID'::text, 'UNKNOWN_PRODUCT'::text, 'FIELD_TOO_LONG'::text, 'INVALID_VALUE'::text, 'MALFORMED_ROW'::text, 'SUSPICIOUS_KEY'::text]))) NOT VALID;

-- Name: validation_errors validation_errors_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.validation_errors
    ADD CONSTRAINT validation_errors_pkey PRIMARY KEY (created_at, error_id);

-- Name: validation_errors_rest validation_errors_rest_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.validation_errors_rest
    ADD CONSTRAINT validation_errors_rest_pkey PRIMARY KEY (created_at, error_id);

-- Name: vendors vendors_pkey; Type: CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.vendors
    ADD CONSTRAINT vendors_pkey PRIMARY KEY (vendor_id);

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

-- Name: naics_codes naics_codes_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_codes
    ADD CONSTRAINT naics_codes_pkey PRIMARY KEY (code);

-- Name: naics_index naics_index_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_index
    ADD CONSTRAINT naics_index_pkey PRIMARY KEY (code, phrase);

-- Name: naics_sectors naics_sectors_pkey; Type: CONSTRAINT; Schema: enrichment; Owner: -

ALTER TABLE ONLY enrichment.naics_sectors
    ADD CONSTRAINT naics_sectors_pkey PRIMARY KEY (sector);

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

-- Name: object_events_rest object_events_rest_object_version_is_seen_once; Type: CONSTRAINT; Schema: intake; Owner: -

ALTER TABLE ONLY intake.object_events_rest
    ADD CONSTRAINT object_events_rest_object_version_is_seen_once UNIQUE (bucket, object_key, object_version);

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

-- Name: members members_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (window_at, bucket, object_key, object_version);

-- Name: members_rest members_rest_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.members_rest
    ADD CONSTRAINT members_rest_pkey PRIMARY KEY (window_at, bucket, object_key, object_version);

-- Name: windows windows_do_not_overlap; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.windows
    ADD CONSTRAINT windows_do_not_overlap EXCLUDE USING gist (tstzrange(opens_at, closes_at) WITH &&);

-- Name: windows windows_pkey; Type: CONSTRAINT; Schema: relay; Owner: -

ALTER TABLE ONLY relay.windows
    ADD CONSTRAINT windows_pkey PRIMARY KEY (opens_at);

-- Name: released_partitions released_partitions_pkey; Type: CONSTRAINT; Schema: retention; Owner: -

ALTER TABLE ONLY retention.released_partitions
    ADD CONSTRAINT released_partitions_pkey PRIMARY KEY (release_id);

-- Name: tables tables_pkey; Type: CONSTRAINT; Schema: retention; Owner: -

ALTER TABLE ONLY retention.tables
    ADD CONSTRAINT tables_pkey PRIMARY KEY (table_schema, table_name);

-- Name: api_tokens_vendor_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX api_tokens_vendor_id_idx ON catalog.api_tokens USING btree (vendor_id);

-- Name: idempotency_keys_created_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX idempotency_keys_created_at_idx ON catalog.idempotency_keys USING btree (created_at);

-- Name: notifications_pending_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX notifications_pending_idx ON catalog.notifications USING btree (notification_id) WHERE (state = 'pending'::text);

-- Name: product_versions_superseded_by_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_superseded_by_idx ON catalog.product_versions USING btree (superseded_by);

-- Name: product_versions_vendor_id_vendor_product_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX product_versions_vendor_id_vendor_product_id_idx ON catalog.product_versions USING btree (vendor_id, vendor_product_id, valid_from);

-- Name: products_upload_id_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX products_upload_id_idx ON catalog.products USING btree (upload_id);

-- Name: report_links_expires_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX report_links_expires_at_idx ON catalog.report_links USING btree (expires_at);

-- Name: upload_events_upload_id_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_events_upload_id_at_idx ON ONLY catalog.upload_events USING btree (upload_id, at);

-- Name: upload_events_rest_upload_id_at_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_events_rest_upload_id_at_idx ON catalog.upload_events_rest USING btree (upload_id, at);

-- Name: upload_history_queued_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_queued_idx ON catalog.upload_history USING btree (upload_timestamp) WHERE (status = 'queued'::text);

-- Name: upload_history_unfinished_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_unfinished_idx ON catalog.upload_history USING btree (vendor_id, status) WHERE (status = ANY (ARRAY['queued'::text, 'processing'::text]));

-- Name: upload_history_upload_timestamp_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_upload_timestamp_idx ON catalog.upload_history USING btree (upload_timestamp DESC, upload_id DESC);

-- Name: upload_history_vendor_id_upload_timestamp_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE INDEX upload_history_vendor_id_upload_timestamp_idx ON catalog.upload_history USING btree (vendor_id, upload_timestamp DESC, upload_id DESC);

-- Name: upload_slots_put_token_sha256_idx; Type: INDEX; Schema: catalog; Owner: -

CREATE UNIQUE INDEX upload_slots_put_token_sha256_idx ON catalog.upload_slots USING btree (put_token_sha256);

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

-- Name: naics_index_words_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX naics_index_words_idx ON enrichment.naics_index USING gin (words);

-- Name: requests_created_at_idx; Type: INDEX; Schema: enrichment; Owner: -

CREATE INDEX requests_created_at_idx ON enrichment.requests USING btree (created_at);

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

-- Name: jobs_ready_idx; Type: INDEX; Schema: jobs; Owner: -

CREATE INDEX jobs_ready_idx ON jobs.jobs USING btree (queue, priority, run_at, job_id) WHERE (state = 'ready'::text);

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

-- Name: released_partitions_one_at_a_time; Type: INDEX; Schema: retention; Owner: -

CREATE UNIQUE INDEX released_partitions_one_at_a_time ON retention.released_partitions USING btree (table_schema, table_name, from_at) WHERE (state <> 'released'::text);

-- Name: upload_events_rest_upload_id_at_idx; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.upload_events_upload_id_at_idx ATTACH PARTITION catalog.upload_events_rest_upload_id_at_idx;

-- Name: validation_errors_rest_pkey; Type: INDEX ATTACH; Schema: catalog; Owner: -

ALTER INDEX catalog.validation_errors_pkey ATTACH PARTITION catalog.validation_errors_rest_pkey;

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

-- Name: api_tokens api_tokens_announce_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER api_tokens_announce_change AFTER DELETE OR UPDATE OF secret_sha256, role, vendor_id, expires_at, revoked_at ON catalog.api_tokens FOR EACH ROW EXECUTE FUNCTION catalog.announce_token_change();

-- Name: products products_begin_image; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_begin_image BEFORE UPDATE ON catalog.products FOR EACH ROW EXECUTE FUNCTION catalog.begin_product_image();

-- Name: products products_keep_deleted_images; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_keep_deleted_images AFTER DELETE ON catalog.products REFERENCING OLD TABLE AS old_images FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_deleted_product_images();

-- Name: products products_keep_updated_images; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_keep_updated_images AFTER UPDATE ON catalog.products REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images FOR EACH STATEMENT EXECUTE FUNCTION catalog.keep_updated_product_images();

-- Name: products products_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER products_refuse_truncate BEFORE TRUNCATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change('delete the rows instead: their images are then kept');

-- Name: upload_events upload_events_refuse_change; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_refuse_change BEFORE DELETE OR UPDATE ON catalog.upload_events FOR EACH ROW EXECUTE FUNCTION catalog.refuse_change('upload_events is append-only: insert a further event');

-- Name: upload_events upload_events_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_refuse_truncate BEFORE TRUNCATE ON catalog.upload_events FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change('upload_events is append-only: insert a further event');

-- Name: upload_events_rest upload_events_refuse_truncate; Type: TRIGGER; Schema: catalog; Owner: -

CREATE TRIGGER upload_events_refuse_truncate BEFORE TRUNCATE ON catalog.upload_events_rest FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change('upload_events is append-only: insert a further event');

-- Name: object_events object_events_forget_objects; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER object_events_forget_objects AFTER DELETE ON intake.object_events REFERENCING OLD TABLE AS old_events FOR EACH STATEMENT EXECUTE FUNCTION intake.forget_objects();

-- Name: object_events object_events_remember_objects; Type: TRIGGER; Schema: intake; Owner: -

CREATE TRIGGER object_events_remember_objects AFTER INSERT ON intake.object_events REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION intake.remember_objects();

-- Name: jobs jobs_wake_workers; Type: TRIGGER; Schema: jobs; Owner: -

CREATE TRIGGER jobs_wake_workers AFTER INSERT ON jobs.jobs REFERENCING NEW TABLE AS enqueued FOR EACH STATEMENT EXECUTE FUNCTION jobs.wake_workers();

-- Name: api_tokens api_tokens_vendor_exists; Type: FK CONSTRAINT; Schema: catalog; Owner: -

ALTER TABLE ONLY catalog.api_tokens
    ADD CONSTRAINT api_tokens_vendor_exists FOREIGN KEY (vendor_id) REFERENCES catalog.vendors(vendor_id);

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
    ADD CONSTRAINT released_partitions_table_is_registered FOREIGN KEY (table_schema, table_name) REFERENCES retention.tables(table_schema, table_name);

-- Name: api_tokens; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.api_tokens ENABLE ROW LEVEL SECURITY;

-- Name: api_tokens api_tokens_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY api_tokens_audit ON catalog.api_tokens FOR SELECT TO catalog_auditor USING (true);

-- Name: notifications; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.notifications ENABLE ROW LEVEL SECURITY;

-- Name: notifications notifications_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY notifications_audit ON catalog.notifications FOR SELECT TO catalog_auditor USING (true);

-- Name: product_versions; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.product_versions ENABLE ROW LEVEL SECURITY;

-- Name: product_versions product_versions_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY product_versions_audit ON catalog.product_versions FOR SELECT TO catalog_auditor USING (true);

-- Name: product_versions product_versions_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY product_versions_own_rows ON catalog.product_versions FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: products; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.products ENABLE ROW LEVEL SECURITY;

-- Name: products products_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY products_audit ON catalog.products FOR SELECT TO catalog_auditor USING (true);

-- Name: products products_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY products_own_rows ON catalog.products FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: upload_events; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_events ENABLE ROW LEVEL SECURITY;

-- Name: upload_events upload_events_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_events_audit ON catalog.upload_events FOR SELECT TO catalog_auditor USING (true);

-- Name: upload_events upload_events_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_events_own_rows ON catalog.upload_events FOR SELECT TO catalog_vendor USING ((EXISTS ( SELECT
   FROM catalog.upload_history u
  WHERE ((u.upload_id)::text = (upload_events.upload_id)::text))));

-- Name: upload_history; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.upload_history ENABLE ROW LEVEL SECURITY;

-- Name: upload_history upload_history_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_history_audit ON catalog.upload_history FOR SELECT TO catalog_auditor USING (true);

-- Name: upload_history upload_history_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY upload_history_own_rows ON catalog.upload_history FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: validation_errors; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.validation_errors ENABLE ROW LEVEL SECURITY;

-- Name: validation_errors validation_errors_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY validation_errors_audit ON catalog.validation_errors FOR SELECT TO catalog_auditor USING (true);

-- Name: validation_errors validation_errors_own_rows; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY validation_errors_own_rows ON catalog.validation_errors FOR SELECT TO catalog_vendor USING ((EXISTS ( SELECT
   FROM catalog.upload_history u
  WHERE ((u.upload_id)::text = (validation_errors.upload_id)::text))));

-- Name: vendors; Type: ROW SECURITY; Schema: catalog; Owner: -

ALTER TABLE catalog.vendors ENABLE ROW LEVEL SECURITY;

-- Name: vendors vendors_audit; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY vendors_audit ON catalog.vendors FOR SELECT TO catalog_auditor USING (true);

-- Name: vendors vendors_own_row; Type: POLICY; Schema: catalog; Owner: -

CREATE POLICY vendors_own_row ON catalog.vendors FOR SELECT TO catalog_vendor USING (((vendor_id)::text = ( SELECT catalog.current_vendor_id() AS current_vendor_id)));

-- Name: SCHEMA audit; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA audit TO catalog_vendor;
GRANT USAGE ON SCHEMA audit TO catalog_auditor;

-- Name: SCHEMA catalog; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA catalog TO catalog_vendor;
GRANT USAGE ON SCHEMA catalog TO catalog_auditor;

-- Name: SCHEMA enrichment; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA enrichment TO catalog_auditor;

-- Name: SCHEMA intake; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA intake TO catalog_auditor;

-- Name: SCHEMA jobs; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA jobs TO catalog_auditor;

-- Name: SCHEMA relay; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA relay TO catalog_auditor;

-- Name: SCHEMA retention; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA retention TO catalog_auditor;

-- Name: FUNCTION product_history(vendor text, vendor_product_id text); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.product_history(vendor text, vendor_product_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.product_history(vendor text, vendor_product_id text) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.product_history(vendor text, vendor_product_id text) TO catalog_auditor;

-- Name: FUNCTION products_as_of(at timestamp with time zone); Type: ACL; Schema: audit; Owner: -

REVOKE ALL ON FUNCTION audit.products_as_of(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION audit.products_as_of(at timestamp with time zone) TO catalog_vendor;
GRANT ALL ON FUNCTION audit.products_as_of(at timestamp with time zone) TO catalog_auditor;

-- Name: FUNCTION add_product_column(name text, definition text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.add_product_column(name text, definition text) FROM PUBLIC;

-- Name: FUNCTION ambiguous_keys(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.ambiguous_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.ambiguous_keys() TO catalog_auditor;

-- Name: FUNCTION announce_token_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.announce_token_change() FROM PUBLIC;

-- Name: FUNCTION begin_product_image(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.begin_product_image() FROM PUBLIC;

-- Name: FUNCTION canonical_key(key text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.canonical_key(key text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.canonical_key(key text) TO catalog_auditor;

-- Name: FUNCTION current_vendor_id(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.current_vendor_id() FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.current_vendor_id() TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.current_vendor_id() TO catalog_auditor;

-- Name: FUNCTION drop_error_partitions(keep interval); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.drop_error_partitions(keep interval) FROM PUBLIC;

-- Name: FUNCTION drop_product_column(name text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.drop_product_column(name text) FROM PUBLIC;

-- Name: FUNCTION ensure_error_partitions(at timestamp with time zone); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.ensure_error_partitions(at timestamp with time zone) FROM PUBLIC;

-- Name: TABLE validation_errors; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.validation_errors TO catalog_vendor;
GRANT SELECT ON TABLE catalog.validation_errors TO catalog_auditor;

-- Name: FUNCTION error_counts(upload text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.error_counts(upload text) FROM PUBLIC;
GRANT ALL ON FUNCTION catalog.error_counts(upload text) TO catalog_vendor;
GRANT ALL ON FUNCTION catalog.error_counts(upload text) TO catalog_auditor;

-- Name: FUNCTION keep_deleted_product_images(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.keep_deleted_product_images() FROM PUBLIC;

-- Name: FUNCTION keep_updated_product_images(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.keep_updated_product_images() FROM PUBLIC;

-- Name: FUNCTION product_columns(prefix text, without text[]); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.product_columns(prefix text, without text[]) FROM PUBLIC;

-- Name: FUNCTION refuse_change(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.refuse_change() FROM PUBLIC;

-- Name: FUNCTION revert_upload(upload text); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.revert_upload(upload text) FROM PUBLIC;

-- Name: FUNCTION write_products_as_of(); Type: ACL; Schema: catalog; Owner: -

REVOKE ALL ON FUNCTION catalog.write_products_as_of() FROM PUBLIC;

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

-- Name: FUNCTION wake_workers(); Type: ACL; Schema: jobs; Owner: -

REVOKE ALL ON FUNCTION jobs.wake_workers() FROM PUBLIC;

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

-- Name: TABLE calls; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.calls TO catalog_auditor;

-- Name: TABLE requests; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.requests TO catalog_auditor;

-- Name: TABLE enrichment; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.enrichment TO catalog_auditor;

-- Name: TABLE upload_history; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.upload_history TO catalog_vendor;
GRANT SELECT ON TABLE catalog.upload_history TO catalog_auditor;

-- Name: TABLE upload_errors; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.upload_errors TO catalog_vendor;
GRANT SELECT ON TABLE audit.upload_errors TO catalog_auditor;

-- Name: TABLE vendors; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.vendors TO catalog_vendor;
GRANT SELECT ON TABLE catalog.vendors TO catalog_auditor;

-- Name: TABLE uploads; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.uploads TO catalog_vendor;
GRANT SELECT ON TABLE audit.uploads TO catalog_auditor;

-- Name: TABLE vendor_quality; Type: ACL; Schema: audit; Owner: -

GRANT SELECT ON TABLE audit.vendor_quality TO catalog_vendor;
GRANT SELECT ON TABLE audit.vendor_quality TO catalog_auditor;

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

-- Name: TABLE notifications; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.notifications TO catalog_auditor;

-- Name: TABLE product_categories; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.product_categories TO catalog_vendor;
GRANT SELECT ON TABLE catalog.product_categories TO catalog_auditor;

-- Name: TABLE product_versions; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.product_versions TO catalog_vendor;
GRANT SELECT ON TABLE catalog.product_versions TO catalog_auditor;

-- Name: TABLE products; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.products TO catalog_vendor;
GRANT SELECT ON TABLE catalog.products TO catalog_auditor;

-- Name: TABLE upload_events; Type: ACL; Schema: catalog; Owner: -

GRANT SELECT ON TABLE catalog.upload_events TO catalog_vendor;
GRANT SELECT ON TABLE catalog.upload_events TO catalog_auditor;

-- Name: TABLE batches; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.batches TO catalog_auditor;

-- Name: TABLE buckets; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.buckets TO catalog_auditor;

-- Name: TABLE cache; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.cache TO catalog_auditor;

-- Name: TABLE naics_codes; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_codes TO catalog_auditor;

-- Name: TABLE naics_index; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_index TO catalog_auditor;

-- Name: TABLE naics_sectors; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.naics_sectors TO catalog_auditor;

-- Name: TABLE providers; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.providers TO catalog_auditor;

-- Name: TABLE records; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.records TO catalog_auditor;

-- Name: TABLE results; Type: ACL; Schema: enrichment; Owner: -

GRANT SELECT ON TABLE enrichment.results TO catalog_auditor;

-- Name: TABLE routes; Type: ACL; Schema: intake; Owner: -

GRANT SELECT ON TABLE intake.routes TO catalog_auditor;

-- Name: TABLE seen_objects; Type: ACL; Schema: intake; Owner: -

GRANT SELECT ON TABLE intake.seen_objects TO catalog_auditor;

-- Name: TABLE alerts; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.alerts TO catalog_auditor;

-- Name: TABLE jobs; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.jobs TO catalog_auditor;

-- Name: TABLE paused_queues; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.paused_queues TO catalog_auditor;

-- Name: TABLE periods; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.periods TO catalog_auditor;

-- Name: TABLE workers; Type: ACL; Schema: jobs; Owner: -

GRANT SELECT ON TABLE jobs.workers TO catalog_auditor;

-- Name: TABLE alerts; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.alerts TO catalog_auditor;

-- Name: TABLE archives; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.archives TO catalog_auditor;

-- Name: TABLE members; Type: ACL; Schema: relay; Owner: -

GRANT SELECT ON TABLE relay.members TO catalog_auditor;

-- Name: TABLE tables; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.tables TO catalog_auditor;

-- Name: TABLE partitions; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.partitions TO catalog_auditor;

-- Name: TABLE released_partitions; Type: ACL; Schema: retention; Owner: -

GRANT SELECT ON TABLE retention.released_partitions TO catalog_auditor;

