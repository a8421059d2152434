-- catalog: works-with 0031
-- catalog: no-transaction
-- Every version that an upload ends was written into an index of the uploads that ended versions. Which versions a change ended another index
-- says, and catalog.changes which changes an upload made: only versions from before changes were recorded name no change, and only those that
-- were ended by hand no upload.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
create index concurrently product_versions_early_idx on catalog.product_versions (superseded_by) where ended_by = 0;
create index concurrently product_versions_by_hand_idx on catalog.product_versions (version_id) where superseded_by is null;
drop index concurrently catalog.product_versions_superseded_by_idx;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
