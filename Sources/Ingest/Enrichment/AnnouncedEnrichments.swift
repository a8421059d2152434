import Foundation
import Postgres
import Threads

/// Lists whose bytes come after the word: `POST /enrichment` announces a request, the object's arrival begins it.
///
/// The bytes go under `api-enrichments/<request id>.<format>`. Whether this service takes them or the store itself, an arrival
/// is recorded as for any other object.
public struct AnnouncedEnrichments: Sendable {
    /// Of all keys; a route leads from here.
    public static let prefix = "api-enrichments/"

    private let pool: Pool
    private let store: any ObjectStore
    private let bucket: String

    /// - Parameter bucket: by which `ObjectStores` finds the same store.
    public init(pool: Pool, store: any ObjectStore, bucket: String) {
        self.pool = pool
        self.store = store
        self.bucket = bucket
    }

    /// Records the request.
    /// - Returns: where the store takes the bytes; nil if this service has to.
    public func announce(_ new: NewEnrichment) async throws -> UploadLink? {
        let link = try await store.uploadLink(to: Self.key(of: new.requestID), sha256: nil)
        try await pool.transaction { session in
            try session.ensureRoute(Route(bucket: bucket, prefix: Self.prefix, pipeline: .enrich))
            try session.addEnrichment(new)
        }
        return link
    }

    /// Stores the bytes of an announced request and lets its work begin.
    /// - Returns: whether a request of this id waits for them.
    public func fill(_ requestID: String, with file: ReceivedFile) async throws -> Bool {
        guard let request = try await pool.run({ try $0.enrichment(requestID) }), request.waitsForUpload else {
            return false
        }
        try await file.arrive(as: Self.key(of: request.requestID), in: store, bucket: bucket, pool)
        return true
    }

    /// What it is written in shows in its bytes: the key does not say it.
    private static func key(of requestID: String) -> String { "\(prefix)\(requestID).list" }
}

extension EnrichmentRequest {
    /// It was announced, and its bytes have not come.
    var waitsForUpload: Bool { source == .api && status == .accepted && object == nil }
}

/// A list that came in the body of a request.
extension ContactSpool {
    /// - Throws: `EnrichmentFailure`.
    public static func read(_ file: ReceivedFile, limits: UploadLimits) async throws -> ContactSpool {
        try await onThread(named: "contacts") { try read(try LocalFile(path: file.path), limits: limits) }
    }
}
