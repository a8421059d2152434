set local role catalog_owner;

update catalog.upload_history set mode = 'upsert' where mode = 'update';
alter table catalog.upload_history
    drop constraint upload_history_mode_is_known,
    add constraint upload_history_mode_is_known check (mode in ('create', 'upsert')),
    drop column empty_cells,
    drop column missing_products,
    drop column deactivated_records;
