-- catalog: works-with 0031
-- How the columns of a vendor's own files become ours, kept in versions: an upload names the one it was read with.
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
create table catalog.mappings (
    vendor_id varchar(50) not null,
    name varchar(100) not null,
    version integer not null,
    mapping jsonb not null,
    created_by text not null default catalog.current_actor(),
    created_at timestamptz not null default clock_timestamp(),
    replaced_at timestamptz,
    constraint mappings_pkey primary key (vendor_id, name, version),
    constraint mappings_vendor_exists foreign key (vendor_id) references catalog.vendors (vendor_id),
    constraint mappings_name_is_plain check (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'),
    constraint mappings_version_counts_from_one check (version > 0),
    constraint mappings_mapping_is_an_object check (jsonb_typeof(mapping) = 'object'),
    constraint mappings_mapping_is_short check (octet_length(mapping::text) <= 131072)
);
comment on table catalog.mappings is
    'how the columns of a vendor''s own files become ours; a change adds a version and keeps the former one';
comment on column catalog.mappings.version is '1, 2, … of each name';
comment on column catalog.mappings.mapping is 'as described in docs/guides/mappings.md';
comment on column catalog.mappings.replaced_at is 'when a later version took its place, or it was removed; null: in use';
create unique index mappings_in_use_idx on catalog.mappings (vendor_id, name) where replaced_at is null;

create table catalog.mapping_headers (
    vendor_id varchar(50) not null,
    header_sha256 text not null,
    name varchar(100) not null,
    columns text[] not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint mapping_headers_pkey primary key (vendor_id, header_sha256),
    constraint mapping_headers_vendor_exists foreign key (vendor_id) references catalog.vendors (vendor_id),
    constraint mapping_headers_header_sha256_is_hex check (header_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table catalog.mapping_headers is
    'headers that were read with a mapping: a file of the vendor that has one of them is read with the same';
comment on column catalog.mapping_headers.header_sha256 is 'of the column names in their order, joined by U+001F';
comment on column catalog.mapping_headers.name is 'the mapping, in the version that is in use then';

alter table catalog.vendors add column mapping varchar(100);
comment on column catalog.vendors.mapping is
    'mapping of files that have neither our columns nor a header that was mapped before; null: such a file fails';

alter table catalog.upload_history
    add column mapping_name varchar(100),
    add column mapping_version integer;
comment on column catalog.upload_history.mapping_name is
    'mapping that was asked for; once the file was read, the one that was used (catalog.mappings)';
comment on column catalog.upload_history.mapping_version is 'version of it that the file was read with; null before that, and without a mapping';

alter table catalog.mappings enable row level security;
alter table catalog.mapping_headers enable row level security;
create policy mappings_own_rows on catalog.mappings
    for select to catalog_vendor using (vendor_id = (select catalog.current_vendor_id()));
create policy mapping_headers_own_rows on catalog.mapping_headers
    for select to catalog_vendor using (vendor_id = (select catalog.current_vendor_id()));
create policy mappings_audit on catalog.mappings for select to catalog_auditor using (true);
create policy mapping_headers_audit on catalog.mapping_headers for select to catalog_auditor using (true);
grant select on catalog.mappings, catalog.mapping_headers to catalog_vendor, catalog_auditor;
grant trigger on catalog.mappings to catalog_history;

set local role catalog_history;
create trigger mappings_keep_inserts after insert on catalog.mappings referencing new table as new_rows
    for each statement execute function catalog.keep_row_versions('vendor_id', 'name', 'version');
create trigger mappings_keep_updates after update on catalog.mappings referencing old table as old_rows new table as new_rows
    for each statement execute function catalog.keep_row_versions('vendor_id', 'name', 'version');
create trigger mappings_keep_deletes after delete on catalog.mappings referencing old table as old_rows
    for each statement execute function catalog.keep_row_versions('vendor_id', 'name', 'version');

set local role catalog_owner;
create or replace view audit.uploads with (security_invoker = true) as
select
    u.upload_id, u.vendor_id, v.vendor_name, u.file_name, u.status, u.mode, u.policy,
    u.upload_timestamp, u.started_at, u.completed_at, u.completed_at - u.started_at as duration,
    u.total_records, u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records,
    trunc(100.0 * u.valid_records / nullif(u.total_records, 0), 1) as success_percent,
    u.failure_type, u.failure_message, u.file_size_bytes, u.file_sha256, u.error_file_s3_key, u.rejected_file_s3_key,
    u.dry_run, u.deactivated_records, u.warning_records, u.empty_cells, u.missing_products,
    coalesce(u.file_encoding, u.encoding) as encoding, u.encoding_guessed, u.kind, u.reverts, u.created_by as uploaded_by,
    u.mapping_name, u.mapping_version
from catalog.upload_history u
left join catalog.vendors v using (vendor_id);

create view audit.mappings with (security_invoker = true) as
select m.vendor_id, m.name, m.version, m.mapping, m.created_at, m.created_by, m.replaced_at
from catalog.mappings m;
comment on view audit.mappings is 'every version of every mapping: upload_history.mapping_name and mapping_version name one';
grant select on audit.mappings to catalog_vendor, catalog_auditor;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
