package import Catalog
import Foundation
package import Intake
import Jobs
import OpenSSL
package import Postgres
package import Storage
import Text
import Threads

/// Uploads that are announced before their bytes come: `POST /uploads` records a pending upload, the arrival of its object makes it
/// a queued one.
///
/// The bytes go under `api-uploads/<VENDOR>/<UPLOAD_ID>/<file>`. Whether this service takes them or the store itself, an
/// arrival is recorded as for any other object: at once by who took them, else by an event or the poller.
package struct AnnouncedUploads: Sendable {
    /// Of all keys; a route leads from here.
    package static let prefix = "api-uploads/"

    private let objects: AnnouncedObjects
    private let activeVendors = Locked(RecentNames())
    private var pool: Pool { objects.pool }

    /// - Parameter bucket: by which `ObjectStores` finds the same store.
    package init(store: any ObjectStore, bucket: String, recorder: ArrivalRecorder) {
        // Defaults always encode.
        let options = try! RouteOptions(OnboardIntake.Options())
        objects = AnnouncedObjects(
            store, bucket: bucket, prefix: Self.prefix, pipeline: OnboardIntake.name, options: options,
            recorder: recorder)
    }

    /// What somebody wants to upload.
    package struct Announcement: Sendable {
        package var vendorID: String
        package var fileName: String
        package var mode = UploadMode.create
        package var policy = UploadPolicy.loadValid
        package var isDryRun = false
        package var emptyCells = EmptyCells.clear
        package var missingProducts = MissingProducts.keep
        package var encoding: String?
        /// Name of one of the vendor's mappings.
        package var mapping: String?
        /// Of a workbook.
        package var sheet: String?
        /// The upload whose rejected rows the file brings back, corrected.
        package var parentUploadID: String?
        /// 64 lower-case hexadecimal digits; the bytes must have it.
        package var fileSHA256: String?

        package init(vendorID: String, fileName: String) {
            self.vendorID = vendorID
            self.fileName = fileName
        }
    }

    /// Where to PUT the bytes.
    package enum Destination: Sendable {
        /// The store.
        case store(UploadLink)
        /// This service, which asks for the token.
        /// - Parameter expiresAt: ISO 8601, UTC.
        case service(token: String, expiresAt: String)
    }

    /// Records the upload and says where its bytes go: once, within 24 hours.
    /// - Parameters:
    ///   - fence: begins the transaction; what it throws stops it.
    ///   - finish: ends the transaction, with the upload's id.
    /// - Throws: `AnnouncementError`.
    package func announce(
        _ announcement: Announcement, fence: @escaping @Sendable (Session) throws -> Void = { _ in },
        finish: @escaping @Sendable (Session, String, Destination) throws -> Void = { _, _, _ in }
    ) async throws -> (uploadID: String, Destination) {
        var (upload, pending) = make(announcement)
        let link = try await objects.uploadLink(to: pending.objectKey, sha256: announcement.fileSHA256)
        let token = (0..<32).map { _ in UInt8.random(in: 0...255) }.hex
        if link == nil { pending.putTokenSHA256 = Self.hash(token) }
        let destination = try await pool.transaction { [upload, pending] session in
            try fence(session)
            let expiresAt = try record(upload, pending, session)
            let destination = link.map { Destination.store($0) } ?? .service(token: token, expiresAt: expiresAt)
            try finish(session, upload.uploadID, destination)
            return destination
        }
        return (upload.uploadID, destination)
    }

    /// Takes bytes that were not announced before. They are stored first: while the store is away nothing is recorded,
    /// and no upload stands in the history that waits in vain.
    /// - Parameters:
    ///   - fence: begins the transaction; what it throws stops it.
    ///   - finish: joins the transaction, with the upload's id.
    /// - Throws: `AnnouncementError`.
    /// - Returns: the upload's id.
    package func take(
        _ file: ReceivedFile, for announcement: Announcement,
        fence: @escaping @Sendable (Session) throws -> Void = { _ in },
        finish: @escaping @Sendable (Session, String) throws -> Void = { _, _ in }
    ) async throws -> String {
        let (upload, pending) = make(announcement)
        try pending.verify(file)
        // So that nobody fills the store in vain; whether it still holds, the transaction asks again.
        if !activeVendors.withLock({ $0.holds(upload.vendorID, at: .now) }) {
            try await pool.run { try checkVendor(upload, $0) }
            activeVendors.withLock { $0.note(upload.vendorID, at: .now) }
        }
        try await objects.putNew(pending.objectKey, file) { session, event in
            try fence(session)
            try begin(upload, event, session)
            try finish(session, upload.uploadID)
            return .accepted("upload_id", upload.uploadID)
        }
        return upload.uploadID
    }

    /// Records an upload whose bytes are there, and the job that takes it up.
    private func begin(_ upload: Upload, _ event: ObjectEvent, _ session: Session) throws {
        try checkVendor(upload, session)
        var upload = upload
        upload.objectVersion = event.version
        upload.byteCount = event.byteCount
        try session.queueUpload(upload, source: event.source.rawValue)
        try session.enqueueLater(OnboardJob.job(upload))
    }

    /// The pending upload behind a link to this service.
    /// - Returns: nil if the token is unknown, used or expired.
    package func pendingUpload(token: String) async throws -> PendingUpload? {
        try await pool.run { try $0.pendingUpload(putTokenSHA256: Self.hash(token)) }
    }

    /// Stores the bytes of an announced upload and lets its work begin, however many callers bring them.
    /// - Throws: `AnnouncementError` if they are not those announced, or others came first.
    package func fill(_ pending: PendingUpload, with file: ReceivedFile) async throws {
        try pending.verify(file)
        do {
            try await objects.put(pending.objectKey, file, tokenSHA256: pending.putTokenSHA256)
        } catch is OtherBytesTaken {
            throw AnnouncementError.otherBytesTaken
        }
    }

    /// What came by a link that has been used.
    /// - Returns: upload and SHA-256 of the bytes; nil if the token was never used.
    package func received(token: String) async throws -> (uploadID: String, sha256: String)? {
        guard let object = try await objects.received(tokenSHA256: Self.hash(token)) else { return nil }
        let parts = object.key.behind(Self.prefix)?.partsOfKey ?? []
        return parts.count > 1 ? (parts[1], object.sha256) : nil
    }

    /// - Returns: until when its bytes are waited for.
    private func record(_ upload: Upload, _ pending: PendingUpload, _ session: Session) throws -> String {
        try checkVendor(upload, session)
        try objects.expect(session)
        return try session.announceUpload(upload, pending: pending)
    }

    private func checkVendor(_ upload: Upload, _ session: Session) throws {
        guard let vendor = try session.vendor(upload.vendorID) else { throw AnnouncementError.unknownVendor }
        guard vendor.status == .active else { throw AnnouncementError.vendorSuspended }
        if let name = upload.mapping, try session.mapping(upload.vendorID, name) == nil {
            throw AnnouncementError.unknownMapping(name)
        }
    }

    private func make(_ announcement: Announcement) -> (Upload, PendingUpload) {
        let uploadID = UploadID.make()
        let key = "\(Self.prefix)\(announcement.vendorID)/\(uploadID)/\(announcement.fileName)"
        var upload = Upload(
            uploadID: uploadID, vendorID: announcement.vendorID, fileName: announcement.fileName,
            mode: announcement.mode, policy: announcement.policy, bucket: objects.bucket, objectKey: key)
        (upload.isDryRun, upload.keepsFile) = (announcement.isDryRun, announcement.isDryRun)
        (upload.encoding, upload.sheet, upload.mapping) = (
            announcement.encoding, announcement.sheet, announcement.mapping
        )
        upload.announcedSHA256 = announcement.fileSHA256
        upload.parentUploadID = announcement.parentUploadID
        (upload.emptyCells, upload.missingProducts) = (announcement.emptyCells, announcement.missingProducts)
        let pending = PendingUpload(
            uploadID: uploadID, bucket: objects.bucket, objectKey: key, fileSHA256: announcement.fileSHA256)
        return (upload, pending)
    }

    private static func hash(_ token: String) -> String { SHA256.hash(Array(token.utf8)).hex }
}

/// Why an upload is not taken.
package enum AnnouncementError: Error, Equatable {
    case unknownVendor, vendorSuspended
    /// The vendor has none of this name.
    case unknownMapping(String)
    /// The bytes have another SHA-256 than was said.
    case digestDiffers(actual: String)
    /// Another caller brought other bytes first.
    case otherBytesTaken
}

/// Names that were found good less than a minute ago. Pure.
private struct RecentNames {
    private static let memory = Duration.seconds(60)
    private static let most = 10_000

    private var seen: [String: ContinuousClock.Instant] = [:]

    func holds(_ name: String, at now: ContinuousClock.Instant) -> Bool {
        seen[name].map { now - $0 < Self.memory } ?? false
    }

    mutating func note(_ name: String, at now: ContinuousClock.Instant) {
        if seen.count >= Self.most { seen = [:] }
        seen[name] = now
    }
}

extension PendingUpload {
    /// - Throws: `AnnouncementError`.
    fileprivate func verify(_ file: ReceivedFile) throws(AnnouncementError) {
        if let fileSHA256, fileSHA256 != file.sha256 { throw .digestDiffers(actual: file.sha256) }
    }
}
