set local role catalog_owner;

drop index relay.windows_verified_at_idx;

update relay.members set state = 'altered', problem = 'it was replaced before it was read' where state = 'replaced';
alter table relay.members
    drop constraint members_state_is_known,
    add constraint members_state_is_known check (state in ('waiting', 'packed', 'gone', 'altered', 'unreadable')) not valid;
comment on column relay.members.state is
    'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now) '
    '| unreadable (the store refused it again and again, and not the others of its bucket)';

delete from relay.alerts where kind in ('workers', 'deaths');
alter table relay.alerts
    drop constraint alerts_kind_is_known,
    add constraint alerts_kind_is_known check (kind in ('backlog', 'age', 'members', 'lost')),
    drop constraint alerts_of_windows_name_it,
    add constraint alerts_of_windows_name_it check ((kind in ('members', 'lost')) = (window_at is not null));
comment on column relay.alerts.kind is
    'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), members (objects that are in no archive), '
    'lost (archives that the target lost and nobody can make again); the last two until the window is replayed';
