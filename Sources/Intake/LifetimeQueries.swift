import Postgres

/// For how long each pipeline remembers arrivals: `intake.lifetimes`.
package enum ArrivalLifetimes {
    /// A store or a topic that could not deliver tries again for two weeks at most.
    package static let minimumDays = 30

    static func set(_ pipelines: [String], _ days: [Int]) -> Statement {
        """
        insert into intake.lifetimes as l (pipeline, keep_days)
        select * from unnest(\(pipelines)::text[], \(days)::integer[])
        on conflict (pipeline) do update set keep_days = excluded.keep_days where l.keep_days <> excluded.keep_days
        """
    }

    /// What is forgotten and up to when changes in one statement: a poller sees both or neither.
    static func forget(limit: Int) -> Statement {
        """
        with old as (
            select s.bucket, s.object_key, s.object_version
            from intake.seen_objects s
            left join intake.lifetimes l using (pipeline)
            where s.received_at < now() - coalesce(l.keep_days, 90) * interval '1 day'
            order by s.received_at
            limit \(limit)::integer
        ), gone as (
            delete from intake.seen_objects s using old o
            where s.bucket = o.bucket and s.object_key = o.object_key and s.object_version = o.object_version
            returning s.pipeline, s.received_at
        ), told as (
            insert into intake.lifetimes as l (pipeline, keep_days, forgotten_until)
            select g.pipeline, 90, max(g.received_at) from gone g group by g.pipeline
            on conflict (pipeline) do update set forgotten_until = greatest(l.forgotten_until, excluded.forgotten_until)
        )
        select count(*) as forgotten from gone
        """
    }
}

extension Session {
    /// - Parameter days: by pipeline; others stay as they are.
    func setArrivalLifetimes(_ days: [String: Int]) throws {
        let pipelines = days.keys.sorted()
        try execute(ArrivalLifetimes.set(pipelines, pipelines.map { days[$0] ?? ArrivalLifetimes.minimumDays }))
    }

    /// Forgets object versions whose time is over.
    /// - Returns: how many; fewer than the limit if none is left.
    func forgetArrivals(limit: Int) throws -> Int {
        try query(ArrivalLifetimes.forget(limit: limit))[0].get("forgotten")
    }
}
