import Postgres
import Storage

/// Objects that are announced before their bytes come, over HTTP: the store takes the bytes by a link, or this service does.
///
/// Each pipeline has a prefix for them in the bucket of uploads, and a route that leads from there. Whoever took the bytes,
/// their arrival is recorded as for any other object.
package struct AnnouncedObjects: Sendable {
    package let bucket: String
    package let prefix: String
    package let pool: Pool
    private let route: Route
    private let store: any ObjectStore
    private let recorder: ArrivalRecorder

    /// - Parameters:
    ///   - bucket: by which `ObjectStores` finds the same store.
    ///   - prefix: of all keys; ends in a slash.
    ///   - pipeline: by which its route names it.
    package init(
        _ store: any ObjectStore, bucket: String, prefix: String, pipeline: String, options: RouteOptions = .none,
        recorder: ArrivalRecorder
    ) {
        self.store = store
        self.bucket = bucket
        self.prefix = prefix
        self.recorder = recorder
        pool = recorder.pool
        route = Route(bucket: bucket, prefix: prefix, pipeline: pipeline, options: options)
    }

    /// A link to which anybody can PUT the object.
    /// - Returns: nil if the store takes nothing from outside: this service does then.
    package func uploadLink(to key: String, sha256: String?) async throws -> UploadLink? {
        try await store.uploadLink(to: key, sha256: sha256)
    }

    /// Makes sure that the object's arrival will be noticed. Belongs into the transaction that announces it.
    package func expect(_ session: Session) throws { try session.ensureRoute(route) }

    /// Stores bytes that this service took and records their arrival. Repeating it changes nothing.
    package func put(_ key: String, _ file: ReceivedFile) async throws {
        try await store.put(key, contentsOf: file.file)
        guard let object = try await store.head(key) else {
            throw ObjectStoreError(reason: "'\(key)' vanished after it was stored", isGone: true)
        }
        let event = ObjectEvent(
            source: .api, bucket: bucket, key: key, versionID: object.version, etag: object.etag,
            byteCount: object.size, occurredAt: object.lastModified)
        _ = try await recorder.record(event)
    }
}
