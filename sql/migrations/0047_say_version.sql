-- catalog: works-with 0031
-- What a product was between two changes is a version, in every comment as in the table's name.
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
comment on table catalog.product_versions is
    'every superseded or deleted version of a product, written by triggers whatever changed it; plain inserts write nothing here';
comment on column catalog.product_versions.superseded_by is
    'the upload that ended this version; null when it was done by hand';
comment on column catalog.product_versions.made_by is
    'the change that made this version; 0 is all that was there before changes were recorded';
comment on column catalog.product_versions.ended_by is
    'the change that ended this version; 0 before changes were recorded';

set local role catalog_owner;
comment on function audit.product_history(text, text) is
    'every version of the products that have or had this key, oldest first: who and which upload made it, who ended it; the last row is the current one';
comment on column catalog.products.upload_id is
    'the upload that made the current version; null when it was changed by hand. No foreign key: it would cost a fifth of the load';
comment on column catalog.products.valid_from is
    'when the statement that made the current version began; when others saw it say the ticks of its change. Former versions are in product_versions';
comment on column catalog.products.made_by is
    'the change that made the current version; 0 is all that was there before changes were recorded';
comment on column catalog.products.line_number is
    'physical line, in the file of upload_id, that made the current version; null by hand, and where the file does not name the product';
comment on view audit.product_rows is
    'every version of every product, current ones without version_id, with the line and the file it came from, who made and ended it, and who was told';
comment on function catalog.drop_product_column(text) is
    'undoes catalog.add_product_column; former versions keep what the column held';
comment on function catalog.revert_upload(text) is
    'undoes one upload: created products are deleted, updated ones get their former version back; returns the products left alone and why. It is an upload of kind revert, and can be undone itself';

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
