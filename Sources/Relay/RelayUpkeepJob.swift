import Jobs
import Logging
import Postgres

/// Every half a minute: what the other jobs could have left undone, alerts, and partitions.
struct RelayUpkeepJob: JobHandler {
    let kind = RelayJob.upkeepKind
    let pool: Pool
    let settings: RelaySettings

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await keepPartitions(logger)
        let (orphans, changes) = try await pool.transaction { session in
            try session.sealWindows()
            let orphans = try session.execute(RelayWindow.putBackOrphans)
            try session.dispatchWindows()
            let changes = try session.updateAlerts(settings)
            try session.finish(job)
            return (orphans, changes)
        }
        if orphans > 0 { logger.warning("relay.windows.repaired", metadata: ["windows": "\(orphans)"]) }
        for (kind, detail) in changes.raised {
            logger.error("relay.alert.raised", metadata: ["alert": "\(kind)", "detail": "\(detail)"])
        }
        for kind in changes.cleared { logger.notice("relay.alert.cleared", metadata: ["alert": "\(kind)"]) }
        return .finishedByHandler
    }

    /// In transactions of their own: they lock the whole table for a moment.
    private func keepPartitions(_ logger: Logger) async throws {
        let days = settings.retentionDays
        let dropped = try await pool.transaction { session in
            try session.execute(RelayWindow.ensurePartitions)
            return try session.query(RelayWindow.dropPartitions(days: days)).map { $0[0] ?? "" }
        }
        for name in dropped { logger.notice("relay.members.dropped", metadata: ["partition": "\(name)"]) }
    }
}

extension Session {
    /// Raises and clears the alerts about the backlog.
    /// - Returns: what changed.
    func updateAlerts(_ settings: RelaySettings) throws -> (raised: [(String, String)], cleared: [String]) {
        guard let row = try first(RelayAlert.backlog) else { return ([], []) }
        let backlog = try RelayBacklog(
            windows: row.get("windows"), seconds: row.get("seconds"), ageSeconds: row.get("age"))
        let alerts = backlog.alerts(settings)
        var (raised, cleared): ([(String, String)], [String]) = ([], [])
        for kind in [RelayAlert.Kind.backlog, .age] {
            if let detail = alerts[kind] {
                if try first(RelayAlert.raise(kind, detail)) != nil { raised.append((kind.rawValue, detail)) }
            } else if try execute(RelayAlert.clear(kind)) > 0 {
                cleared.append(kind.rawValue)
            }
        }
        return (raised, cleared)
    }
}
