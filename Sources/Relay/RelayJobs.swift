import Foundation
package import Jobs
import Logging
package import Postgres
package import Storage
import Telemetry

/// The jobs of the relay: a window is sealed when its time is over, then handed out, packed, delivered and verified.
package enum RelayJob {
    /// Of windows that are packed for the target without a name.
    package static let queue = "relay"
    /// Of everything else, which needs no target and takes moments: slow transfers do not keep it waiting.
    static let bookkeeping = "relay-upkeep"
    static let sealKind = "relay.seal"
    static let dispatchKind = "relay.dispatch"
    static let packKind = "relay.pack"
    static let upkeepKind = "relay.upkeep"
    static let alertsKind = "relay.alerts"

    /// Of windows that are packed for a target: each has its own, so that a slow one takes the workers of no other, and those that it has are
    /// claimed by processes that know it.
    package static func queue(of target: String) -> String { target.isEmpty ? queue : "\(queue)_\(target)" }

    static func seal(_ opensAt: WindowTime, in delay: Duration) -> NewJob {
        NewJob(
            queue: bookkeeping, kind: sealKind, payload: payload(opensAt), priority: 1, delay: max(.zero, delay),
            uniqueKey: "\(sealKind)@\(opensAt)")
    }

    /// Of each failure one of its own: another one's, that is due later or has just begun, would leave the window waiting.
    static func dispatch(in delay: Duration) -> NewJob {
        NewJob(queue: bookkeeping, kind: dispatchKind, priority: 1, delay: delay)
    }

    /// Whoever seals a window sees to the alerts, too: even if no worker that relays is left to do it every half a minute.
    static let alerts = NewJob(queue: bookkeeping, kind: alertsKind, priority: 1, uniqueKey: alertsKind)

    /// Fresh windows go before the backlog.
    static func pack(_ window: RelayWindow, isFresh: Bool) -> NewJob {
        NewJob(
            queue: queue(of: window.target), kind: packKind, payload: payload(window.opensAt),
            priority: isFresh ? 2 : 3,
            uniqueKey: "\(packKind)@\(window.opensAt)")
    }

    private static func payload(_ opensAt: WindowTime) -> String { #"{"window": "\#(opensAt)"}"# }
}

extension Job {
    /// - Throws: `JobError.permanent`: such a job was not made by us.
    fileprivate func window() throws -> WindowTime {
        struct Payload: Decodable { var window: String }
        do {
            let payload = try JSONDecoder().decode(Payload.self, from: Data(payload.utf8))
            guard let opensAt = WindowTime(payload.window) else {
                throw JobError.permanent(reason: "'\(payload.window)' is not the time of a window")
            }
            return opensAt
        } catch is DecodingError {
            throw JobError.permanent(reason: "the payload lacks window")
        }
    }
}

/// What the relay's jobs need.
package struct RelayResources: Sendable {
    let pool: Pool
    let stores: any ObjectStores
    package let targets: [String: any ArchiveStore]
    let settings: RelaySettings

    /// - Parameters:
    ///   - pool: at least as many connections as jobs run at once.
    ///   - targets: by name; the empty one is that of routes that name none.
    package init(pool: Pool, stores: any ObjectStores, targets: [String: any ArchiveStore], settings: RelaySettings) {
        self.pool = pool
        self.stores = stores
        self.targets = targets
        self.settings = settings
    }

    /// All handlers of the relay; without a target those that need none.
    package var handlers: [any JobHandler] {
        (targets.isEmpty ? [] : [PackJob(resources: self)]) + [
            SealJob(pool: pool), DispatchJob(pool: pool), RelayUpkeepJob(pool: pool),
            RelayAlertsJob(pool: pool, settings: settings),
        ]
    }

    /// What workers that relay enqueue by themselves.
    package static let periodic = [RelayJob.upkeepKind, RelayJob.alertsKind].map { kind in
        PeriodicJob(NewJob(queue: RelayJob.bookkeeping, kind: kind, priority: 1), everySeconds: 30)
    }
}

/// Ends a window when its time is over.
struct SealJob: JobHandler {
    let kind = RelayJob.sealKind
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let opensAt = try job.window()
        try await pool.transaction { session in
            try session.sealWindows(opensAt)
            try session.dispatchWindows()
            try session.enqueue(RelayJob.alerts)
            try session.finish(job)
        }
        return .finishedByHandler
    }
}

/// Tries again after a failure.
struct DispatchJob: JobHandler {
    let kind = RelayJob.dispatchKind
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await pool.transaction { session in
            try session.dispatchWindows()
            try session.finish(job)
        }
        return .finishedByHandler
    }
}

/// Packs, delivers and verifies a window. A failure of a store does not fail the job: the window waits, for days if need be.
struct PackJob: JobHandler {
    let kind = RelayJob.packKind
    let resources: RelayResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let opensAt = try job.window()
        guard let window = try await begin(opensAt, job) else { return .finishedByHandler }
        do {
            guard let target = resources.targets[window.target] else {
                throw RelayFailure(cause: .target, error: UnknownTarget(name: window.target))
            }
            let pipeline = RelayPipeline(
                pool: resources.pool, stores: resources.stores, target: target,
                settings: resources.settings.hastened(attempt: job.attempt), logger: logger,
                progress: { job.progress.report() })
            try await pipeline.run(window) { session, stores in
                try session.execute(RelayWindow.endOutage(stores.sorted(), of: window))
                try session.finish(job)
                try session.dispatchWindows()
            }
            logger.info("relay.window.verified")
        } catch let failure as RelayFailure {
            try await record(failure, window, job, logger)
        }
        return .finishedByHandler
    }

    /// - Returns: nil if the window waits again, or was done: the job is finished then.
    private func begin(_ opensAt: WindowTime, _ job: Job) async throws -> RelayWindow? {
        try await resources.pool.transaction { session in
            let window = try session.beginWindow(opensAt)
            if window == nil { try session.finish(job) }
            return window
        }
    }

    private func record(_ failure: RelayFailure, _ window: RelayWindow, _ job: Job, _ logger: Logger) async throws {
        let pause = pause(after: window.attempt)
        let text = String(failure.description.prefix(2000))
        try await resources.pool.transaction { session in
            try session.execute(
                RelayWindow.fail(window, waitsFor: failure.cause.rawValue, error: text, pause: pause))
            try session.finish(job)
            try session.enqueue(RelayJob.dispatch(in: pause))
        }
        MetricFamily.relayFailures.add(1, failure.cause.rawValue)
        logger.warning(
            "relay.window.failed", metadata: ["waits_for": "\(failure.cause.rawValue)", "error": "\(text)"])
    }

    private func pause(after attempt: Int) -> Duration {
        min(resources.settings.longestPause, resources.settings.pause * (1 << min(20, max(0, attempt - 1))))
    }

    /// Its worker died again and again: the window waits a moment, and somebody hears of it.
    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        try session.giveUpWindow(try job.window(), attempts: job.attempt, error: error)
    }
}
