-- Files that change a part of known products, and files that name all that is on offer.
set local role catalog_owner;

alter table catalog.upload_history
    add column empty_cells text not null default 'clear',
    add column missing_products text not null default 'keep',
    add column deactivated_records integer,
    drop constraint upload_history_mode_is_known,
    add constraint upload_history_mode_is_known check (mode in ('create', 'upsert', 'update')) not valid,
    add constraint upload_history_empty_cells_is_known check (empty_cells in ('clear', 'keep')) not valid,
    add constraint upload_history_missing_products_is_known
        check (missing_products = 'keep' or (missing_products = 'deactivate' and mode <> 'create')) not valid;
comment on column catalog.upload_history.mode is
    'create (a known product is an error), upsert (it is updated), update (only known products, only the columns of the file)';
comment on column catalog.upload_history.empty_cells is 'what an empty cell does to a known product: clear or keep its value';
comment on column catalog.upload_history.missing_products is
    'what becomes of the vendor''s products that the file does not name: keep or deactivate';
comment on column catalog.upload_history.deactivated_records is 'products that became inactive because the file does not name them';
