package import Postgres

extension Route {
    static func insert(_ route: Route, includingExisting: Bool) -> Statement {
        """
        insert into intake.routes (bucket, prefix, pipeline, options, accepts_from)
        values (\(route.bucket)::text, \(route.prefix)::text, \(route.pipeline)::text, \(route.options.json)::text::jsonb,
            case when \(includingExisting)::boolean then '-infinity' else now() end)
        on conflict (bucket, prefix) do update set pipeline = excluded.pipeline, options = excluded.options
        """
    }

    static func ensure(_ route: Route) -> Statement {
        """
        insert into intake.routes (bucket, prefix, pipeline, options)
        values (\(route.bucket)::text, \(route.prefix)::text, \(route.pipeline)::text, \(route.options.json)::text::jsonb)
        on conflict (bucket, prefix) do nothing
        """
    }

    static func delete(bucket: String, prefix: String) -> Statement {
        "delete from intake.routes where bucket = \(bucket)::text and prefix = \(prefix)::text"
    }

    static let selectAll: Statement =
        "select bucket, prefix, pipeline, options from intake.routes order by bucket, prefix"

    static func select(bucket: String, key: String) -> Statement {
        """
        select bucket, prefix, pipeline, options from intake.routes
        where bucket = \(bucket)::text and starts_with(\(key)::text, prefix)
        order by length(prefix) desc limit 1
        """
    }

    fileprivate init(_ row: Row) throws {
        try self.init(
            bucket: row.get("bucket"), prefix: row.get("prefix"), pipeline: row.get("pipeline"),
            options: RouteOptions(json: row.get("options")))
    }
}

extension Session {
    /// Adds a route, or changes the one of the same bucket and prefix.
    /// - Parameter includingExisting: whether the poller takes what was in the bucket before.
    package func addRoute(_ route: Route, includingExisting: Bool = false) throws {
        try execute(Route.insert(route, includingExisting: includingExisting))
    }

    /// Adds a route unless there is one of the same bucket and prefix.
    package func ensureRoute(_ route: Route) throws { try execute(Route.ensure(route)) }

    /// - Returns: false if there was none.
    package func removeRoute(bucket: String, prefix: String) throws -> Bool {
        try execute(Route.delete(bucket: bucket, prefix: prefix)) == 1
    }

    package func routes() throws -> [Route] { try query(Route.selectAll).map(Route.init) }

    /// The route with the longest prefix of a key.
    func route(bucket: String, key: String) throws -> Route? {
        try first(Route.select(bucket: bucket, key: key)).map(Route.init)
    }
}
