-- A mail to nobody, or to an address its server refuses for good, is not tried for ever.
set local role catalog_owner;

alter table catalog.notifications drop constraint notifications_state_is_known;
alter table catalog.notifications add constraint notifications_state_is_known
    check (state in ('pending', 'sent', 'undeliverable'));
comment on column catalog.notifications.state is
    'pending -> sent | undeliverable (nobody to send it to, or refused for good); a failed attempt stays pending with its error';
