set local role catalog_owner;
alter table catalog.idempotency_keys drop column attempt, drop column seen_at, drop column body_sha256;
alter table catalog.upload_history drop column announced_sha256;
drop table intake.received_objects;
