-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: each is made anew in the same statement, wider than it was
-- What the target lost and nobody can make again is told, not forgotten; an object that cannot be read holds up nobody.
set local role catalog_owner;

alter table relay.archives
    add column is_uncertain boolean not null default false,
    add column ended_as text,
    add column ended_at timestamptz,
    add constraint archives_end_is_known check (ended_as in ('abandoned', 'lost')) not valid,
    add constraint archives_end_at_some_time check ((ended_as is null) = (ended_at is null)) not valid;
alter table relay.archives validate constraint archives_end_is_known;
alter table relay.archives validate constraint archives_end_at_some_time;
comment on table relay.archives is
    'the archives of a window; a row is written before its archive is stored, so that a second attempt stores the same one, and is never deleted';
comment on column relay.archives.is_uncertain is 'whether the store is to be asked again';
comment on column relay.archives.ended_as is
    'abandoned (never stored, and an object of it had gone: the others are in another archive) | lost (stored once, gone from the target, '
    'and not to be made again) | null: counts';

alter table relay.windows
    drop constraint windows_state_is_known,
    add constraint windows_state_is_known check (state in ('open', 'sealed', 'packing', 'delivered', 'verified', 'lost')) not valid,
    drop constraint windows_have_the_times_of_their_state,
    add constraint windows_have_the_times_of_their_state check (
        (state = 'open') = (sealed_at is null)
        and (state in ('delivered', 'verified', 'lost')) = (delivered_at is not null)
        and (state in ('verified', 'lost')) = (verified_at is not null)) not valid;
alter table relay.windows validate constraint windows_state_is_known;
alter table relay.windows validate constraint windows_have_the_times_of_their_state;
comment on column relay.windows.state is
    'open (takes arrivals) -> sealed (complete, waits) -> packing -> delivered (all archives stored) -> verified (and looked at again) | lost '
    '(so, but for an archive that is lost); a failure leads back to sealed';
comment on column relay.windows.missing_count is 'members that are in no archive: gone, altered or unreadable';

-- Each row fulfils the former, narrower constraints.
alter table relay.members
    add column tries integer not null default 0,
    drop constraint members_state_is_known,
    add constraint members_state_is_known check (state in ('waiting', 'packed', 'gone', 'altered', 'unreadable')) not valid,
    drop constraint members_missing_have_a_reason,
    add constraint members_missing_have_a_reason check ((state in ('gone', 'altered', 'unreadable')) = (problem is not null)) not valid;
comment on column relay.members.state is
    'waiting -> packed (in the archive of that part; whether it is stored is said there) | gone (no such object) | altered (another object by now) '
    '| unreadable (the store refused it again and again, and not the others of its bucket)';
comment on column relay.members.tries is 'how often it could not be read while others of its bucket could';

alter table relay.alerts
    drop constraint alerts_kind_is_known,
    add constraint alerts_kind_is_known check (kind in ('backlog', 'age', 'members', 'lost')) not valid,
    drop constraint alerts_of_members_name_a_window,
    add constraint alerts_of_windows_name_it check ((kind in ('members', 'lost')) = (window_at is not null)) not valid;
alter table relay.alerts validate constraint alerts_kind_is_known;
alter table relay.alerts validate constraint alerts_of_windows_name_it;
comment on column relay.alerts.kind is
    'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), members (objects that are in no archive), '
    'lost (archives that the target lost and nobody can make again); the last two until the window is replayed';

create or replace function relay.windows_are_verified(from_at timestamptz, until_at timestamptz) returns boolean
    language sql stable
    set search_path = pg_catalog
    return not exists (
        select from relay.windows w
        where w.state not in ('verified', 'lost') and w.opens_at >= from_at and w.opens_at < until_at);
