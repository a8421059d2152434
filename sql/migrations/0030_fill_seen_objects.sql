-- catalog: works-with 0018
-- catalog: no-transaction
-- What arrived before the trigger of 0029. Nobody waits for it: it reads, and writes rows that nobody else writes.
set role catalog_owner;
insert into intake.seen_objects (bucket, object_key, object_version, etag, pipeline, occurred_at, received_at)
select e.bucket, e.object_key, e.object_version, e.etag, e.pipeline, e.occurred_at, e.received_at
from intake.object_events e
on conflict do nothing;
