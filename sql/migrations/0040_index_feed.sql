-- catalog: works-with 0031
-- catalog: no-transaction
-- Created products that were changed since are found by the change that made them and their number; changes by hand are looked at for each
-- vendor. The role is given for as long as this file runs.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
create index concurrently product_versions_made_by_product_id_idx on catalog.product_versions (made_by, product_id);
drop index concurrently catalog.product_versions_made_by_idx;
create index concurrently changes_by_hand_idx on catalog.changes (tick_id) where upload_id is null;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
