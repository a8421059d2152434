set local role catalog_owner;
drop function catalog.error_counts(text);
alter function catalog.current_vendor_id() set search_path = pg_catalog;
