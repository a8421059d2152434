set local role catalog_owner;
drop view audit.enrichment;
alter table intake.object_events drop column request_id;
alter table intake.routes drop column providers;
drop schema enrichment cascade;
