set local role catalog_owner;
drop index catalog.validation_errors_by_value_idx;
alter table catalog.upload_history drop column verdict_change, drop column checked_upload_id, drop column keeps_file;
