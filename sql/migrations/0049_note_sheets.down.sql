set local role catalog_owner;

alter table catalog.upload_history drop column sheet;
