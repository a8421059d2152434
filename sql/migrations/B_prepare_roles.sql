-- Before every "catalog migrate up": the roles of the service, and who may act as whom, where they are not as they should be.
-- Roles belong to the cluster, not to the database: another database, a parallel migration or a DBA may have made them already.
-- catalog_history, which owns the history, is nobody's: a migration that works on it grants it to itself for as long as it runs.
-- It writes only what is missing, so that databases of one cluster do not meet in the catalogue of roles.
do $$
declare
    wanted text;
    -- From 16 on a member may act as the role, or inherit from it, only where the grant says so, and the one who makes a role
    -- becomes its member without either.
    granular constant boolean := current_setting('server_version_num')::integer >= 160000;
    acting constant text := case when granular then 'set' else 'member' end;
    fully constant text := case when granular then ' with inherit true, set true' else '' end;
begin
    foreach wanted in array array['catalog_owner', 'catalog_history', 'catalog_app', 'catalog_vendor', 'catalog_auditor'] loop
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

    begin
        if not pg_has_role(current_user, 'catalog_owner', acting)
            or granular and not pg_has_role(current_user, 'catalog_owner', 'usage')
        then
            execute format('grant catalog_owner to %I', current_user) || fully;
        end if;
        foreach wanted in array array['catalog_owner', 'catalog_vendor', 'catalog_auditor'] loop
            if not pg_has_role('catalog_app', wanted, acting) or not pg_has_role('catalog_app', wanted, 'usage') then
                execute format('grant %I to catalog_app', wanted) || fully;
            end if;
        end loop;
        if not has_database_privilege('catalog_owner', current_database(), 'create') then
            execute format('grant create on database %I to catalog_owner', current_database());
            if not has_database_privilege('catalog_owner', current_database(), 'create') then
                -- Who may not grant is only warned.
                raise exception 'catalog_owner may not create schemas in %', current_database()
                    using errcode = 'insufficient_privilege';
            end if;
        end if;
    exception
        when insufficient_privilege then
            raise exception 'the roles of the service are not complete and % may not complete them: %', current_user, sqlerrm
                using errcode = 'insufficient_privilege',
                hint = format(
                    'as an administrator: grant catalog_owner to %I%s; grant catalog_owner, catalog_vendor, catalog_auditor to catalog_app; '
                    'grant create on database %I to catalog_owner;', current_user, fully, current_database());
    end;
exception
    -- Two migrations of one cluster changing pg_auth_members or pg_database at the same moment.
    when sqlstate 'XX000' or unique_violation then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
