set local role catalog_owner;
delete from retention.tables where (table_schema, table_name) in (('intake', 'object_events'), ('catalog', 'upload_events'));

drop function intake.arrivals_are_over(timestamptz, timestamptz);
alter table intake.object_events rename to object_events_parts;
create table intake.object_events (like intake.object_events_parts including all excluding indexes);
insert into intake.object_events overriding system value select * from intake.object_events_parts;
drop table intake.object_events_parts;
alter table intake.object_events
    add constraint object_events_pkey primary key (event_id),
    add constraint object_events_object_version_is_seen_once unique (bucket, object_key, object_version),
    add constraint object_events_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id),
    add constraint object_events_request_exists foreign key (request_id) references enrichment.requests (request_id);
comment on table intake.object_events is 'arrivals; a second event of the same object version changes nothing';
create index object_events_upload_id_idx on intake.object_events (upload_id);
create index object_events_received_at_idx on intake.object_events (received_at);
create index object_events_request_id_idx on intake.object_events (request_id) where request_id is not null;
create trigger object_events_remember_objects after insert on intake.object_events
    referencing new table as new_events
    for each statement execute function intake.remember_objects();
create trigger object_events_forget_objects after delete on intake.object_events
    referencing old table as old_events
    for each statement execute function intake.forget_objects();
select setval(
    pg_get_serial_sequence('intake.object_events', 'event_id'),
    (select coalesce(max(event_id), 0) + 1 from intake.object_events), false);
grant select on intake.object_events to catalog_auditor;

alter table catalog.upload_events rename to upload_events_parts;
create table catalog.upload_events (like catalog.upload_events_parts including all excluding indexes);
insert into catalog.upload_events overriding system value select * from catalog.upload_events_parts;
drop table catalog.upload_events_parts;
alter table catalog.upload_events
    add constraint upload_events_pkey primary key (event_id),
    add constraint upload_events_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id);
comment on table catalog.upload_events is 'append-only timeline of an upload';
create index upload_events_upload_id_at_idx on catalog.upload_events (upload_id, at);
create trigger upload_events_refuse_change before update or delete on catalog.upload_events
    for each row execute function catalog.refuse_change('upload_events is append-only: insert a further event');
create trigger upload_events_refuse_truncate before truncate on catalog.upload_events
    for each statement execute function catalog.refuse_change('upload_events is append-only: insert a further event');
alter table catalog.upload_events enable row level security;
create policy upload_events_own_rows on catalog.upload_events
    for select to catalog_vendor
    using (exists (select from catalog.upload_history u where u.upload_id = upload_events.upload_id));
create policy upload_events_audit on catalog.upload_events for select to catalog_auditor using (true);
select setval(
    pg_get_serial_sequence('catalog.upload_events', 'event_id'),
    (select coalesce(max(event_id), 0) + 1 from catalog.upload_events), false);
grant select on catalog.upload_events to catalog_vendor, catalog_auditor;
