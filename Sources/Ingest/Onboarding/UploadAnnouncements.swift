import Foundation
import Logging
import Postgres
import Threads

/// What is told about uploads while they are at work, over NOTIFY: nobody has to listen, and nothing depends on it.
package struct UploadAnnouncement: Sendable, Codable, Equatable {
    /// The channel of all uploads.
    package static let channel = "catalog.uploads"

    package var uploadId: String
    /// What is being done; nil if the upload's row changed.
    package var phase: String?
    /// Data rows passed in this phase.
    package var rows: Int?
    /// 0 to 1 of this phase, where the size is known.
    package var fraction: Double?

    init(_ uploadID: String, _ progress: OnboardingProgress? = nil) {
        uploadId = uploadID
        phase = progress?.phase.rawValue
        rows = progress?.rows
        fraction = progress?.fraction.map { ($0 * 1000).rounded() / 1000 }
    }

    /// Reads the payload of a notification; nil if it is none of ours.
    package init?(payload: String) {
        // What cannot be read is somebody else's.
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(payload.utf8)) else { return nil }
        self = read
    }

    var statement: Statement {
        // Texts and numbers always encode.
        let payload = String(decoding: try! JSONEncoder().encode(self), as: UTF8.self)
        return "select pg_notify(\(Self.channel)::text, \(payload)::text)"
    }
}

extension Session {
    /// Tells whoever watches that the upload's row changed. Not for the transaction of a large load.
    func announceChange(of uploadID: String) throws {
        try execute(UploadAnnouncement(uploadID).statement)
    }
}

extension Pool {
    /// The same, by itself. That it failed is no reason to do the work again.
    func announce(_ uploadID: String, _ logger: Logger) async {
        do {
            try await run { try $0.announceChange(of: uploadID) }
        } catch {
            logger.debug("upload.announcement.failed", metadata: ["error": "\(error)"])
        }
    }
}

/// Passes progress on, twice a second at most, over another connection than the one at work.
final class ProgressAnnouncer: Sendable {
    private static let pause = Duration.milliseconds(500)

    private let uploadID: String
    private let pool: Pool
    private let next = Locked(ContinuousClock.now)

    init(_ uploadID: String, _ pool: Pool) {
        self.uploadID = uploadID
        self.pool = pool
    }

    @Sendable func report(_ progress: OnboardingProgress) {
        let isDue = next.withLock { next in
            guard next <= .now else { return false }
            next = .now + Self.pause
            return true
        }
        guard isDue else { return }
        let statement = UploadAnnouncement(uploadID, progress).statement
        // Nobody waits for it, and a lost one is followed by another.
        Task { [pool] in _ = try? await pool.run { _ = try $0.query(statement) } }
    }
}
