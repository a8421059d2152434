do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_history;
drop index catalog.product_versions_ended_by_idx, catalog.product_versions_made_by_idx, catalog.product_versions_product_id_idx,
    catalog.product_versions_sku_idx, catalog.changes_upload_id_idx;
set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
