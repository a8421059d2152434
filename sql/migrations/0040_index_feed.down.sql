do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_history;
drop index catalog.changes_by_hand_idx, catalog.product_versions_made_by_product_id_idx;
create index product_versions_made_by_idx on catalog.product_versions (made_by);
set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
