set local role catalog_owner;
drop index catalog.upload_history_parent_upload_id_idx;
alter table catalog.upload_history drop column parent_upload_id;
drop table catalog.corrections;
