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
-- Their hashes stay in the chain, as those of rows that were released.
insert into catalog.history_releases (table_name, operation, partition_name, from_at, until_at, rows, actor, database_user)
select s.table_name, 'release', s.table_name, '-infinity', clock_timestamp(), sum(s.rows), catalog.current_actor(), session_user
from catalog.seals s
where s.table_name in ('product_seals', 'upload_seals')
group by s.table_name;
drop trigger sealed_tables_refuse_change on catalog.sealed_tables;
delete from catalog.sealed_tables where table_name in ('product_seals', 'upload_seals');
create trigger sealed_tables_refuse_change before update or delete on catalog.sealed_tables
    for each row execute function catalog.refuse_history_change();
drop table catalog.product_seals, catalog.upload_seals;
drop function catalog.seal_product_seals(), catalog.seal_upload_seals(), catalog.trigger_problems(), catalog.seal_products(),
    catalog.seal_uploads(integer), catalog.product_problems(bigint[], bigint), catalog.product_images(text, bigint[], bigint[], bigint),
    catalog.image_columns(integer), catalog.upload_problems(), catalog.upload_errors_hash(text, text),
    catalog.upload_facts(catalog.upload_history);

create or replace function audit.history_problems() returns table (tick bigint, problem text)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
begin
    return query
        select p.* from catalog.sealed_tables s
        cross join lateral catalog.partition_problems(s.table_name, 'catalog.' || s.table_name, is_whole => true) p;
    return query
        with chain as (
            select t as tick, lag(t.hash) over earlier as before, lag(t.tick_id) over earlier as number, lag(t.at) over earlier as moment
            from catalog.ticks t
            window earlier as (order by t.tick_id)
        )
        select (c.tick).tick_id,
            case
                when c.number is not null and (c.tick).tick_id <> c.number + 1 then
                    format('ticks from %s to %s are missing', c.number + 1, (c.tick).tick_id - 1)
                when c.number is null and (c.tick).tick_id <> 0 then 'the first ticks are missing'
                when (c.tick).prev_hash is distinct from c.before then format('tick %s does not follow the one before it', (c.tick).tick_id)
                when (c.tick).at <= c.moment then format('tick %s is earlier than the one before it', (c.tick).tick_id)
                when (c.tick).changes <> (select count(*) from catalog.changes x where x.tick_id = (c.tick).tick_id) then
                    format('changes of tick %s are missing, or too many', (c.tick).tick_id)
                else format('tick %s, or a change or a seal in it, is not as it was written', (c.tick).tick_id)
            end
        from chain c
        where (c.tick).prev_hash is distinct from c.before
           or coalesce((c.tick).tick_id <> c.number + 1, (c.tick).tick_id <> 0) or (c.tick).at <= c.moment
           or (c.tick).hash is distinct from catalog.tick_hash(c.tick);
end
$$;

drop function audit.verify_history(text);
create function audit.verify_history(
    head text default null, out ticks bigint, out changes bigint, out versions bigint, out newest text, out problem text,
    out sealed_rows bigint, out released_rows bigint)
    language plpgsql stable
    security definer
    set search_path = pg_catalog
as $$
begin
    select p.problem into problem from audit.history_problems() with ordinality p (tick, problem, place) order by p.tick nulls first, p.place limit 1;
    if problem is null and verify_history.head is not null then
        problem := (
            select format('the history does not contain %s: it was rewritten since, or is another one', verify_history.head)
            where not exists (
                select from catalog.ticks t
                where t.tick_id::text = split_part(verify_history.head, ':', 1)
                  and encode(t.hash, 'hex') = lower(split_part(verify_history.head, ':', 2))));
    end if;
    select count(*) into ticks from catalog.ticks;
    select count(*) into changes from catalog.changes c where c.tick_id is not null;
    select count(*) into versions from catalog.product_versions;
    select coalesce(sum(s.rows), 0) into sealed_rows from catalog.seals s
    where not exists (select from catalog.released_ranges(s.table_name) r where s.at >= r.from_at and s.at < r.until_at);
    select coalesce(sum(r.rows), 0) into released_rows from (
        select distinct on (r.table_name, r.from_at) r.operation, r.rows from catalog.history_releases r
        order by r.table_name, r.from_at, r.release_id desc) r
    where r.operation = 'release';
    newest := (select h.head from audit.head() h);
end
$$;
comment on function audit.verify_history is
    'recomputes all hashes of the history and names the first altered, missing or reordered row; given a head that was kept, proves that the past is still that of the head';

revoke execute on function audit.verify_history(text) from public;
grant execute on function audit.verify_history(text) to catalog_owner, catalog_auditor;

set local role none;
set local role catalog_owner;
drop policy validation_errors_history on catalog.validation_errors;
drop policy former_errors_history on catalog.former_errors;
revoke select on retention.released_partitions, catalog.validation_errors, catalog.former_errors from catalog_history;
revoke usage on schema retention from catalog_history;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
