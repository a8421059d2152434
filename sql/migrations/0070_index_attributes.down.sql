set local role catalog_owner;
drop index catalog.products_attributes_idx;
