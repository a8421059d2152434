set local role catalog_owner;
delete from catalog.corrections where sent_upload_id is not null;
alter table catalog.corrections drop column sent_upload_id;
comment on column catalog.corrections.changed_at is null;
comment on table catalog.corrections is
    'rejected rows as somebody is correcting them: they go when they are sent as an upload, or after 30 days';
