-- catalog: works-with 0021
-- catalog: no-transaction
-- Versions are found by the change that made or ended them, by product and by SKU. The role is given for as long as this file runs.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
create index concurrently product_versions_ended_by_idx on catalog.product_versions (ended_by, version_id);
create index concurrently product_versions_made_by_idx on catalog.product_versions (made_by);
create index concurrently product_versions_product_id_idx on catalog.product_versions (product_id, version_id);
create index concurrently product_versions_sku_idx on catalog.product_versions (sku);
create index concurrently changes_upload_id_idx on catalog.changes (upload_id) where upload_id is not null;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
