do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);
    end if;
end
$$;
set local role catalog_owner;
drop function audit.sku_holders(text);
drop function audit.upload_timeline(text);
drop function audit.upload_diff(text);
drop function audit.row_of_version(bigint);
drop view audit.product_rows;
select catalog.drop_product_column('line_number');

set local role catalog_history;
drop function catalog.changes_of_upload(text);
create or replace function catalog.begin_product_image() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if new.product_id <> old.product_id then
        raise exception 'product_id of product % is refused another value: its history would lose it', old.product_id
            using errcode = 'restrict_violation', hint = 'delete the product and insert another one';
    end if;
    new.valid_from := greatest(statement_timestamp(), old.valid_from);
    new.made_by := current_setting('catalog.change_id')::bigint;
    if new.upload_id is not distinct from old.upload_id then
        new.upload_id := nullif(current_setting('catalog.upload_id', true), '');
    end if;
    return new;
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
