-- catalog: works-with 0031
-- catalog: allow require-concurrent-index-creation: an index of a partitioned table cannot be made concurrently; five million events take seconds
-- What is asked of all uploads at once is counted as each of them ends, so that nobody has to read a year of them.
set local role catalog_owner;

create table catalog.vendor_totals (
    vendor_id varchar(50) not null,
    uploads bigint not null,
    failed_uploads bigint not null,
    total_records bigint not null,
    valid_records bigint not null,
    error_records bigint not null,
    last_upload_at timestamptz,
    constraint vendor_totals_pkey primary key (vendor_id)
);
comment on table catalog.vendor_totals is 'sums over the uploads of a vendor that have ended; dry runs and reverts are not counted';

create table catalog.upload_error_counts (
    upload_id varchar(50) not null,
    vendor_id varchar(50) not null,
    upload_timestamp timestamptz not null,
    error_type text not null,
    errors bigint not null,
    constraint upload_error_counts_pkey primary key (upload_id, error_type)
);
comment on table catalog.upload_error_counts is 'how many errors of each type an upload that has ended has';

-- What an upload adds to its vendor's sums.
create function catalog.counted_upload(u catalog.upload_history) returns boolean
    language sql immutable parallel safe
as $$
    select u.status not in ('queued', 'processing') and not u.dry_run and u.kind = 'file'
$$;

create function catalog.count_upload() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
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
create trigger upload_history_count_ended after insert or delete on catalog.upload_history
    for each row execute function catalog.count_upload();
create trigger upload_history_count_changed after update of status, total_records, valid_records, error_records on catalog.upload_history
    for each row when (
        new.status <> old.status or new.total_records is distinct from old.total_records
        or new.valid_records is distinct from old.valid_records or new.error_records is distinct from old.error_records)
    execute function catalog.count_upload();

-- The triggers are there and their lock is held: this is all that has ended before.
insert into catalog.vendor_totals (vendor_id, uploads, failed_uploads, total_records, valid_records, error_records, last_upload_at)
select u.vendor_id, count(*), count(*) filter (where u.status = 'failed'), coalesce(sum(u.total_records), 0), coalesce(sum(u.valid_records), 0),
    coalesce(sum(u.error_records), 0), max(u.upload_timestamp)
from catalog.upload_history u
where catalog.counted_upload(u)
group by u.vendor_id;
insert into catalog.upload_error_counts (upload_id, vendor_id, upload_timestamp, error_type, errors)
select u.upload_id, u.vendor_id, u.upload_timestamp, e.error_type, e.errors
from (select e.upload_id, e.error_type, count(*) as errors from catalog.validation_errors e group by 1, 2) e
join catalog.upload_history u using (upload_id)
where u.status not in ('queued', 'processing');

create index upload_error_counts_upload_timestamp_idx on catalog.upload_error_counts (upload_timestamp)
    include (vendor_id, error_type, errors);
create index upload_error_counts_vendor_id_upload_timestamp_idx on catalog.upload_error_counts (vendor_id, upload_timestamp);
create index upload_events_event_at_idx on catalog.upload_events (event, at);

alter table catalog.vendor_totals enable row level security;
create policy vendor_totals_own_row on catalog.vendor_totals for select to catalog_vendor
    using (vendor_id = (select catalog.current_vendor_id()));
create policy vendor_totals_audit on catalog.vendor_totals for select to catalog_auditor using (true);
alter table catalog.upload_error_counts enable row level security;
create policy upload_error_counts_own_rows on catalog.upload_error_counts for select to catalog_vendor
    using (vendor_id = (select catalog.current_vendor_id()));
create policy upload_error_counts_audit on catalog.upload_error_counts for select to catalog_auditor using (true);
grant select on catalog.vendor_totals, catalog.upload_error_counts to catalog_vendor, catalog_auditor;
revoke execute on function catalog.count_upload(), catalog.counted_upload(catalog.upload_history) from public;

create or replace view audit.vendor_quality with (security_invoker = true) as
select
    v.vendor_id, v.vendor_name, v.status,
    coalesce(t.uploads, 0) as uploads,
    coalesce(t.failed_uploads, 0) as failed_uploads,
    coalesce(t.total_records, 0) as rows_received,
    coalesce(t.error_records, 0) as rows_rejected,
    trunc(100.0 * t.valid_records / nullif(t.total_records, 0), 1) as success_percent,
    t.last_upload_at
from catalog.vendors v
left join catalog.vendor_totals t using (vendor_id);

create view audit.error_counts with (security_invoker = true) as
select c.upload_id, c.vendor_id, c.upload_timestamp, c.error_type, c.errors from catalog.upload_error_counts c;
comment on view audit.error_counts is 'how many errors of each type each upload has';
grant select on audit.error_counts to catalog_vendor, catalog_auditor;

-- For people: a moment in UTC, whatever the time zone of the session, and a text that does not break a line of 120 columns.
create function audit.utc(moment timestamptz) returns text
    language sql stable parallel safe
as $$
    select to_char(moment at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
$$;
comment on function audit.utc is 'a moment in UTC, to the second, whatever the time zone of the session';
create function audit.brief(value text, width integer) returns text
    language sql immutable parallel safe
as $$
    select case when length(value) > width then left(value, width - 1) || '…' else value end
$$;
comment on function audit.brief is 'a text, cut where it is longer';
revoke execute on function audit.utc(timestamptz), audit.brief(text, integer) from public;
grant execute on function audit.utc(timestamptz), audit.brief(text, integer) to catalog_vendor, catalog_auditor;

-- What is in JSON, or compared as text, is text already when the client gets it.
alter function audit.product_history(text, text) set timezone = 'UTC';
alter function audit.upload_diff(text) set timezone = 'UTC';
