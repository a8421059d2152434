-- Fills an empty, migrated database with a year's history, set by set: run by psql as a superuser, who may write history by hand.
-- Variables: products, vendors, uploads, events, errors (how many of each). Uploads come one after another over a hundred days; the first
-- of each vendor creates its products, each of the others changes a part of them. The first vendor has 10,000 products more than the others.
\set ON_ERROR_STOP on
set session_replication_role = replica;
set timezone = 'UTC';
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
begin;

insert into catalog.product_categories (category_name) select 'Category ' || i from generate_series(1, 20) i;
insert into catalog.vendors (vendor_id, vendor_name, email, created_at)
select 'V' || lpad(v::text, 5, '0'), 'Vendor ' || v, 'vendor' || v || '@example.com', now() - interval '101 days'
from generate_series(0, :vendors - 1) v;

-- What the numbers of an upload are: its vendor, its round among that vendor's, when, and how it went.
create temporary table plan on commit drop as
select n, n % :vendors as vendor, n / :vendors as round, 'V' || lpad((n % :vendors)::text, 5, '0') as vendor_id, at,
    'UPLOAD_' || to_char(at, 'YYYYMMDD_HH24MISS_') || lpad(to_hex(n), 6, '0') as upload_id,
    case when n % 20 = 10 then 'failed' when n % 2 = 1 then 'partial' else 'completed' end as status
from (select n, now() - interval '100 days' + n * (interval '100 days' / :uploads) as at from generate_series(0, :uploads - 1) n) times;
create unique index on plan (n);
analyze plan;

insert into catalog.upload_history (upload_id, vendor_id, file_name, status, mode, total_records, valid_records, error_records,
    created_records, updated_records, unchanged_records, upload_timestamp, started_at, completed_at, bucket, object_key, file_size_bytes,
    file_sha256, failure_type, failure_message)
select upload_id, vendor_id, 'products_' || round || '.csv', status, 'upsert', 100, counts.valid, 100 - counts.valid, 0, counts.valid, 0,
    at, at + interval '2 seconds', at + interval '4 seconds', 'inbox', 'uploads/' || vendor_id || '/products_' || round || '.csv', 12345,
    encode(sha256(convert_to(vendor_id || case when n % 50 = 0 then round / 2 else round + 100 end, 'UTF8')), 'hex'),
    case status when 'failed' then 'EMPTY_FILE' end, case status when 'failed' then 'the file is empty' end
from plan, lateral (select case status when 'completed' then 100 when 'partial' then 80 else 0 end as valid) counts;

insert into catalog.upload_events (upload_id, at, event, detail)
select upload_id, at + k * interval '100 milliseconds',
    case when k = 49 and n % 5000 = 0 then 'report.given_up' else
        (array['announced', 'queued', 'started', 'file.read', 'checked', 'finished', 'report.written', 'notified', 'retried'])[1 + k % 9] end,
    jsonb_build_object('source', 'poller', 'rows', k)
from plan, generate_series(0, :events / :uploads - 1) k;

insert into catalog.validation_errors (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data,
    created_at)
select upload_id, k, k + 1, kind.error_type, 'wrong: ' || kind.error_type, 'price', 'x' || k,
    jsonb_build_object('vendor_product_id', 'P' || k, 'sku', 'S' || k, 'price', 'x' || k, 'product_name', 'A product that is wrong'),
    at + interval '3 seconds'
from plan, generate_series(1, 2 * :errors / :uploads) k, lateral (
    select (array['INVALID_PRICE', 'INVALID_PRICE', 'INVALID_PRICE', 'MISSING_REQUIRED_FIELD', 'MISSING_REQUIRED_FIELD', 'DUPLICATE_SKU',
        'INVALID_CATEGORY', 'INVALID_STOCK_QUANTITY', 'FIELD_TOO_LONG', 'INVALID_VALUE'])[1 + (n + k) % 10] as error_type) kind
where status = 'partial';

insert into catalog.notifications (upload_id, kind, recipient, state, created_at, sent_at)
select upload_id, 'upload-finished', lower(vendor_id) || '@example.com', 'sent', at + interval '4 seconds', at + interval '6 seconds' from plan;

-- One change and one tick for each upload.
insert into catalog.version_formats (columns) select catalog.version_format() where not exists (select from catalog.version_formats);
insert into catalog.ticks (tick_id, at, changes) values (0, now() - interval '101 days', 1)
on conflict (tick_id) do update set at = excluded.at;
insert into catalog.changes (change_id, actor, began_at, backend, tick_id)
values (0, 'before changes were recorded', now() - interval '101 days', 1, 0)
on conflict (change_id) do update set began_at = excluded.began_at;
insert into catalog.changes (change_id, actor, upload_id, vendor_id, began_at, backend, tick_id)
select n + 1, 'upload', upload_id, vendor_id, at + interval '3 seconds', 1, n + 1 from plan;
insert into catalog.ticks (tick_id, at, changes) select n + 1, at + interval '5 seconds', 1 from plan;

create temporary table product_plan on commit drop as
select i, vendor, 1 + i / :vendors % (:uploads / :vendors - 1) as round
from (select i, case when i <= 10000 then 0 else 1 + i % (:vendors - 1) end as vendor from generate_series(1, :products) i) vendors;
analyze product_plan;

insert into catalog.products (product_id, vendor_id, vendor_product_id, product_name, category, description, sku, price, stock_quantity, upload_id,
    created_at, valid_from, made_by, line_number) overriding system value
select i, u.vendor_id, 'P' || i, 'Product ' || i, 'Category ' || 1 + i % 20, repeat('A good product. ', 6), 'SKU-' || i, 20, i % 1000,
    u.upload_id, f.at, u.at, u.n + 1, i % 1000
from product_plan p
join plan u on u.n = p.round * :vendors + p.vendor
join plan f on f.n = p.vendor
order by i;

insert into catalog.product_versions (product_id, vendor_id, vendor_product_id, product_name, category, description, sku, price,
    stock_quantity, status, upload_id, created_at, valid_from, valid_to, operation, superseded_by, changed_by, made_by, ended_by, line_number,
    format_id)
select i, u.vendor_id, 'P' || i, 'Product ' || i, 'Category ' || 1 + i % 20, repeat('A good product. ', 6), 'SKU-' || i, 10,
    i % 1000, 'active', f.upload_id, f.at, f.at, u.at, 'update', u.upload_id, 'service', f.n + 1, u.n + 1, i % 1000,
    (select max(format_id) from catalog.version_formats)
from product_plan p
join plan u on u.n = p.round * :vendors + p.vendor
join plan f on f.n = p.vendor
order by u.n, i;

insert into catalog.created_products (change_id, first_product_id, last_product_id, version_id)
select vendor + 1, i, i, 0 from product_plan;
update catalog.changes c set place = coalesce((select 2 * max(v.version_id) from catalog.product_versions v where v.ended_by = c.change_id), 1);

-- As each upload would have been counted.
insert into catalog.vendor_totals (vendor_id, uploads, failed_uploads, total_records, valid_records, error_records, last_upload_at)
select vendor_id, count(*), count(*) filter (where status = 'failed'), sum(total_records), sum(valid_records), sum(error_records),
    max(upload_timestamp)
from catalog.upload_history
group by vendor_id;
insert into catalog.upload_error_counts (upload_id, vendor_id, upload_timestamp, error_type, errors)
select e.upload_id, u.vendor_id, u.upload_timestamp, e.error_type, e.errors
from (select upload_id, error_type, count(*) as errors from catalog.validation_errors group by 1, 2) e
join catalog.upload_history u using (upload_id);

-- As the triggers and the ticks would have sealed it.
set local datestyle = 'ISO';
update catalog.product_versions v set row_hash = h.hash
from catalog.row_hashes((select max(format_id) from catalog.version_formats), 'true') h where h.version_id = v.version_id;
update catalog.changes c set (versions, rows_hash) = (select h.versions, h.hash from catalog.rows_hash(c.change_id) h);
do $$
declare
    one catalog.ticks;
    before bytea;
begin
    for one in select * from catalog.ticks order by tick_id loop
        one.prev_hash := before;
        before := catalog.tick_hash(one);
        update catalog.ticks t set prev_hash = one.prev_hash, hash = before where t.tick_id = one.tick_id;
    end loop;
end
$$;

select setval(pg_get_serial_sequence('catalog.products', 'product_id'), :products),
    setval(pg_get_serial_sequence('catalog.changes', 'change_id'), :uploads);
commit;
vacuum (full, analyze) catalog.product_versions, catalog.changes, catalog.ticks;
vacuum analyze;
