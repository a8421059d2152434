import Catalog
import Foundation
import Jobs
import Postgres

/// What became of an event.
public enum ArrivalOutcome: Sendable, Equatable {
    /// A new object version: its upload and job exist now.
    case accepted(uploadID: String)
    /// A new list of contacts: its enrichment request and job exist now.
    case requested(requestID: String)
    /// A new object for the relay: it is in the window that opened at this moment.
    case collected(window: String)
    /// The object version was seen before: nothing changed.
    case seen
    /// Below a route, but no input.
    case ignored(reason: String)
    /// No route leads here.
    case unrouted

    /// Work was made of it.
    var isNew: Bool {
        switch self {
        case .accepted, .requested, .collected: true
        case .seen, .ignored, .unrouted: false
        }
    }
}

extension ObjectEvent {
    static func insert(_ event: ObjectEvent, route: Route, outcome: ArrivalOutcome) -> Statement {
        let (uploadID, requestID, reason): (String?, String?, String?) =
            switch outcome {
            case .accepted(let uploadID): (uploadID, nil, nil)
            case .requested(let requestID): (nil, requestID, nil)
            case .ignored(let reason): (nil, nil, reason)
            case .collected, .seen, .unrouted: (nil, nil, nil)
            }
        return """
            insert into intake.object_events
                (bucket, object_key, object_version, etag, size_bytes, source, pipeline, occurred_at, upload_id, request_id,
                ignored_because)
            values (\(event.bucket)::text, \(event.key)::text, \(event.version)::text, \(event.etag)::text,
                \(event.byteCount)::bigint, \(event.source.rawValue)::text, \(route.pipeline.rawValue)::text,
                to_timestamp(\(event.occurredAt.timeIntervalSince1970)::float8), \(uploadID)::text, \(requestID)::uuid,
                \(reason)::text)
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
        select from intake.object_events
        where bucket = \(event.bucket)::text and object_key = \(event.key)::text
          and object_version = \(event.version)::text
        """
    }

    /// Objects of a listing that no event has announced: unknown, or written anew since. S3 lists times in whole seconds,
    /// without the rest: what was put right after the route was made seems to be older than it.
    static func selectNew(bucket: String, prefix: String, keys: [String], etags: [String], times: [String]) -> Statement
    {
        """
        select listed.key
        from unnest(\(keys)::text[], \(etags)::text[], \(times)::float8[]) as listed (key, etag, modified)
        join intake.routes r on r.bucket = \(bucket)::text and r.prefix = \(prefix)::text
        where to_timestamp(listed.modified) >= date_trunc('second', r.accepts_from)
          and not exists (
              select from intake.object_events e
              where e.bucket = \(bucket)::text and e.object_key = listed.key and e.etag = listed.etag
                and to_timestamp(listed.modified) <= greatest(e.occurred_at, e.received_at))
        """
    }
}

extension Session {
    /// Records an arrival and, in the same transaction, the upload and job it causes. Needs a transaction.
    /// - Parameter relayWindow: length of a window of the relay.
    public func arrive(
        _ event: ObjectEvent, relayWindow: Duration = RelaySettings().window
    ) throws -> ArrivalOutcome {
        guard let route = try route(bucket: event.bucket, key: event.key) else { return .unrouted }
        try execute(ObjectEvent.hold(event))
        guard try first(ObjectEvent.isSeen(event)) == nil else { return .seen }
        let outcome = event.key.hasSuffix("/") ? .ignored(reason: "a folder") : try begin(event, route, relayWindow)
        try execute(ObjectEvent.insert(event, route: route, outcome: outcome))
        return outcome
    }

    /// What the pipeline of the route makes of a new object.
    private func begin(
        _ event: ObjectEvent, _ route: Route, _ relayWindow: Duration
    ) throws -> ArrivalOutcome {
        switch route.pipeline {
        case .onboard: try beginUpload(event, route)
        case .relay: try beginRelay(event, window: relayWindow)
        case .enrich: try beginEnrichment(event, route)
        }
    }

    private func beginUpload(_ event: ObjectEvent, _ route: Route) throws -> ArrivalOutcome {
        if route.prefix == AnnouncedUploads.prefix { return try beginAnnouncedUpload(event) }
        guard let (vendorID, fileName) = route.destination(of: event.key) else {
            return .ignored(reason: "the key is not \(route.prefix)<vendor>/<file>")
        }
        var upload = Upload(
            uploadID: UploadID.make(), vendorID: vendorID, fileName: fileName, mode: route.mode, policy: route.policy,
            bucket: event.bucket, objectKey: event.key)
        upload.objectVersion = event.version
        upload.etag = event.etag
        upload.byteCount = event.byteCount
        try queueUpload(upload, source: event.source.rawValue)
        try enqueue(OnboardJob.job(upload))
        return .accepted(uploadID: upload.uploadID)
    }

    /// Mode, policy and vendor were said when the upload was announced.
    private func beginAnnouncedUpload(_ event: ObjectEvent) throws -> ArrivalOutcome {
        guard let uploadID = try takeSlot(bucket: event.bucket, objectKey: event.key) else {
            return .ignored(reason: "no announced upload waits for it")
        }
        var upload = Upload(uploadID: uploadID, vendorID: "", fileName: "", objectKey: event.key)
        upload.objectVersion = event.version
        upload.byteCount = event.byteCount
        guard let vendorID = try fillUpload(upload) else { return .ignored(reason: "its upload was cancelled") }
        upload.vendorID = vendorID
        try addEvent(uploadID, .queued(source: event.source.rawValue))
        try enqueue(OnboardJob.job(upload))
        return .accepted(uploadID: uploadID)
    }
}
