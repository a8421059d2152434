-- catalog: works-with 0031
-- catalog: no-transaction
-- With no index on what changes daily, and room for a second image of each row in its page, an update touches no index (HOT). Pages that are
-- full get room when their rows have moved.
set role catalog_owner;
drop index concurrently catalog.products_upload_id_idx;
alter table catalog.products set (fillfactor = 50);
