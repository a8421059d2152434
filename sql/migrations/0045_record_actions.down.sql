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
set local role catalog_owner;
drop view audit.row_versions;
drop view audit.actions;
do $$
declare
    watched record;
begin
    for watched in select * from (values
        ('catalog', 'vendors'), ('catalog', 'product_categories'), ('catalog', 'api_tokens'), ('intake', 'routes'),
        ('enrichment', 'providers'), ('jobs', 'paused_queues')) w (space, name)
    loop
        execute format(
            'drop trigger %1$s_keep_inserts on %2$I.%1$I; drop trigger %1$s_keep_updates on %2$I.%1$I; drop trigger %1$s_keep_deletes on %2$I.%1$I',
            watched.name, watched.space);
    end loop;
end
$$;

set local role catalog_history;
drop function catalog.record_action(text, text, boolean);
drop function catalog.keep_row_versions();
drop table catalog.actions;
drop table catalog.row_versions;

set local role catalog_owner;
revoke trigger on catalog.vendors, catalog.product_categories, catalog.api_tokens, intake.routes, enrichment.providers, jobs.paused_queues
    from catalog_history;
revoke usage on schema intake, jobs, enrichment from catalog_history;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
