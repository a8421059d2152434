package import Postgres

/// A route and what came by it during the last day.
package struct RouteTraffic: Sendable, Equatable {
    package var bucket: String
    package var prefix: String
    package var pipeline: String
    /// JSON.
    package var options: String
    package var arrived: Int
    package var ignored: Int
    /// Why most of them were ignored.
    package var reason: String?
    /// ISO 8601, UTC, to the second.
    package var newest: String?
}

extension RouteTraffic {
    /// Each object counts for the route with its longest prefix.
    static let selectAll: Statement = """
        select r.bucket, r.prefix, r.pipeline, r.options::text as options, count(e.event_id) as arrived,
            count(e.ignored_because) as ignored, mode() within group (order by e.ignored_because) as reason,
            to_char(max(e.received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as newest
        from intake.routes r
        left join intake.object_events e
            on e.bucket = r.bucket and starts_with(e.object_key, r.prefix) and e.received_at > now() - interval '1 day'
            and not exists (
                select from intake.routes l
                where l.bucket = r.bucket and length(l.prefix) > length(r.prefix) and starts_with(e.object_key, l.prefix))
        group by r.bucket, r.prefix, r.pipeline, r.options::text
        order by r.bucket, r.prefix
        """
}

extension Session {
    /// All routes by bucket and prefix.
    package func routeTraffic() throws -> [RouteTraffic] {
        try query(RouteTraffic.selectAll).map {
            try RouteTraffic(
                bucket: $0.get("bucket"), prefix: $0.get("prefix"), pipeline: $0.get("pipeline"),
                options: $0.get("options"), arrived: $0.get("arrived"), ignored: $0.get("ignored"),
                reason: $0.get("reason"), newest: $0.get("newest"))
        }
    }
}
