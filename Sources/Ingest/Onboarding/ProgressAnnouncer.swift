import Postgres
import Threads

/// Passes progress on, twice a second at most, over another connection than the one at work, as long as somebody watches.
final class ProgressAnnouncer: Sendable {
    private static let pause = Duration.milliseconds(500)

    private let uploadID: String
    private let pool: Pool
    private let watched: WatchedUploads
    private let next = Locked(ContinuousClock.now)

    init(_ uploadID: String, _ resources: UploadJobResources) {
        self.uploadID = uploadID
        (pool, watched) = (resources.pool, resources.watched)
    }

    @Sendable func report(_ progress: OnboardingProgress) {
        let isDue = next.withLock { next in
            guard next <= .now else { return false }
            next = .now + Self.pause
            return true
        }
        guard isDue, watched.contains(uploadID) else { return }
        // Nobody waits for it, and a lost one is followed by another.
        Task { [pool, uploadID] in try? await pool.run { $0.announce(uploadID, progress) } }
    }
}
