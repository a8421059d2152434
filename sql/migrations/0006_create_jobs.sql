-- The queue: FOR UPDATE SKIP LOCKED hands out work, LISTEN/NOTIFY wakes workers. It knows nothing of what jobs do.
set local role catalog_owner;

create schema jobs;
comment on schema jobs is 'the queue; insert into jobs.jobs enqueues, catalog jobs status shows';

create table jobs.jobs (
    job_id bigint generated always as identity not null,
    queue text not null default 'default',
    kind text not null,
    payload jsonb not null default '{}',
    state text not null default 'ready',
    priority smallint not null default 2,
    run_at timestamptz not null default clock_timestamp(),
    attempt integer not null default 0,
    max_attempts integer not null default 10,
    lease_until timestamptz,
    worker_id text,
    serial_key text,
    unique_key text,
    last_error text,
    errors jsonb not null default '[]',
    created_at timestamptz not null default clock_timestamp(),
    constraint jobs_pkey primary key (job_id),
    constraint jobs_state_is_known check (state in ('ready', 'running', 'dead')),
    constraint jobs_priority_is_between_1_and_4 check (priority between 1 and 4),
    constraint jobs_max_attempts_is_positive check (max_attempts > 0),
    constraint jobs_queue_is_a_short_name check (queue ~ '^[a-z0-9_-]{1,40}$'),
    constraint jobs_kind_is_given check (kind <> ''),
    constraint jobs_running_has_a_lease check ((state = 'running') = (lease_until is not null and worker_id is not null))
) with (
    -- Every job is inserted, updated and deleted within moments: vacuum often, at once and without pauses.
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0
);
comment on table jobs.jobs is 'live and dead jobs; a finished job leaves the table';
comment on column jobs.jobs.state is
    'ready -> running (claimed) -> gone (finished) | ready (failed, tries again at run_at) | dead (gave up); dead -> ready (catalog jobs retry)';
comment on column jobs.jobs.priority is '1 goes first, 4 last; within one priority by run_at';
comment on column jobs.jobs.attempt is 'raised by every claim; fences whoever held the job before';
comment on column jobs.jobs.lease_until is 'a running job whose lease is over may be claimed by anybody';
comment on column jobs.jobs.serial_key is 'of the jobs with one key at most one runs at a time';
comment on column jobs.jobs.unique_key is 'of the jobs with one key at most one is ready or running';
comment on column jobs.jobs.errors is 'what went wrong so far: [{"at", "attempt", "worker", "error"}], the newest ten';

create index jobs_ready_idx on jobs.jobs (queue, priority, run_at, job_id) where state = 'ready';
create index jobs_running_idx on jobs.jobs (queue, lease_until) where state = 'running';
create index jobs_dead_idx on jobs.jobs (queue, job_id) where state = 'dead';
create unique index jobs_serial_key_runs_once on jobs.jobs (serial_key) where state = 'running' and serial_key is not null;
create unique index jobs_unique_key_lives_once on jobs.jobs (unique_key) where state <> 'dead' and unique_key is not null;

create table jobs.paused_queues (
    queue text not null,
    paused_at timestamptz not null default now(),
    paused_by text not null default session_user,
    constraint paused_queues_pkey primary key (queue)
);
comment on table jobs.paused_queues is 'queues whose jobs are not claimed; running ones end';

create table jobs.periods (
    kind text not null,
    period timestamptz not null,
    constraint periods_pkey primary key (kind)
);
comment on table jobs.periods is 'the newest period of each periodic job that some worker has enqueued';

-- One NOTIFY per queue and transaction: PostgreSQL folds equal ones. It takes a lock of the whole cluster at commit, so
-- that a large load does without: set local jobs.notify = 'off'; whoever commits it wakes its own worker.
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
create trigger jobs_wake_workers after insert on jobs.jobs
    referencing new table as enqueued for each statement execute function jobs.wake_workers();

grant usage on schema jobs to catalog_auditor;
grant select on all tables in schema jobs to catalog_auditor;
revoke execute on all functions in schema jobs from public;
