-- catalog: works-with 0031
-- catalog: allow require-concurrent-index-creation: an index of a partitioned table cannot be made concurrently; a million errors take seconds
-- The file of a dry run that came over HTTP is kept for an hour, in which it can be loaded without being sent again. Errors are grouped by
-- rule, column and value in the order of an index, so that a page of groups reads its own errors only.
set local role catalog_owner;

alter table catalog.upload_history
    add column keeps_file boolean not null default false,
    add column checked_upload_id varchar(50),
    add column verdict_change jsonb;
comment on column catalog.upload_history.keeps_file is
    'a dry run whose file is in the store for an hour after its end; false once it was loaded or deleted, and for every other upload';
comment on column catalog.upload_history.checked_upload_id is 'the dry run whose file this upload loads; null for every other upload';
comment on column catalog.upload_history.verdict_change is
    'of an upload that loads a checked file, once it ended: whether it was judged differently than the dry run (changed), and rows that were rejected only now (rejectedSince), only then (acceptedSince)';

create index validation_errors_by_value_idx on catalog.validation_errors
    (upload_id, error_type, coalesce(field, ''), (left(coalesce(rejected_value, ''), 100) collate "C"), row_number);
