-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: another one takes its place, of open windows: only they take arrivals
-- catalog: allow disallowed-unique-constraint: the same; a window or two are open, and finding them takes a moment
-- Routes with a name have windows of their own, so that trouble of their bucket is theirs alone.
set local role catalog_owner;
alter table relay.windows
    add column name text not null default '',
    add column archive_bytes bigint,
    add column compression text,
    add constraint windows_name_is_plain check (name ~ '^([a-z][a-z0-9-]{0,62})?$') not valid,
    add constraint windows_archive_bytes_are_positive check (archive_bytes > 0) not valid,
    drop constraint windows_do_not_overlap;
alter table relay.windows validate constraint windows_name_is_plain;
alter table relay.windows validate constraint windows_archive_bytes_are_positive;
-- Ranges of one number stand for names, which GiST compares with an extension only.
alter table relay.windows add constraint windows_do_not_overlap exclude using gist (
    numrange(hashtextextended(name, 0), hashtextextended(name, 0), '[]') with &&, tstzrange(opens_at, closes_at) with &&) where (state = 'open');
comment on column relay.windows.name is 'of the routes whose objects it takes; empty: of all routes without a name';
comment on column relay.windows.archive_bytes is 'largest archive, as its route said when it was opened; null: CATALOG_RELAY_ARCHIVE_BYTES';
comment on column relay.windows.compression is 'fast, default or small, as its route said when it was opened; null: CATALOG_RELAY_COMPRESSION';
comment on column relay.windows.waits_for is
    'after a failure: source (windows of the same name go on when it answers one of them), target (all windows likewise), repair (the window itself)';
comment on table relay.windows is 'the arrivals of a name between two moments; a window never holds an arrival of another';
