-- The newest events of a kind in the timelines of uploads, such as failed, undeliverable or report.given_up.
-- Variables: event
select audit.utc(e.at) as at_utc, e.upload_id, u.vendor_id, audit.brief(e.detail::text, 50) as detail
from catalog.upload_events e
join catalog.upload_history u using (upload_id)
where e.event = :'event'
order by e.at desc
limit 100;
