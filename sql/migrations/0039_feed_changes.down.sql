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
drop function audit.changes_since(text, integer, text);
drop function catalog.camel_case(jsonb);
drop function catalog.camel_case(text);
drop function catalog.feed_fields(jsonb, jsonb);
drop function catalog.feed_image(jsonb);
drop function catalog.feed_changes(bigint, bigint, bigint, text);
drop function catalog.feed_position(text);
drop function audit.changes_head();
drop trigger products_note_moved on catalog.products;
drop trigger products_note_returned on catalog.products;
drop trigger products_end_creation on catalog.products;
drop trigger products_begin_creation on catalog.products;

set local role catalog_history;
drop function catalog.note_created_product();
drop function catalog.end_creation();
drop function catalog.begin_creation();
revoke select (hash) on catalog.ticks from catalog_vendor;
revoke select (place) on catalog.changes from catalog_vendor;

create or replace function audit.tick(wait boolean default true) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog
as $$
declare
    closing catalog.ticks;
begin
    if not exists (select from catalog.changes c where c.tick_id is null) then
        return null;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a tick needs a transaction that sees what others commit meanwhile'
            using errcode = 'invalid_transaction_state', hint = 'begin isolation level read committed';
    elsif wait then
        perform pg_advisory_xact_lock(1785684595, -1);
    elsif not pg_try_advisory_xact_lock(1785684595, -1) then
        return null;  -- another one is at it
    end if;
    select t.tick_id + 1, t.hash, t.at into closing.tick_id, closing.prev_hash, closing.at from catalog.ticks t order by t.tick_id desc limit 1;
    -- The key is checked at the end of the statement, when the tick is there.
    with taking as (
        update catalog.changes c
        set tick_id = closing.tick_id, (versions, rows_hash) = (select h.versions, h.hash from catalog.rows_hash(c.change_id) h)
        where c.tick_id is null
        returning c.change_id
    ), counted as (
        select count(*) as changes from taking
    )
    insert into catalog.ticks (tick_id, at, changes, prev_hash)
    select closing.tick_id, greatest(clock_timestamp(), closing.at + interval '1 microsecond'), c.changes, closing.prev_hash
    from counted c
    where c.changes > 0
    returning * into closing;
    if not found then return null; end if;
    update catalog.ticks t set hash = catalog.tick_hash(closing) where t.tick_id = closing.tick_id;
    return closing.tick_id;
end
$$;

drop table catalog.created_products;
alter table catalog.changes drop column place;

set local role catalog_owner;
drop function catalog.newest_product();
revoke select on sequence catalog.products_product_id_seq from catalog_history;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
