-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: another one takes its place, of open windows: only they take arrivals
-- catalog: allow disallowed-unique-constraint: the same; a window or two are open, and finding them takes a moment
-- Routes with a name have a target of their own and a place on it, so that a target's trouble is theirs alone.
set local role catalog_owner;
alter table relay.windows
    add column target text not null default '',
    add column archive_prefix text,
    add constraint windows_target_is_plain check (target ~ '^([a-z][a-z0-9-]{0,31})?$') not valid,
    add constraint windows_archive_prefix_is_a_folder check (archive_prefix ~ '^([A-Za-z0-9_=-][A-Za-z0-9._=-]*/)+$' and length(archive_prefix) <= 200)
        not valid,
    drop constraint windows_do_not_overlap;
alter table relay.windows validate constraint windows_target_is_plain;
alter table relay.windows validate constraint windows_archive_prefix_is_a_folder;
-- A route that changes its target does not change that of a window that is open: both are open, side by side.
alter table relay.windows add constraint windows_do_not_overlap exclude using gist (
    numrange(hashtextextended(name || ' ' || target || ' ' || coalesce(archive_prefix, ''), 0),
        hashtextextended(name || ' ' || target || ' ' || coalesce(archive_prefix, ''), 0), '[]') with &&,
    tstzrange(opens_at, closes_at) with &&) where (state = 'open');
comment on column relay.windows.target is
    'where its archives go, as its route said when it was opened: the end of the name of CATALOG_RELAY_TARGET_...; empty: CATALOG_RELAY_TARGET';
comment on column relay.windows.archive_prefix is
    'what the keys of its archives begin with, as its route said when it was opened; null: relay/, and the name if there is one';
comment on column relay.windows.waits_for is
    'after a failure: source (windows of the same name go on when it answers one of them), target (windows of the same target likewise), repair (the window itself)';
comment on table relay.windows is
    'the arrivals of a name for a target between two moments; a window never holds an arrival of another';
