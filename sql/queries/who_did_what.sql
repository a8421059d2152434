-- Who did what to a vendor, an upload, a queue, a route or a category? The newest actions first.
-- Variables: object
select at, actor, action, before, after, request_id
from audit.actions
where object = :'object'
order by at desc
limit 100;
