-- Uploads, their errors, their timeline and the mail they cause.
set local role catalog_owner;

create table catalog.upload_history (
    upload_id varchar(50) not null,
    vendor_id varchar(50) not null,
    file_name varchar(255) not null,
    status text not null default 'queued',
    mode text not null default 'create',
    policy text not null default 'load-valid',
    total_records integer,
    valid_records integer,
    error_records integer,
    created_records integer,
    updated_records integer,
    unchanged_records integer,
    upload_timestamp timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    bucket text,
    object_key text,
    object_version text,
    file_size_bytes bigint,
    file_sha256 text,
    error_file_s3_key text,
    rejected_file_s3_key text,
    failure_type text,
    failure_message text,
    constraint upload_history_pkey primary key (upload_id),
    constraint upload_history_status_is_known
        check (status in ('queued', 'processing', 'completed', 'partial', 'failed', 'reverted')),
    constraint upload_history_mode_is_known check (mode in ('create', 'upsert')),
    constraint upload_history_policy_is_known check (policy in ('load-valid', 'all-or-nothing')),
    constraint upload_history_file_sha256_is_hex check (file_sha256 ~ '^[0-9a-f]{64}$'),
    constraint upload_history_counts_add_up check (
        status in ('queued', 'processing')
        or (completed_at is not null and coalesce(valid_records + error_records = total_records, false))),
    constraint upload_history_loaded_rows_are_valid_rows check (
        status not in ('completed', 'partial')
        or coalesce(created_records + updated_records + unchanged_records = valid_records, false)),
    constraint upload_history_failures_say_why check ((failure_type is null) = (failure_message is null)),
    constraint upload_history_failed_has_a_failure check (status <> 'failed' or failure_type is not null)
);
-- No foreign key to vendors: an upload of an unknown vendor is recorded too, as failed with UNKNOWN_VENDOR.
comment on table catalog.upload_history is 'one row per upload, from its start';
comment on column catalog.upload_history.status is
    'queued -> processing -> completed (no error) | partial (some rows) | failed (nothing loaded); completed, partial -> reverted';
comment on column catalog.upload_history.total_records is 'data rows; valid + error once finished';
comment on column catalog.upload_history.object_key is 'where the file came from: key in the bucket, or path of a local file';
create index upload_history_vendor_id_upload_timestamp_idx
    on catalog.upload_history (vendor_id, upload_timestamp desc, upload_id desc);
create index upload_history_upload_timestamp_idx on catalog.upload_history (upload_timestamp desc, upload_id desc);
create index upload_history_unfinished_idx on catalog.upload_history (vendor_id, status)
    where status in ('queued', 'processing');

create table catalog.validation_errors (
    error_id bigint generated always as identity not null,
    upload_id varchar(50) not null,
    row_number integer not null,
    line_number integer not null,
    error_type text not null,
    error_message text not null,
    field text,
    rejected_value text,
    original_data jsonb not null,
    created_at timestamptz not null default now(),
    constraint validation_errors_pkey primary key (created_at, error_id),
    constraint validation_errors_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id),
    constraint validation_errors_row_number_is_positive check (row_number > 0),
    constraint validation_errors_error_type_is_known check (error_type in (
        'MISSING_REQUIRED_FIELD', 'INVALID_PRICE', 'INVALID_STOCK_QUANTITY', 'INVALID_CATEGORY', 'DUPLICATE_SKU',
        'DUPLICATE_VENDOR_PRODUCT_ID', 'FIELD_TOO_LONG', 'INVALID_VALUE', 'MALFORMED_ROW'))
) partition by range (created_at);
comment on table catalog.validation_errors is
    'every error of every rejected row; partitioned by month, so that retention drops partitions (catalog.drop_error_partitions)';
comment on column catalog.validation_errors.row_number is 'first data record is 1';
comment on column catalog.validation_errors.line_number is 'physical line of the file, the header is usually line 1';
comment on column catalog.validation_errors.original_data is
    'the row as the vendor wrote it, by column; under _mapped its values after a mapping, under _line a row that could not be split';
create index validation_errors_upload_id_row_number_idx on catalog.validation_errors (upload_id, row_number);

create function catalog.ensure_error_partitions(at timestamptz default now()) returns integer
    language plpgsql
    security definer  -- partitions belong to catalog_owner whoever needs one
    set search_path = pg_catalog
as $$
declare
    month date;
    name text;
    created integer := 0;
begin
    foreach month in array array[date_trunc('month', at at time zone 'UTC')::date,
                                 (date_trunc('month', at at time zone 'UTC') + interval '1 month')::date] loop
        name := 'validation_errors_' || to_char(month, 'YYYY_MM');
        continue when to_regclass('catalog.' || name) is not null;
        begin
            execute format('create table catalog.%I partition of catalog.validation_errors for values from (%L) to (%L)',
                name, month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
            created := created + 1;
        exception
            when duplicate_table or unique_violation or invalid_object_definition then null;  -- made by another session meanwhile
        end;
    end loop;
    return created;
end
$$;
comment on function catalog.ensure_error_partitions is
    'makes the partitions of validation_errors for the month of the given time and the next one, where they are missing';

create function catalog.drop_error_partitions(keep interval default '90 days') returns setof text
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    partition record;
begin
    if keep < interval '90 days' then
        raise exception 'errors are kept for at least 90 days, % is less', keep using errcode = 'invalid_parameter_value';
    end if;
    for partition in
        select c.relname as name
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'catalog.validation_errors'::regclass
          and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= (now() - keep) at time zone 'UTC'
        order by c.relname
    loop
        execute format('drop table catalog.%I', partition.name);
        return next partition.name;
    end loop;
end
$$;
comment on function catalog.drop_error_partitions is 'drops the months of validation_errors that ended longer ago than the interval';

create table catalog.upload_events (
    event_id bigint generated always as identity not null,
    upload_id varchar(50) not null,
    at timestamptz not null default clock_timestamp(),
    event text not null,
    detail jsonb not null default '{}',
    constraint upload_events_pkey primary key (event_id),
    constraint upload_events_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id)
);
comment on table catalog.upload_events is 'append-only timeline of an upload';
create index upload_events_upload_id_at_idx on catalog.upload_events (upload_id, at);
create trigger upload_events_refuse_change before update or delete on catalog.upload_events
    for each row execute function catalog.refuse_change('upload_events is append-only: insert a further event');
create trigger upload_events_refuse_truncate before truncate on catalog.upload_events
    for each statement execute function catalog.refuse_change('upload_events is append-only: insert a further event');

create table catalog.notifications (
    notification_id bigint generated always as identity not null,
    upload_id varchar(50) not null,
    kind text not null,
    recipient text,
    state text not null default 'pending',
    attempts integer not null default 0,
    last_error text,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    constraint notifications_pkey primary key (notification_id),
    constraint notifications_are_sent_once_per_upload_and_kind unique (upload_id, kind),
    constraint notifications_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id),
    constraint notifications_kind_is_known check (kind in ('upload-finished')),
    constraint notifications_state_is_known check (state in ('pending', 'sent')),
    constraint notifications_sent_have_a_time check ((state = 'sent') = (sent_at is not null))
);
comment on table catalog.notifications is 'outbox: written with the result it announces, delivered at least once';
comment on column catalog.notifications.state is 'pending -> sent; a failed attempt stays pending with its error';
create index notifications_pending_idx on catalog.notifications (notification_id) where state = 'pending';
