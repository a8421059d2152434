import Foundation
package import Intake
package import Postgres
package import Storage
package import Tabular
import Threads

/// Lists whose bytes come after the word: `POST /enrichment` announces a request, the object's arrival begins it.
///
/// The bytes go under `api-enrichments/<request id>.<format>`. Whether this service takes them or the store itself, an arrival
/// is recorded as for any other object.
package struct AnnouncedEnrichments: Sendable {
    /// Of all keys; a route leads from here.
    package static let prefix = "api-enrichments/"

    private let objects: AnnouncedObjects

    /// - Parameter bucket: by which `ObjectStores` finds the same store.
    package init(store: any ObjectStore, bucket: String, recorder: ArrivalRecorder) {
        // Defaults always encode.
        let options = try! RouteOptions(EnrichmentIntake.Options())
        objects = AnnouncedObjects(
            store, bucket: bucket, prefix: Self.prefix, pipeline: EnrichmentIntake.name, options: options,
            recorder: recorder)
    }

    /// Records the request.
    /// - Parameters:
    ///   - fence: begins the transaction; what it throws stops it.
    ///   - finish: ends the transaction, with the new request and the place of the answer.
    /// - Returns: where the store takes the bytes; nil if this service has to.
    package func announce(
        _ new: NewEnrichment, fence: @escaping @Sendable (Session) throws -> Void = { _ in },
        finish: @escaping @Sendable (Session, EnrichmentRequest, UploadLink?) throws -> Void = { _, _, _ in }
    ) async throws -> UploadLink? {
        let link = try await objects.uploadLink(to: Self.key(of: new.requestID), sha256: nil)
        try await objects.pool.transaction { session in
            try fence(session)
            try objects.expect(session)
            try session.addEnrichment(new)
            if let request = try session.enrichment(new.requestID) { try finish(session, request, link) }
        }
        return link
    }

    /// Stores the bytes of an announced request and lets its work begin, however many callers bring them.
    /// - Returns: whether a request of this id waits for them, or has them already.
    /// - Throws: `OtherBytesTaken`.
    package func fill(_ requestID: String, with file: ReceivedFile) async throws -> Bool {
        guard let request = try await objects.pool.run({ try $0.enrichment(requestID) }) else { return false }
        let key = Self.key(of: request.requestID)
        guard request.waitsForUpload else { return try await objects.has(file, at: key) }
        try await objects.put(key, file)
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
    package static func read(
        _ file: ReceivedFile, limits: FileLimits, encoding: String?
    ) async throws -> ContactSpool {
        try await onThread(named: "contacts") {
            try withExtendedLifetime(file) {
                try read(try LocalFile(path: file.file.path), limits: limits, encoding: encoding)
            }
        }
    }
}
