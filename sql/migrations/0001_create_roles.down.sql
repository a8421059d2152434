-- Roles are shared by the databases of a cluster and stay; only this database's grant goes.
do $$
begin
    execute format('revoke create on database %I from catalog_owner', current_database());
end
$$;
