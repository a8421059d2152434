import Foundation
package import Postgres
import Storage

extension ObjectEvent {
    static func insert(_ event: ObjectEvent, route: Route, outcome: ArrivalOutcome) -> Statement {
        var reason: String?
        if case .ignored(let text) = outcome { reason = text }
        return """
            insert into intake.object_events
                (bucket, object_key, object_version, etag, size_bytes, source, pipeline, occurred_at, upload_id, request_id,
                ignored_because)
            values (\(event.bucket)::text, \(event.key)::text, \(event.version)::text, \(event.etag)::text,
                \(event.byteCount)::bigint, \(event.source.rawValue)::text, \(route.pipeline)::text,
                to_timestamp(\(event.occurredAt.timeIntervalSince1970)::float8), \(outcome.id("upload_id"))::text,
                \(outcome.id("request_id"))::uuid, \(reason)::text)
            """
    }

    /// Holds the object version until the transaction ends: of two deliveries at the same moment the second waits here,
    /// and asks only then, in a statement of its own, because a statement sees what was committed when it began.
    static func hold(_ event: ObjectEvent) -> Statement {
        """
        select pg_advisory_xact_lock(hashtextextended(
            'intake ' || \(event.bucket)::text || '/' || \(event.key)::text || ' ' || \(event.version)::text, 0))
        """
    }

    static func isSeen(_ event: ObjectEvent) -> Statement {
        """
        select from intake.seen_objects
        where bucket = \(event.bucket)::text and object_key = \(event.key)::text
          and object_version = \(event.version)::text
        """
    }

    /// What is remembered of the object tells in which partition its arrival is.
    static func deleteIgnored(_ event: ObjectEvent) -> Statement {
        """
        delete from intake.object_events e using intake.seen_objects s
        where s.bucket = \(event.bucket)::text and s.object_key = \(event.key)::text
          and s.object_version = \(event.version)::text
          and e.received_at = s.received_at and e.bucket = s.bucket and e.object_key = s.object_key
          and e.object_version = s.object_version and e.ignored_because is not null
        """
    }

    /// Objects of a listing that no event has announced: unknown, or written anew since. S3 lists times in whole seconds,
    /// without the rest: what was put right after the route was made seems to be older than it. An object as old as arrivals
    /// that are forgotten may be one of them.
    static func selectNew(bucket: String, prefix: String, keys: [String], etags: [String], times: [String]) -> Statement
    {
        """
        select listed.key
        from unnest(\(keys)::text[], \(etags)::text[], \(times)::float8[]) as listed (key, etag, modified)
        join intake.routes r on r.bucket = \(bucket)::text and r.prefix = \(prefix)::text
        left join intake.lifetimes l on l.pipeline = r.pipeline and l.forgotten_until > r.created_at
        where to_timestamp(listed.modified) >= greatest(date_trunc('second', r.accepts_from), l.forgotten_until)
          and not exists (
              select from intake.seen_objects e
              where e.bucket = \(bucket)::text and e.object_key = listed.key and e.etag = listed.etag
                and to_timestamp(listed.modified) <= greatest(e.occurred_at, e.received_at))
        """
    }
}

extension Session {
    /// Records an arrival and, in the same transaction, the work it causes. Needs a transaction.
    /// - Throws: `UnknownPipeline`; whatever stops the pipeline.
    package func record(_ event: ObjectEvent, _ pipelines: Pipelines) throws -> ArrivalOutcome {
        guard let route = try route(bucket: event.bucket, key: event.key) else { return .unrouted }
        try executeLater(ObjectEvent.hold(event).prepared())
        guard try first(ObjectEvent.isSeen(event)) == nil else { return .seen }
        let outcome = try begin(event, route, pipelines)
        try executeLater(ObjectEvent.insert(event, route: route, outcome: outcome).prepared())
        return outcome
    }

    /// Records an arrival that nothing is made of. Needs a transaction.
    func passOver(_ event: ObjectEvent, because reason: String) throws -> ArrivalOutcome {
        guard let route = try route(bucket: event.bucket, key: event.key) else { return .unrouted }
        try executeLater(ObjectEvent.hold(event).prepared())
        guard try first(ObjectEvent.isSeen(event)) == nil else { return .seen }
        let outcome = ArrivalOutcome.ignored(reason: reason)
        try executeLater(ObjectEvent.insert(event, route: route, outcome: outcome).prepared())
        return outcome
    }

    /// Forgets that an object version was ignored, and holds it until the transaction ends.
    func forgetIgnored(_ event: ObjectEvent) throws {
        try executeLater(ObjectEvent.hold(event).prepared())
        try executeLater(ObjectEvent.deleteIgnored(event).prepared())
    }

    private func begin(_ event: ObjectEvent, _ route: Route, _ pipelines: Pipelines) throws -> ArrivalOutcome {
        if event.key.hasSuffix("/"), (event.byteCount ?? 0) == 0 { return .ignored(reason: "a folder") }
        guard let pipeline = pipelines[route.pipeline] else {
            throw UnknownPipeline(name: route.pipeline, route: route.url)
        }
        return try pipeline.begin(event, below: route, self)
    }

    /// Keys of a page of a listing that no event has announced.
    func unannounced(_ page: [ObjectInfo], below route: Route) throws -> [String] {
        let statement = ObjectEvent.selectNew(
            bucket: route.bucket, prefix: route.prefix, keys: page.map(\.key), etags: page.map(\.etag),
            times: page.map { String($0.lastModified.timeIntervalSince1970) })
        return try query(statement).map { try $0.get("key") }
    }
}
