-- catalog: works-with 0017
-- Workers whose death is seen at once, and the right to see whose transactions hold vacuum back.
do $$
begin
    if not pg_has_role('catalog_owner', 'pg_read_all_stats', 'member') then
        grant pg_read_all_stats to catalog_owner;
    end if;
exception
    -- Who may not grant it goes without: catalog jobs status then says that sessions are hidden.
    when insufficient_privilege then null;
    when unique_violation then null;  -- another migration of the cluster granted it meanwhile
    when sqlstate 'XX000' then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
set local role catalog_owner;

create table jobs.workers (
    worker_number integer generated always as identity not null,
    worker_id text not null,
    registered_at timestamptz not null default clock_timestamp(),
    constraint workers_pkey primary key (worker_number)
);
comment on table jobs.workers is
    'workers whose death is seen at once: each holds the advisory lock (1785684595, worker_number) as long as its connection lives; others have their leases only';
comment on column jobs.workers.worker_id is 'as in jobs.jobs';
grant select on jobs.workers to catalog_auditor;
