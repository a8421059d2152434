set local role catalog_owner;

drop trigger jobs_unpark_next_after_delete on jobs.jobs;
drop trigger jobs_unpark_next_after_update on jobs.jobs;
drop function jobs.unpark_next();
drop function jobs.unpark(text);
update jobs.jobs set state = 'ready' where state = 'parked';
drop index jobs.jobs_parked_idx;
drop index jobs.jobs_ready_serial_key_idx;
alter table jobs.jobs drop constraint jobs_state_is_known;
alter table jobs.jobs add constraint jobs_state_is_known check (state in ('ready', 'running', 'dead'));
comment on column jobs.jobs.state is
    'ready -> running (claimed) -> gone (finished) | ready (failed, tries again at run_at) | dead (gave up); dead -> ready (catalog jobs retry)';
