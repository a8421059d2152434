-- catalog: works-with 0031
-- catalog: allow ban-drop-function: it is the function of the trigger that goes, and called by nothing else
-- A commit with a NOTIFY in it holds a lock of the whole cluster until it is on disk and on the synchronous standby. Whoever enqueues wakes
-- the workers after the commit. Binaries that leave it to the trigger, and jobs put in by hand, are found by the poll, within a second.
set local role catalog_owner;
drop trigger jobs_wake_workers on jobs.jobs;
drop function jobs.wake_workers();
