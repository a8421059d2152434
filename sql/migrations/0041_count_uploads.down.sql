set local role catalog_owner;
alter function audit.upload_diff(text) reset timezone;
alter function audit.product_history(text, text) reset timezone;
drop function audit.brief(text, integer);
drop function audit.utc(timestamptz);
drop view audit.error_counts;
create or replace view audit.vendor_quality with (security_invoker = true) as
select
    v.vendor_id, v.vendor_name, v.status,
    count(u.upload_id) as uploads,
    count(u.upload_id) filter (where u.status = 'failed') as failed_uploads,
    coalesce(sum(u.total_records), 0) as rows_received,
    coalesce(sum(u.error_records), 0) as rows_rejected,
    trunc(100.0 * sum(u.valid_records) / nullif(sum(u.total_records), 0), 1) as success_percent,
    max(u.upload_timestamp) as last_upload_at
from catalog.vendors v
left join catalog.upload_history u
    on u.vendor_id = v.vendor_id and u.status not in ('queued', 'processing') and not u.dry_run and u.kind = 'file'
group by v.vendor_id, v.vendor_name, v.status;
drop index catalog.upload_events_event_at_idx;
drop trigger upload_history_count_changed on catalog.upload_history;
drop trigger upload_history_count_ended on catalog.upload_history;
drop function catalog.count_upload();
drop function catalog.counted_upload(catalog.upload_history);
drop table catalog.upload_error_counts, catalog.vendor_totals;
