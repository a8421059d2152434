set local role catalog_owner;
drop view retention.tables;
alter table retention.kept_tables rename to tables;
comment on table retention.tables is 'every table in partitions by time; the upkeep manages them by these rows';

create or replace function catalog.gauges(queues text[]) returns table(family text, subject text, state text, value double precision)
    language sql stable
    set search_path = 'pg_catalog'
as $$
    with recursive dead_queues as (
        (select j.queue from jobs.jobs j where j.state = 'dead' order by j.queue limit 1)
        union all
        select (select j.queue from jobs.jobs j where j.state = 'dead' and j.queue > d.queue order by j.queue limit 1)
        from dead_queues d where d.queue is not null
    ), by_queue as materialized (
        select q.queue,
            count(*) filter (where q.state in ('ready', 'parked') and q.run_at <= clock_timestamp()) as ready,
            count(*) filter (where q.state in ('ready', 'parked') and q.run_at > clock_timestamp()) as waiting,
            count(*) filter (where q.state = 'running') as running,
            coalesce(max(q.dead), 0) as dead,
            -- What is made for later is not late before its time.
            extract(epoch from clock_timestamp() - min(case when q.attempt > 0 then q.created_at else q.run_at end)
                filter (where (q.attempt > 0 or q.run_at <= clock_timestamp()))) as oldest,
            exists (select from jobs.paused_queues p where p.queue = q.queue) as is_paused
        from (
            select j.queue, j.state, j.run_at, j.attempt, j.created_at, null::bigint as dead from jobs.jobs j where j.state = 'ready'
            union all select j.queue, j.state, j.run_at, j.attempt, j.created_at, null from jobs.jobs j where j.state = 'parked'
            union all select j.queue, j.state, j.run_at, j.attempt, j.created_at, null from jobs.jobs j where j.state = 'running'
            union all
            select d.queue, null, null, null, null, (
                select count(*) from (
                    select from jobs.jobs j where j.state = 'dead' and j.queue = d.queue limit 10000) counted)
            from dead_queues d where d.queue is not null
            union all select unnest(gauges.queues), null, null, null, null, null
            union all select p.queue, null, null, null, null, null from jobs.paused_queues p
        ) q
        group by q.queue
    ), windows as materialized (
        select w.state, count(*) as windows, min(w.sealed_at) as sealed_at
        from relay.windows w where w.state in ('open', 'sealed', 'packing', 'delivered') group by w.state
    ), covered as materialized (
        select t.period, max(b.until_at) filter (where b.until_at < 'infinity') as until_at
        from retention.tables t
        join pg_namespace n on n.nspname = t.table_schema
        join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
        left join pg_inherits i on i.inhparent = c.oid
        left join lateral retention.bounds(i.inhrelid) b on true
        where c.relkind = 'p'
        group by t.table_schema, t.table_name, t.period
    )
    select 'catalog_jobs', q.queue, s.state, s.jobs::float8
    from by_queue q
    cross join lateral (values ('ready', q.ready), ('waiting', q.waiting), ('running', q.running), ('dead', q.dead)) s (state, jobs)
    union all
    select 'catalog_job_oldest_age_seconds', q.queue, null, greatest(0, coalesce(q.oldest, 0))::float8 from by_queue q
    union all
    select 'catalog_queue_paused', q.queue, null, q.is_paused::integer::float8 from by_queue q
    union all
    select 'catalog_relay_windows', s.state, null, coalesce(w.windows, 0)::float8
    from unnest('{open,sealed,packing,delivered}'::text[]) s (state) left join windows w using (state)
    union all
    select 'catalog_relay_oldest_age_seconds', null, null,
        greatest(0, coalesce(extract(epoch from clock_timestamp() - (select min(w.sealed_at) from windows w)), 0))::float8
    union all
    select f.family, p.provider, null, f.value
    from enrichment.providers p
    left join enrichment.buckets b using (provider)
    cross join lateral (values
        ('catalog_enrichment_credits_left', coalesce(greatest(0, b.credit_budget - b.credits_used)::float8, 'infinity')),
        ('catalog_enrichment_credit_budget', coalesce(b.credit_budget::float8, 'infinity')),
        ('catalog_enrichment_circuit_open', (coalesce(b.blocked_because, '') like 'the circuit is open:%')::integer::float8)
    ) f (family, value)
    union all
    select 'catalog_dead_tuples', null, null, coalesce(pg_stat_get_dead_tuples('jobs.jobs'::regclass), 0)::float8
    union all
    select 'catalog_oldest_transaction_seconds', null, null,
        greatest(0, coalesce(max(extract(epoch from clock_timestamp() - a.xact_start)), 0))::float8
    from pg_stat_activity a
    where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
      and (a.backend_xmin is not null or a.backend_xid is not null)
    union all
    select 'catalog_partitions_missing', null, null, count(*) filter (
        where coalesce(c.until_at, '-infinity') < (date_trunc(c.period, clock_timestamp() at time zone 'UTC')
            + 2 * ('1 ' || c.period)::interval) at time zone 'UTC')::float8
    from covered c
    union all
    select 'catalog_schema_version', null, null, coalesce(max(a.version), 0)::float8 from migrations.applied a
$$;
