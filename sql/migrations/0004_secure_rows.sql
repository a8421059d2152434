-- Who sees what. The owner (and so the service) sees everything; catalog_vendor sees the rows of the vendor named by
-- the setting catalog.vendor_id and nothing without it; catalog_auditor reads everything. Nothing is granted on the
-- partitions of validation_errors: reached by name they would escape the policies of their parent.
set local role catalog_owner;

create function catalog.current_vendor_id() returns text
    language sql stable
    set search_path = pg_catalog
    return nullif(current_setting('catalog.vendor_id', true), '');
comment on function catalog.current_vendor_id is 'the vendor whose rows catalog_vendor may see: set local catalog.vendor_id';

alter table catalog.vendors enable row level security;
alter table catalog.products enable row level security;
alter table catalog.product_versions enable row level security;
alter table catalog.upload_history enable row level security;
alter table catalog.validation_errors enable row level security;
alter table catalog.upload_events enable row level security;
alter table catalog.notifications enable row level security;

create policy vendors_own_row on catalog.vendors
    for select to catalog_vendor using (vendor_id = (select catalog.current_vendor_id()));
create policy products_own_rows on catalog.products
    for select to catalog_vendor using (vendor_id = (select catalog.current_vendor_id()));
create policy product_versions_own_rows on catalog.product_versions
    for select to catalog_vendor using (vendor_id = (select catalog.current_vendor_id()));
create policy upload_history_own_rows on catalog.upload_history
    for select to catalog_vendor using (vendor_id = (select catalog.current_vendor_id()));
-- The upload is looked up under the vendor's own policy.
create policy validation_errors_own_rows on catalog.validation_errors
    for select to catalog_vendor
    using (exists (select from catalog.upload_history u where u.upload_id = validation_errors.upload_id));
create policy upload_events_own_rows on catalog.upload_events
    for select to catalog_vendor
    using (exists (select from catalog.upload_history u where u.upload_id = upload_events.upload_id));

create policy vendors_audit on catalog.vendors for select to catalog_auditor using (true);
create policy products_audit on catalog.products for select to catalog_auditor using (true);
create policy product_versions_audit on catalog.product_versions for select to catalog_auditor using (true);
create policy upload_history_audit on catalog.upload_history for select to catalog_auditor using (true);
create policy validation_errors_audit on catalog.validation_errors for select to catalog_auditor using (true);
create policy upload_events_audit on catalog.upload_events for select to catalog_auditor using (true);
create policy notifications_audit on catalog.notifications for select to catalog_auditor using (true);

revoke execute on all functions in schema catalog from public;
grant execute on function catalog.current_vendor_id() to catalog_vendor, catalog_auditor;
grant usage on schema catalog, audit to catalog_vendor, catalog_auditor;
grant select on catalog.vendors, catalog.product_categories, catalog.products, catalog.product_versions,
    catalog.upload_history, catalog.validation_errors, catalog.upload_events to catalog_vendor, catalog_auditor;
grant select on catalog.notifications to catalog_auditor;
