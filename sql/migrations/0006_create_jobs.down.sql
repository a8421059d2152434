set local role catalog_owner;
drop table jobs.jobs, jobs.paused_queues, jobs.periods;
drop function jobs.wake_workers();
drop schema jobs;
