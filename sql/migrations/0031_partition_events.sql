-- catalog: works-with 0018
-- catalog: allow renaming-table: a partitioned table takes over the name in the same transaction, with the same columns
-- catalog: allow renaming-object: indexes of the table that gets another name
-- catalog: allow ban-alter-identity: the partitioned table goes on counting where this one ends
-- Arrivals by day, the timeline of uploads by month. The table that there is becomes the rest of a new one, from the beginning to the end
-- of time: no row is moved or looked at, and readers wait for an instant. The upkeep cuts it as it does every rest.
set local role catalog_owner;

alter table intake.object_events rename to object_events_rest;
alter index intake.object_events_pkey rename to object_events_rest_pkey;
alter index intake.object_events_object_version_is_seen_once rename to object_events_rest_object_version_is_seen_once;
alter index intake.object_events_received_at_idx rename to object_events_rest_received_at_idx;
alter index intake.object_events_request_id_idx rename to object_events_rest_request_id_idx;
alter index intake.object_events_upload_id_idx rename to object_events_rest_upload_id_idx;
drop trigger object_events_remember_objects on intake.object_events_rest;
drop trigger object_events_forget_objects on intake.object_events_rest;
revoke all on intake.object_events_rest from catalog_auditor;

create table intake.object_events (like intake.object_events_rest including all excluding indexes)
    partition by range (received_at);
comment on table intake.object_events is
    'arrivals, in partitions by day; a second event of the same object version changes nothing (intake.seen_objects)';
create index object_events_received_at_idx on intake.object_events (received_at);
create index object_events_request_id_idx on intake.object_events (request_id) where request_id is not null;
create index object_events_upload_id_idx on intake.object_events (upload_id);
alter table intake.object_events
    add constraint object_events_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id),
    add constraint object_events_request_exists foreign key (request_id) references enrichment.requests (request_id);
select setval(
    pg_get_serial_sequence('intake.object_events', 'event_id'),
    (select coalesce(max(event_id), 0) + 1 from intake.object_events_rest), false);
alter table intake.object_events_rest alter column event_id drop identity;
alter table intake.object_events attach partition intake.object_events_rest for values from (minvalue) to (maxvalue);
create trigger object_events_remember_objects after insert on intake.object_events
    referencing new table as new_events
    for each statement execute function intake.remember_objects();
create trigger object_events_forget_objects after delete on intake.object_events
    referencing old table as old_events
    for each statement execute function intake.forget_objects();
create function intake.arrivals_are_over(from_at timestamptz, until_at timestamptz) returns boolean
    language sql stable
    set search_path = pg_catalog
    return not exists (
        select from intake.object_events e
        where e.received_at >= from_at and e.received_at < until_at
          and e.received_at >= now() - coalesce((select l.keep_days from intake.lifetimes l where l.pipeline = e.pipeline), 90) * interval '1 day');
comment on function intake.arrivals_are_over is 'whether no pipeline remembers an arrival of the time any more';

revoke execute on function intake.arrivals_are_over(timestamptz, timestamptz) from public;
grant select on intake.object_events to catalog_auditor;

alter table catalog.upload_events rename to upload_events_rest;
alter index catalog.upload_events_pkey rename to upload_events_rest_pkey;
alter index catalog.upload_events_upload_id_at_idx rename to upload_events_rest_upload_id_at_idx;
drop trigger upload_events_refuse_change on catalog.upload_events_rest;
drop policy upload_events_own_rows on catalog.upload_events_rest;
drop policy upload_events_audit on catalog.upload_events_rest;
alter table catalog.upload_events_rest disable row level security;
revoke all on catalog.upload_events_rest from catalog_vendor, catalog_auditor;

create table catalog.upload_events (like catalog.upload_events_rest including all excluding indexes) partition by range (at);
comment on table catalog.upload_events is 'append-only timeline of an upload, in partitions by month';
create index upload_events_upload_id_at_idx on catalog.upload_events (upload_id, at);
alter table catalog.upload_events
    add constraint upload_events_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id);
select setval(
    pg_get_serial_sequence('catalog.upload_events', 'event_id'),
    (select coalesce(max(event_id), 0) + 1 from catalog.upload_events_rest), false);
alter table catalog.upload_events_rest alter column event_id drop identity;
alter table catalog.upload_events attach partition catalog.upload_events_rest for values from (minvalue) to (maxvalue);
create trigger upload_events_refuse_change before update or delete on catalog.upload_events
    for each row execute function catalog.refuse_change('upload_events is append-only: insert a further event');
create trigger upload_events_refuse_truncate before truncate on catalog.upload_events
    for each statement execute function catalog.refuse_change('upload_events is append-only: insert a further event');
alter table catalog.upload_events enable row level security;
create policy upload_events_own_rows on catalog.upload_events
    for select to catalog_vendor
    using (exists (select from catalog.upload_history u where u.upload_id = upload_events.upload_id));
create policy upload_events_audit on catalog.upload_events for select to catalog_auditor using (true);
grant select on catalog.upload_events to catalog_vendor, catalog_auditor;

insert into retention.tables
    (table_schema, table_name, partition_column, period, ahead, keep_days, minimum_days, is_archived, release_check)
values
    ('intake', 'object_events', 'received_at', 'day', 3, 30, 30, false, 'intake.arrivals_are_over'),
    ('catalog', 'upload_events', 'at', 'month', 3, null, 90, true, null);
