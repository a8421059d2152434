import Catalog
import Foundation
import Intake
import OpenSSL
import Postgres
import Storage

/// Uploads whose bytes come after the word: `POST /uploads` opens a slot, the object's arrival fills it.
///
/// The bytes go under `api-uploads/<VENDOR>/<UPLOAD_ID>/<file>`. Whether this service takes them or the store itself, an
/// arrival is recorded as for any other object: at once by who took them, else by an event or the poller.
package struct AnnouncedUploads: Sendable {
    /// Of all keys; a route leads from here.
    package static let prefix = "api-uploads/"

    private let objects: AnnouncedObjects
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
        /// 64 lower-case hexadecimal digits; the bytes must have it.
        package var fileSHA256: String?

        package init(vendorID: String, fileName: String) {
            self.vendorID = vendorID
            self.fileName = fileName
        }
    }

    /// Where a PUT takes the bytes.
    package enum Place: Sendable {
        /// The store.
        case store(UploadLink)
        /// This service, which asks for the token.
        case service(token: String)
    }

    /// Records the upload and gives a place for its bytes, good once and for 24 hours.
    /// - Parameters:
    ///   - fence: begins the transaction; what it throws stops it.
    ///   - finish: ends the transaction, with the upload's id.
    /// - Throws: `AnnouncementError`.
    package func announce(
        _ announcement: Announcement, fence: @escaping @Sendable (Session) throws -> Void = { _ in },
        finish: @escaping @Sendable (Session, String, Place) throws -> Void = { _, _, _ in }
    ) async throws -> (uploadID: String, Place) {
        var (upload, slot) = make(announcement)
        let link = try await objects.uploadLink(to: slot.objectKey, sha256: announcement.fileSHA256)
        let token = (0..<32).map { _ in UInt8.random(in: 0...255) }.hex
        if link == nil { slot.putTokenSHA256 = Self.hash(token) }
        let place = link.map { Place.store($0) } ?? .service(token: token)
        try await pool.transaction { [upload, slot] session in
            try fence(session)
            try record(upload, slot, session)
            try finish(session, upload.uploadID, place)
        }
        return (upload.uploadID, place)
    }

    /// Takes bytes for which no place was asked before. They are stored first: while the store is away nothing is recorded,
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
        let (upload, slot) = make(announcement)
        try slot.verify(file)
        // So that nobody fills the store in vain; whether it still holds, the transaction asks again.
        try await pool.run { try checkVendor(upload, $0) }
        try await objects.put(slot.objectKey, file) { session in
            try fence(session)
            try record(upload, slot, session)
            try finish(session, upload.uploadID)
        }
        return upload.uploadID
    }

    /// The slot behind a link to this service.
    /// - Returns: nil if the token is unknown, used or has ended.
    package func slot(token: String) async throws -> UploadSlot? {
        try await pool.run { try $0.slot(putTokenSHA256: Self.hash(token)) }
    }

    /// Stores the bytes of an announced upload and lets its work begin, however many callers bring them.
    /// - Throws: `AnnouncementError` if they are not those announced, or others came first.
    package func fill(_ slot: UploadSlot, with file: ReceivedFile) async throws {
        try slot.verify(file)
        do {
            try await objects.put(slot.objectKey, file, tokenSHA256: slot.putTokenSHA256)
        } catch is OtherBytesTaken {
            throw AnnouncementError.otherBytesTaken
        }
    }

    /// What came by a link that has been used.
    /// - Returns: upload and SHA-256 of the bytes; nil if the token was never used.
    package func received(token: String) async throws -> (uploadID: String, sha256: String)? {
        guard let object = try await objects.received(tokenSHA256: Self.hash(token)) else { return nil }
        let parts = object.key.dropFirst(Self.prefix.count).split(separator: "/")
        return parts.count > 1 ? (String(parts[1]), object.sha256) : nil
    }

    private func record(_ upload: Upload, _ slot: UploadSlot, _ session: Session) throws {
        try checkVendor(upload, session)
        try objects.expect(session)
        try session.announceUpload(upload, slot: slot)
    }

    private func checkVendor(_ upload: Upload, _ session: Session) throws {
        guard let vendor = try session.vendor(upload.vendorID) else { throw AnnouncementError.unknownVendor }
        guard vendor.status == .active else { throw AnnouncementError.vendorSuspended }
    }

    private func make(_ announcement: Announcement) -> (Upload, UploadSlot) {
        let uploadID = UploadID.make()
        let key = "\(Self.prefix)\(announcement.vendorID)/\(uploadID)/\(announcement.fileName)"
        var upload = Upload(
            uploadID: uploadID, vendorID: announcement.vendorID, fileName: announcement.fileName,
            mode: announcement.mode, policy: announcement.policy, bucket: objects.bucket, objectKey: key)
        upload.isDryRun = announcement.isDryRun
        upload.encoding = announcement.encoding
        upload.announcedSHA256 = announcement.fileSHA256
        (upload.emptyCells, upload.missingProducts) = (announcement.emptyCells, announcement.missingProducts)
        let slot = UploadSlot(
            uploadID: uploadID, bucket: objects.bucket, objectKey: key, fileSHA256: announcement.fileSHA256)
        return (upload, slot)
    }

    private static func hash(_ token: String) -> String { SHA256.hash(Array(token.utf8)).hex }
}

/// Why an upload is not taken.
package enum AnnouncementError: Error, Equatable {
    case unknownVendor, vendorSuspended
    /// The bytes have another SHA-256 than was said.
    case digestDiffers(actual: String)
    /// Another caller brought other bytes first.
    case otherBytesTaken
}

extension UploadSlot {
    /// - Throws: `AnnouncementError`.
    fileprivate func verify(_ file: ReceivedFile) throws(AnnouncementError) {
        if let fileSHA256, fileSHA256 != file.sha256 { throw .digestDiffers(actual: file.sha256) }
    }
}
