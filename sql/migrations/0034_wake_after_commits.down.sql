set local role catalog_owner;
create function jobs.wake_workers() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    if current_setting('jobs.notify', true) is distinct from 'off' then
        perform pg_notify('jobs.' || queue, '')
        from (select distinct queue from enqueued where state = 'ready' and run_at <= clock_timestamp()) queues;
    end if;
    return null;
end
$$;
comment on function jobs.wake_workers is 'wakes the workers that listen on jobs.<queue>';
revoke execute on function jobs.wake_workers from public;
create trigger jobs_wake_workers after insert on jobs.jobs
    referencing new table as enqueued for each statement execute function jobs.wake_workers();
