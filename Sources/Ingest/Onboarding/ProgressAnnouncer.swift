import Logging
import Postgres
import Threads

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

extension Pool {
    /// The same, by itself. A failure is not a reason to do the work again.
    func announce(_ uploadID: String, _ logger: Logger) async {
        do {
            try await run { try $0.announceChange(of: uploadID) }
        } catch {
            logger.debug("upload.announcement.failed", metadata: ["error": "\(error)"])
        }
    }
}
