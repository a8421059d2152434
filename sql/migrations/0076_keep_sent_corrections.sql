-- catalog: works-with 0031
-- Corrected rows that were sent stay with the upload that brought them back, so that nobody corrects or sends them again.
set local role catalog_owner;
alter table catalog.corrections add column sent_upload_id varchar(50);
comment on column catalog.corrections.sent_upload_id is
    'the upload that brought the row back: the row is to be corrected again if that failed or was undone; null: not sent yet';
comment on column catalog.corrections.changed_at is 'when it was changed or sent';
comment on table catalog.corrections is
    'rejected rows as somebody has corrected them, until they are sent as an upload and after; they go after 30 days';
