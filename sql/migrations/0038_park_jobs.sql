-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: what takes its place below allows all that it allowed, and one state more, which older binaries leave alone
-- catalog: allow require-concurrent-index-creation: the table holds what is under way, and its indexes few rows of that: it takes moments
-- Of the jobs with one serial key only what may run next stands where claims look. What a worker has passed over is parked, and whoever ends the
-- running job puts the next one back, in the same transaction.
set local role catalog_owner;

alter table jobs.jobs drop constraint jobs_state_is_known;
alter table jobs.jobs add constraint jobs_state_is_known check (state in ('ready', 'parked', 'running', 'dead')) not valid;
alter table jobs.jobs validate constraint jobs_state_is_known;
comment on column jobs.jobs.state is
    'ready -> running (claimed) -> gone (finished) | ready (failed, tries again at run_at) | dead (gave up); dead -> ready (catalog jobs retry); ready -> parked (another job of its serial key runs) -> ready (that one ended)';

-- Whoever parks looks for what waits behind a running job; whoever ends one looks for what goes next, in the order in which claims would take it.
create index jobs_ready_serial_key_idx on jobs.jobs (serial_key) where state = 'ready' and serial_key is not null;
create index jobs_parked_idx on jobs.jobs (serial_key, queue, priority, run_at, job_id) where state = 'parked';

-- The plans walk the index whatever the statistics of a table say that fills and empties within moments.
create function jobs.unpark(key text) returns integer
    language plpgsql
    set search_path = pg_catalog
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
as $$
declare
    done integer := 0;
    line text := '';
    next record;
begin
    -- One at a time for each key: what this one finds parked stays so until it has it. Else somebody could put it back, claim it or take it away
    -- meanwhile, and each would wait for the other.
    perform pg_advisory_xact_lock(hashtextextended(key, 1785684595));
    -- Of each queue one: another queue may be paused, or have no worker.
    loop
        -- Waits for whoever is just taking it away: if that one changes its mind, nobody else would put it back.
        select j.queue, j.job_id into next from jobs.jobs j
        where j.serial_key = key and j.state = 'parked' and j.queue > line
        order by j.queue, j.priority, j.run_at, j.job_id limit 1 for update;
        if found then
            update jobs.jobs set state = 'ready' where job_id = next.job_id;
            line := next.queue;
            done := done + 1;
        else
            -- It may have been taken away while this waited for it.
            exit when not exists (
                select from jobs.jobs j where j.serial_key = key and j.state = 'parked' and j.queue > line);
        end if;
    end loop;
    return done;
end
$$;
comment on function jobs.unpark is 'puts the first parked job of a serial key back, in each queue; how many';

create function jobs.unpark_next() returns trigger
    language plpgsql
    set search_path = pg_catalog
as $$
begin
    -- Beside a running one it leaves no gap: the end of that one looks for the next.
    if old.state = 'running' or not exists (
        select from jobs.jobs r where r.serial_key = old.serial_key and r.state = 'running'
    ) then
        perform jobs.unpark(old.serial_key);
    end if;
    return null;
end
$$;
comment on function jobs.unpark_next is 'a job of a serial key ended, or will not run: the next one may';
create trigger jobs_unpark_next_after_delete after delete on jobs.jobs
    for each row when (old.serial_key is not null and old.state in ('ready', 'running'))
    execute function jobs.unpark_next();
create trigger jobs_unpark_next_after_update after update of state, serial_key on jobs.jobs
    for each row when (
        old.serial_key is not null and (
            (old.state = 'running' and new.state <> 'running') or (old.state = 'ready' and new.state = 'dead')
            or (old.state in ('ready', 'running') and new.serial_key is distinct from old.serial_key)))
    execute function jobs.unpark_next();
revoke execute on function jobs.unpark, jobs.unpark_next from public;
