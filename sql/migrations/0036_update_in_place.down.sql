set local role catalog_owner;
alter table catalog.products reset (fillfactor);
create index products_upload_id_idx on catalog.products (upload_id);
