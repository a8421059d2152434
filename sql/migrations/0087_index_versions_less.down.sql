do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_history;
create index product_versions_superseded_by_idx on catalog.product_versions (superseded_by);
drop index catalog.product_versions_by_hand_idx, catalog.product_versions_early_idx;
set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
