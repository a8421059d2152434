set local role catalog_owner;
drop trigger object_events_remember_objects on intake.object_events;
drop trigger object_events_forget_objects on intake.object_events;
drop function intake.remember_objects(), intake.forget_objects();
drop table intake.seen_objects, intake.lifetimes;
