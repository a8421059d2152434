-- catalog: works-with 0031
-- What history may read is looked at by the policies of that one table; those of all tables were put into words before.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);  -- until the end of this file
    end if;
exception
    when sqlstate 'XX000' or unique_violation then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
set local role catalog_history;

create or replace function catalog.require_plain(relation text) returns void
    language plpgsql
    set search_path = pg_catalog
as $$
declare
    known oid;
begin
    execute format('lock table %s in access share mode', relation);
    known := relation::regclass;
    if exists (select from pg_class c where c.oid = known and c.relkind not in ('r', 'p')) or exists (
        select from pg_policy p
        where p.polrelid = known and p.polcmd in ('r', '*')
          and (p.polroles = '{0}' or p.polroles @> array['catalog_history'::regrole::oid])
          and pg_get_expr(p.polqual, p.polrelid) is distinct from 'true')
    then
        raise exception '% is not what history may read: it is no table, or its policies ask functions', relation
            using errcode = 'insufficient_privilege', hint = 'catalog migrate verify';
    end if;
end
$$;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
