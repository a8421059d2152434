set local role catalog_owner;

create or replace function relay.windows_are_verified(from_at timestamptz, until_at timestamptz) returns boolean
    language sql stable
    set search_path = pg_catalog
    return not exists (
        select from relay.windows w where w.state <> 'verified' and w.opens_at >= from_at and w.opens_at < until_at);

delete from relay.alerts where kind = 'lost';
alter table relay.alerts
    drop constraint alerts_kind_is_known,
    add constraint alerts_kind_is_known check (kind in ('backlog', 'age', 'members')),
    drop constraint alerts_of_windows_name_it,
    add constraint alerts_of_members_name_a_window check ((kind = 'members') = (window_at is not null));
comment on column relay.alerts.kind is
    'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), members (objects could not be read; cleared by hand)';

update relay.members set state = 'gone' where state = 'unreadable';
alter table relay.members
    drop column tries,
    drop constraint members_state_is_known,
    add constraint members_state_is_known check (state in ('waiting', 'packed', 'gone', 'altered')),
    drop constraint members_missing_have_a_reason,
    add constraint members_missing_have_a_reason check ((state in ('gone', 'altered')) = (problem is not null));
comment on column relay.members.state is
    'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now)';

update relay.windows set state = 'verified' where state = 'lost';
alter table relay.windows
    drop constraint windows_state_is_known,
    add constraint windows_state_is_known check (state in ('open', 'sealed', 'packing', 'delivered', 'verified')),
    drop constraint windows_have_the_times_of_their_state,
    add constraint windows_have_the_times_of_their_state check (
        (state = 'open') = (sealed_at is null)
        and (state in ('delivered', 'verified')) = (delivered_at is not null)
        and (state = 'verified') = (verified_at is not null));
comment on column relay.windows.state is
    'open (takes arrivals) -> sealed (complete, waits) -> packing -> delivered (all archives stored) -> verified (and looked at again); a failure leads back to sealed';
comment on column relay.windows.missing_count is 'members whose object was gone or altered before it was read';

update relay.archives set delivered_at = null, verified_at = null where is_uncertain;
delete from relay.archives where ended_as is not null;
alter table relay.archives drop column is_uncertain, drop column ended_as, drop column ended_at;
comment on table relay.archives is
    'the archives of a window; a row is written before its archive is stored, so that a second attempt stores the same one';
