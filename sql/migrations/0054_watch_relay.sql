-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: each is made anew in the same statement, wider than it was
-- catalog: allow require-concurrent-index-creation: of a row a minute
-- Windows whose workers die, and windows that no worker takes, are alerts of their own; an object whose next version arrived is not missing.
set local role catalog_owner;

alter table relay.alerts
    drop constraint alerts_kind_is_known,
    add constraint alerts_kind_is_known check (kind in ('backlog', 'age', 'workers', 'members', 'lost', 'deaths')) not valid,
    drop constraint alerts_of_windows_name_it,
    add constraint alerts_of_windows_name_it check ((kind in ('members', 'lost', 'deaths')) = (window_at is not null)) not valid;
alter table relay.alerts validate constraint alerts_kind_is_known;
alter table relay.alerts validate constraint alerts_of_windows_name_it;
comment on column relay.alerts.kind is
    'backlog (more data waits than the bound), age (the oldest window waits longer than the bound), workers (nobody takes windows), '
    'members (objects that are in no archive), lost (archives that the target lost and nobody can make again), '
    'deaths (workers died of a window, or with it, again and again); the last three until the window is replayed or done';

-- Each row fulfils the former, narrower constraint.
alter table relay.members
    drop constraint members_state_is_known,
    add constraint members_state_is_known check (state in ('waiting', 'packed', 'replaced', 'gone', 'altered', 'unreadable')) not valid;
comment on column relay.members.state is
    'waiting -> packed (in the archive of that part; whether it is stored is said there) | replaced (overwritten before it was read, and what '
    'took its place arrived) | gone (no such object) | altered (another object by now, of which nobody told) | unreadable (the store refused it '
    'again and again, and not the others of its bucket)';

-- What was done lately, for how fast a backlog goes: it may be of any age.
create index windows_verified_at_idx on relay.windows (verified_at) where verified_at is not null;
