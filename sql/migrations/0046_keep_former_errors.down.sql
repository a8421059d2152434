set local role catalog_owner;
drop view audit.errors_of_attempts;
delete from retention.tables where table_schema = 'catalog' and table_name = 'former_errors';
drop table catalog.former_errors;
alter table catalog.upload_history drop column attempt;
