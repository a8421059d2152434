import Jobs
import Logging
import Postgres

/// Every half a minute: what the other jobs could have left undone.
struct RelayUpkeepJob: JobHandler {
    let kind = RelayJob.upkeepKind
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let orphans = try await pool.transaction { session in
            try session.sealWindows()
            let orphans = try session.execute(RelayWindow.putBackOrphans)
            try session.dispatchWindows()
            try session.finish(job)
            return orphans
        }
        if orphans > 0 { logger.warning("relay.windows.repaired", metadata: ["windows": .stringConvertible(orphans)]) }
        return .finishedByHandler
    }
}

/// Every half a minute: says what an operator should know. A job of its own: it says so whatever else fails.
struct RelayAlertsJob: JobHandler {
    let kind = RelayJob.alertsKind
    let pool: Pool
    let settings: RelaySettings

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let changes = try await pool.transaction { session in
            try session.settleReplaced()
            let changes = try session.updateAlerts(settings)
            try session.finish(job)
            return changes
        }
        for (kind, detail) in changes.raised {
            logger.error("relay.alert.raised", metadata: ["alert": "\(kind)", "detail": "\(detail)"])
        }
        for kind in changes.cleared { logger.notice("relay.alert.cleared", metadata: ["alert": "\(kind)"]) }
        return .finishedByHandler
    }
}

extension Session {
    /// Objects that were altered before they were read, and whose next version arrived after they had been missed.
    func settleReplaced() throws {
        for opensAt in try query(RelayAlert.selectAltered).map({ WindowTime(microseconds: try $0.get("opens_at")) }) {
            guard try execute(RelayMember.markReplaced(opensAt)) > 0 else { continue }
            try execute(RelayMember.countMissing(opensAt))
            try execute(RelayAlert.clearSettled(opensAt))
            try execute(RelayAlert.raiseMissing(opensAt))
        }
    }

    /// Raises and clears the alerts about the backlog.
    /// - Returns: what changed.
    func updateAlerts(_ settings: RelaySettings) throws -> (raised: [(String, String)], cleared: [String]) {
        guard let row = try first(RelayAlert.backlog) else { return ([], []) }
        let untaken = try query(RelayAlert.selectUntaken(for: RelayBacklog.patience)).map { row in
            try RelayBacklog.Untaken(
                target: row.get("target"), windows: row.get("windows"), isPaused: row.get("is_paused"))
        }
        let backlog = try RelayBacklog(
            windows: row.get("windows"), seconds: row.get("seconds"), ageSeconds: row.get("age"), untaken: untaken)
        let alerts = backlog.alerts(settings)
        var (raised, cleared): ([(String, String)], [String]) = ([], [])
        for kind in RelayAlert.Kind.allCases {
            if let detail = alerts[kind] {
                if try first(RelayAlert.raise(kind, detail)) != nil { raised.append((kind.rawValue, detail)) }
            } else if try execute(RelayAlert.clear(kind)) > 0 {
                cleared.append(kind.rawValue)
            }
        }
        return (raised, cleared)
    }
}
