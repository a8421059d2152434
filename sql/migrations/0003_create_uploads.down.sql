set local role catalog_owner;
drop table catalog.notifications;
drop table catalog.upload_events;
drop table catalog.validation_errors;
drop table catalog.upload_history;
drop function catalog.ensure_error_partitions(timestamptz);
drop function catalog.drop_error_partitions(interval);
