import Catalog
import Foundation
import Postgres

/// Which pipeline an object goes into.
public enum Pipeline: String, Sendable, Codable, CaseIterable { case onboard, enrich, relay }

/// Objects below a prefix of a bucket go into a pipeline: a row of `intake.routes`.
public struct Route: Sendable, Codable, Equatable {
    public var bucket: String
    /// Empty, or ends with `/`.
    public var prefix: String
    public var pipeline: Pipeline
    public var mode: UploadMode
    public var policy: UploadPolicy
    /// Of enrichment: who is asked, in order; all providers if it is empty.
    public var providers: [String]

    /// - Parameter prefix: empty, or ends with `/`.
    public init(
        bucket: String, prefix: String, pipeline: Pipeline, mode: UploadMode = .create,
        policy: UploadPolicy = .loadValid, providers: [String] = []
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.pipeline = pipeline
        self.mode = mode
        self.policy = policy
        self.providers = providers
    }

    /// `s3://bucket/prefix/`.
    public var url: String { "s3://\(bucket)/\(prefix)" }

    /// What the key `<prefix><vendor>/<file>` says; nil if it is none such.
    func destination(of key: String) -> (vendorID: String, fileName: String)? {
        let parts = key.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        guard key.hasPrefix(prefix), parts.count >= 2, let vendor = parts.first, let file = parts.last,
            !vendor.isEmpty, vendor.utf8.count <= 50, !file.isEmpty
        else { return nil }
        return (String(vendor), String(file))
    }
}

extension Route {
    static func insert(_ route: Route, includingExisting: Bool) -> Statement {
        """
        insert into intake.routes (bucket, prefix, pipeline, mode, policy, providers, accepts_from)
        values (\(route.bucket)::text, \(route.prefix)::text, \(route.pipeline.rawValue)::text,
            \(route.mode.rawValue)::text, \(route.policy.rawValue)::text, \(route.providers)::text[],
            case when \(includingExisting)::boolean then '-infinity' else now() end)
        on conflict (bucket, prefix) do update
        set pipeline = excluded.pipeline, mode = excluded.mode, policy = excluded.policy, providers = excluded.providers
        """
    }

    static func ensure(_ route: Route) -> Statement {
        """
        insert into intake.routes (bucket, prefix, pipeline, mode, policy)
        values (\(route.bucket)::text, \(route.prefix)::text, \(route.pipeline.rawValue)::text,
            \(route.mode.rawValue)::text, \(route.policy.rawValue)::text)
        on conflict (bucket, prefix) do nothing
        """
    }

    static func delete(bucket: String, prefix: String) -> Statement {
        "delete from intake.routes where bucket = \(bucket)::text and prefix = \(prefix)::text"
    }

    static let selectAll: Statement =
        "select bucket, prefix, pipeline, mode, policy, providers from intake.routes order by bucket, prefix"

    static func select(bucket: String, key: String) -> Statement {
        """
        select bucket, prefix, pipeline, mode, policy, providers from intake.routes
        where bucket = \(bucket)::text and starts_with(\(key)::text, prefix)
        order by length(prefix) desc limit 1
        """
    }

    init(_ row: Row) throws {
        try self.init(
            bucket: row.get("bucket"), prefix: row.get("prefix"),
            pipeline: Pipeline(rawValue: row.get("pipeline")) ?? .onboard,
            mode: UploadMode(rawValue: row.get("mode")) ?? .create,
            policy: UploadPolicy(rawValue: row.get("policy")) ?? .loadValid, providers: row.get("providers"))
    }
}

extension Session {
    /// Adds a route, or changes the one of the same bucket and prefix.
    /// - Parameter includingExisting: whether the poller picks up what is there already.
    public func addRoute(_ route: Route, includingExisting: Bool = false) throws {
        try execute(Route.insert(route, includingExisting: includingExisting))
    }

    /// Adds a route unless there is one of the same bucket and prefix.
    func ensureRoute(_ route: Route) throws { try execute(Route.ensure(route)) }

    /// - Returns: whether there was one.
    public func removeRoute(bucket: String, prefix: String) throws -> Bool {
        try execute(Route.delete(bucket: bucket, prefix: prefix)) == 1
    }

    /// All routes, by bucket and prefix.
    public func routes() throws -> [Route] { try query(Route.selectAll).map(Route.init) }

    /// The route with the longest prefix of the key.
    func route(bucket: String, key: String) throws -> Route? {
        try first(Route.select(bucket: bucket, key: key)).map(Route.init)
    }
}
