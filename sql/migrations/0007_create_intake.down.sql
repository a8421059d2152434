set local role catalog_owner;
drop index catalog.upload_history_queued_idx;
drop table intake.object_events, intake.routes;
drop schema intake;
