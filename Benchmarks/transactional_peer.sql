-- The peer of P9, a pgbench script: claim one job, then insert a row and delete the job in one transaction.
update jobs.jobs
set state = 'running', attempt = attempt + 1, lease_until = clock_timestamp() + interval '30 seconds', worker_id = 'pgbench'
where job_id = (
    select job_id from jobs.jobs
    where queue = 'bench' and priority = 2 and state = 'ready' and run_at <= clock_timestamp()
    order by run_at, job_id limit 1 for update skip locked)
returning job_id, payload \gset
begin;
insert into public.bench_effects (job_id, note) values (:job_id, :payload);
delete from jobs.jobs where job_id = :job_id and attempt = 1 and state = 'running';
commit;
