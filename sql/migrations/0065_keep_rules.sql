-- catalog: works-with 0031
-- catalog: allow require-concurrent-index-creation: an index of a partitioned table cannot be made concurrently; a million errors take seconds
-- catalog: allow require-concurrent-index-deletion: the same
-- Rules of one's own, kept in versions: an upload names those that its rows had to meet, and an error the one that was broken.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant catalog_history to %I', current_user);  -- until the end of this file
    end if;
exception
    when sqlstate 'XX000' or unique_violation then
        raise exception 'roles are being changed by another session' using errcode = 'lock_not_available';
end
$$;
set local role catalog_owner;
create table catalog.rules (
    name varchar(100) not null,
    version integer not null,
    rule_id integer generated always as identity,
    vendor_id varchar(50),
    category varchar(100),
    severity text not null,
    message varchar(500),
    condition jsonb not null,
    created_by text not null default catalog.current_actor(),
    created_at timestamptz not null default clock_timestamp(),
    replaced_at timestamptz,
    constraint rules_pkey primary key (name, version),
    constraint rules_rule_id_is_unique unique (rule_id),
    constraint rules_vendor_exists foreign key (vendor_id) references catalog.vendors (vendor_id),
    constraint rules_category_exists foreign key (category) references catalog.product_categories (category_name),
    constraint rules_name_is_plain check (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'),
    constraint rules_version_counts_from_one check (version > 0),
    constraint rules_severity_is_known check (severity in ('error', 'warning')),
    constraint rules_condition_is_an_object check (jsonb_typeof(condition) = 'object'),
    constraint rules_condition_is_short check (octet_length(condition::text) <= 131072)
);
comment on table catalog.rules is
    'rules of one''s own about the rows of files, beside the seven; a change adds a version and keeps the former one';
comment on column catalog.rules.version is '1, 2, … of each name';
comment on column catalog.rules.rule_id is 'of the version: upload_history.rule_ids names those that an upload had to meet';
comment on column catalog.rules.vendor_id is 'whose files the rule is for; null: everybody''s';
comment on column catalog.rules.category is 'of which rows the rule is for; null: all';
comment on column catalog.rules.severity is 'error: a row that breaks it is rejected (CUSTOM_RULE); warning: it is loaded and reported (CUSTOM_WARNING)';
comment on column catalog.rules.message is 'what the vendor reads; null: words made of the condition';
comment on column catalog.rules.condition is 'the column and what it has to be, as described in docs/guides/rules.md';
comment on column catalog.rules.replaced_at is 'when a later version took its place, or it was removed; null: in use';
create unique index rules_in_use_idx on catalog.rules (name) where replaced_at is null;

create function catalog.rule_json(r catalog.rules) returns jsonb language sql immutable
return jsonb_strip_nulls(jsonb_build_object('vendorId', r.vendor_id, 'category', r.category, 'severity', r.severity, 'message', r.message))
    || r.condition;
comment on function catalog.rule_json is 'a rule as files and requests have it';

alter table catalog.upload_history add column rule_ids integer[];
comment on column catalog.upload_history.rule_ids is
    'rules of one''s own that the rows had to meet (catalog.rules.rule_id); null before the file was checked, or if there were none';

alter table catalog.validation_errors add column rule_name text;
alter table catalog.former_errors add column rule_name text;
comment on column catalog.validation_errors.rule_name is 'which rule of one''s own is broken; null for the seven';

drop index catalog.validation_errors_by_value_idx;
create index validation_errors_by_value_idx on catalog.validation_errors
    (upload_id, error_type, coalesce(field, ''), (left(coalesce(rejected_value, ''), 100) collate "C"), coalesce(rule_name, ''), row_number);

-- Checked for new rows only: every older row passed the narrower rule before.
alter table catalog.validation_errors drop constraint validation_errors_error_type_is_known;
alter table catalog.validation_errors add constraint validation_errors_error_type_is_known check (error_type in (
    'MISSING_REQUIRED_FIELD', 'INVALID_PRICE', 'INVALID_STOCK_QUANTITY', 'INVALID_CATEGORY', 'DUPLICATE_SKU',
    'DUPLICATE_VENDOR_PRODUCT_ID', 'UNKNOWN_PRODUCT', 'FIELD_TOO_LONG', 'INVALID_VALUE', 'MALFORMED_ROW', 'CUSTOM_RULE',
    'CUSTOM_WARNING', 'SUSPICIOUS_KEY')) not valid;

alter table catalog.rules enable row level security;
create policy rules_own_rows on catalog.rules
    for select to catalog_vendor using (vendor_id is null or vendor_id = (select catalog.current_vendor_id()));
create policy rules_audit on catalog.rules for select to catalog_auditor using (true);
grant select on catalog.rules to catalog_vendor, catalog_auditor;
grant trigger on catalog.rules to catalog_history;

set local role catalog_history;
create trigger rules_keep_inserts after insert on catalog.rules referencing new table as new_rows
    for each statement execute function catalog.keep_row_versions('name', 'version');
create trigger rules_keep_updates after update on catalog.rules referencing old table as old_rows new table as new_rows
    for each statement execute function catalog.keep_row_versions('name', 'version');
create trigger rules_keep_deletes after delete on catalog.rules referencing old table as old_rows
    for each statement execute function catalog.keep_row_versions('name', 'version');

set local role catalog_owner;
create view audit.rules with (security_invoker = true) as
select r.name, r.version, r.vendor_id, r.category, r.severity, r.message, r.condition, r.created_at, r.created_by, r.replaced_at, r.rule_id
from catalog.rules r;
comment on view audit.rules is 'every version of every rule of one''s own';
create view audit.upload_rules with (security_invoker = true) as
select u.upload_id, u.vendor_id, r.name, r.version, r.severity, r.rule_id
from catalog.upload_history u
join catalog.rules r on r.rule_id = any (u.rule_ids);
comment on view audit.upload_rules is 'which rules of one''s own the rows of an upload had to meet, by name and version';
grant select on audit.rules, audit.upload_rules to catalog_vendor, catalog_auditor;

set local role none;
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke catalog_history from %I', current_user);
    end if;
end
$$;
