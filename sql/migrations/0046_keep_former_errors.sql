-- catalog: works-with 0031
-- An upload that is tried again keeps the errors of the attempts before. They stand apart, so that loads and reports have only the
-- newest attempt's before them.
set local role catalog_owner;

alter table catalog.upload_history add column attempt integer not null default 1;
comment on column catalog.upload_history.attempt is 'how often the file was tried, from 1; who tries it again adds one';

create table catalog.former_errors (
    upload_id varchar(50) not null,
    attempt integer not null,
    error_id bigint not null,
    row_number integer not null,
    line_number integer not null,
    error_type text not null,
    error_message text not null,
    field text,
    rejected_value text,
    original_data jsonb not null,
    created_at timestamptz not null
) partition by range (created_at);
comment on table catalog.former_errors is
    'errors of earlier attempts of uploads that were tried again, as catalog.validation_errors had them; in partitions by month';
create index former_errors_upload_id_attempt_idx on catalog.former_errors (upload_id, attempt, row_number);
alter table catalog.former_errors
    add constraint former_errors_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id);
create table catalog.former_errors_rest (like catalog.former_errors including all);
alter table catalog.former_errors attach partition catalog.former_errors_rest for values from (minvalue) to (maxvalue);
insert into retention.tables
    (table_schema, table_name, partition_column, period, ahead, keep_days, minimum_days, is_archived, release_check)
values ('catalog', 'former_errors', 'created_at', 'month', 3, null, 90, true, null);

alter table catalog.former_errors enable row level security;
create policy former_errors_own_rows on catalog.former_errors
    for select to catalog_vendor
    using (exists (select from catalog.upload_history u where u.upload_id = former_errors.upload_id));
create policy former_errors_audit on catalog.former_errors for select to catalog_auditor using (true);
grant select on catalog.former_errors to catalog_vendor, catalog_auditor;

create view audit.errors_of_attempts with (security_invoker = true) as
select e.upload_id, u.attempt, e.row_number, e.line_number, e.error_type, e.error_message, e.field, e.rejected_value, e.original_data,
    e.created_at, true as is_newest
from catalog.validation_errors e
join catalog.upload_history u using (upload_id)
union all
select e.upload_id, e.attempt, e.row_number, e.line_number, e.error_type, e.error_message, e.field, e.rejected_value, e.original_data,
    e.created_at, false
from catalog.former_errors e;
comment on view audit.errors_of_attempts is 'every error of every attempt of an upload; audit.upload_errors has those of the newest';
grant select on audit.errors_of_attempts to catalog_vendor, catalog_auditor;
