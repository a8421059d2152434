-- The four roles of the service. Roles belong to the cluster, not to the database: a second database, a parallel
-- migration or a DBA may have made them already. Needs CREATEROLE only where they are missing.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['catalog_owner', 'catalog_app', 'catalog_vendor', 'catalog_auditor'] loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I nologin', wanted);
            end if;
        exception
            when duplicate_object or unique_violation then null;  -- another migration made it meanwhile
            when insufficient_privilege then
                raise exception 'role % is missing and % may not create it', wanted, current_user
                    using errcode = 'insufficient_privilege',
                    hint = format('as an administrator: create role %I nologin; grant %I to %I;', wanted, wanted, current_user);
        end;
    end loop;

    -- Tables belong to catalog_owner whoever migrates. COPY refuses a table whose row-level security applies to the
    -- loading role, so that the service inherits the owner; vendors are served by "set local role catalog_vendor".
    if not pg_has_role(current_user, 'catalog_owner', 'member') then
        execute format('grant catalog_owner to %I', current_user);
    end if;
    foreach wanted in array array['catalog_owner', 'catalog_vendor', 'catalog_auditor'] loop
        if not pg_has_role('catalog_app', wanted, 'member') then
            execute format('grant %I to catalog_app', wanted);
        end if;
    end loop;
    execute format('grant create on database %I to catalog_owner', current_database());
exception
    -- Two migrations of one cluster updating pg_authid or pg_database at the same moment.
    when sqlstate 'XX000' then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
