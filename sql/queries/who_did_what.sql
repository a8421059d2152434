-- Who did what to a vendor, an upload, a queue, a route or a category, and what is there since? The newest first.
-- Variables: object
select audit.utc(a.at) as at_utc, audit.brief(a.actor, 24) as actor, audit.brief(a.action, 28) as action, audit.brief((
        select string_agg(n.key || ' ' || coalesce(n.value, '-'), ', ' order by n.key)
        from jsonb_each_text(case jsonb_typeof(a.after) when 'object' then a.after else '{}' end) n
        where n.key <> 'created_at' and (a.before is null or a.before ->> n.key is distinct from n.value)), 36) as changed
from audit.actions a
where a.object = :'object'
order by a.at desc
limit 100;
