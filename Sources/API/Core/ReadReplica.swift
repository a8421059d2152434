import Jobs
package import Logging
package import Postgres
import ServiceLifecycle
import Threads

/// A standby that answers what may be some seconds old, as long as it is no older than that.
///
/// It is asked, and so is the primary, several times within the bound; whatever keeps it from answering, reads go to the primary.
package struct ReadReplica: Service {
    private enum State { case unknown, fresh, behind }

    let pool: Pool
    private let primary: Pool
    private let bound: Duration
    private let logger: Logger
    private let lag = Locked(ReplicaLag())
    private let told = Locked(State.unknown)

    /// - Parameters:
    ///   - pool: leads to the standby.
    ///   - bound: how old an answer may be.
    package init(pool: Pool, primary: Pool, bound: Duration, logger: Logger) {
        self.pool = pool
        self.primary = primary
        self.bound = bound
        self.logger = logger
    }

    /// Whether its answers are no older than they may be.
    var isFresh: Bool { lag.withLock { $0.lag(at: .now) }.map { $0 <= bound } ?? false }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await look()
                } catch {
                    logger.debug("reads.replica.failed", metadata: ["error": "\(error)"])
                }
                tell()
                // Only cancellation ends the sleep early, and the loop's condition sees it.
                try? await Task.sleep(for: min(.seconds(1), bound / 5))
            }
        }
        await pool.close()
    }

    /// It failed: others are spared until it has answered the next look.
    func doubt(_ error: any Error) {
        lag.withLock { $0 = ReplicaLag() }
        logger.info("reads.replica.failed", metadata: ["error": "\(error)"])
    }

    private func look() async throws {
        let now = ContinuousClock.now
        let position: Int? = try await primary.run { try $0.first(ReplicaQueries.primaryPosition)?.get("position") }
        let replayed: Int? = try await pool.run { try $0.first(ReplicaQueries.replayedPosition)?.get("position") }
        if let position { lag.withLock { $0.note(position, at: now, replayed: replayed) } }
    }

    /// Once each time it changes.
    private func tell() {
        let state = isFresh ? State.fresh : .behind
        let isNews = told.withLock { told in
            defer { told = state }
            return told != state
        }
        guard isNews else { return }
        if state == .fresh {
            logger.notice("reads.replica.used")
        } else {
            logger.warning("reads.replica.behind", metadata: ["bound_seconds": "\(Int(bound.seconds))"])
        }
    }
}
