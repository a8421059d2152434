set local role catalog_owner;
update catalog.notifications set state = 'pending' where state = 'undeliverable';
alter table catalog.notifications drop constraint notifications_state_is_known;
alter table catalog.notifications add constraint notifications_state_is_known check (state in ('pending', 'sent'));
comment on column catalog.notifications.state is 'pending -> sent; a failed attempt stays pending with its error';
