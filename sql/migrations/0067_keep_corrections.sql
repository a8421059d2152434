-- catalog: works-with 0031
-- catalog: allow require-concurrent-index-creation: no upload has a parent yet, the index is made in one pass over the history
-- Rejected rows as somebody is correcting them, until they come back as an upload of their own.
set local role catalog_owner;
create table catalog.corrections (
    upload_id varchar(50) not null,
    row_number integer not null,
    cells jsonb not null,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null default catalog.current_actor(),
    constraint corrections_pkey primary key (upload_id, row_number),
    constraint corrections_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id) on delete cascade,
    constraint corrections_cells_is_an_object check (jsonb_typeof(cells) = 'object')
);
comment on table catalog.corrections is
    'rejected rows as somebody is correcting them: they go when they are sent as an upload, or after 30 days';
comment on column catalog.corrections.cells is 'the whole row, by the columns of its file';
create index corrections_changed_at_idx on catalog.corrections (changed_at);
alter table catalog.corrections enable row level security;
create policy corrections_own_rows on catalog.corrections for select to catalog_vendor
    using (exists (select from catalog.upload_history u where u.upload_id = corrections.upload_id));
create policy corrections_audit on catalog.corrections for select to catalog_auditor using (true);
grant select on catalog.corrections to catalog_vendor, catalog_auditor;

alter table catalog.upload_history add column parent_upload_id varchar(50);
comment on column catalog.upload_history.parent_upload_id is 'the upload whose rejected rows this one brings back, corrected; null: none';
create index upload_history_parent_upload_id_idx on catalog.upload_history (parent_upload_id) where parent_upload_id is not null;
