package import Foundation
package import Logging
package import Postgres
package import Storage

/// Releases partitions whose time is over: exported, detached while everybody goes on, compared, dropped. May be killed at any moment:
/// the next run goes on.
package struct Retention: Sendable {
    private let pool: Pool
    private let settings: RetentionSettings
    private let export: PartitionExport
    private let patience = LockPatience()
    private let logger: Logger

    package init(pool: Pool, store: any ObjectStore, settings: RetentionSettings, logger: Logger) {
        self.pool = pool
        self.settings = settings
        self.logger = logger
        export = PartitionExport(pool: pool, store: store)
    }

    /// A table whose partitions cannot be released does not keep the others waiting.
    /// - Parameter now: nil is the database's clock.
    /// - Returns: what is gone now.
    /// - Throws: the first failure.
    @discardableResult
    package func run(now: Date? = nil, progress: @escaping @Sendable () -> Void = {}) async throws -> [Release] {
        var (released, failure): ([Release], (any Error)?) = ([], nil)
        for table in try await pool.run({ try $0.partitionedTables() }) {
            do {
                for release in try await begin(table, now: now) {
                    try await end(release, table, progress)
                    released.append(release)
                }
            } catch  where !(error is CancellationError) {
                logger.error("retention.failed", metadata: ["table": "\(table.fullName)", "error": "\(error)"])
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return released
    }

    /// What was begun before, and what has ended since.
    private func begin(_ table: PartitionedTable, now: Date?) async throws -> [Release] {
        try await pool.transaction { [settings] session in
            let now = try now ?? session.databaseTime()
            for partition in try session.endedPartitions(of: table, settings, now: now) {
                try session.execute(Release.begin(table, partition))
            }
            return try session.leavingReleases().filter { $0.table == table.fullName }
        }
    }

    private func end(_ release: Release, _ table: PartitionedTable, _ progress: @escaping @Sendable () -> Void)
        async throws
    {
        if !table.isPartitioned { try await detach(release, table) }
        if try await pool.run({ try $0.isTable(release.partition, beside: table) }) {
            if table.isHistory { try await changeHistory(table.openHistory(release.partition)) }
            let content = table.isArchived ? try await exported(release, table, progress) : nil
            try await detach(release, table)
            if let content { try await exportAgain(release, table, unless: content, progress) }
            try await drop(release, table)
        } else {
            // Somebody dropped it by hand.
            try await pool.run { _ = try $0.execute(Release.finish(release.id)) }
        }
        logger.notice(
            "retention.released",
            metadata: ["table": "\(table.fullName)", "from": "\(release.from ?? "")", "until": "\(release.until)"])
    }

    /// - Returns: the checksum of the rows that are in the store.
    private func exported(_ release: Release, _ table: PartitionedTable, _ progress: @escaping @Sendable () -> Void)
        async throws -> String
    {
        if let content = release.contentSHA256 { return content }
        return try await store(release, table, progress)
    }

    /// Nobody writes into a partition that is detached; somebody may have, between the export and then.
    private func exportAgain(
        _ release: Release, _ table: PartitionedTable, unless content: String,
        _ progress: @escaping @Sendable () -> Void
    ) async throws {
        guard try await export.contentSHA256(table, release.partition, progress) != content else { return }
        _ = try await store(release, table, progress)
    }

    private func store(_ release: Release, _ table: PartitionedTable, _ progress: @escaping @Sendable () -> Void)
        async throws -> String
    {
        let stored = try await export.run(table, release, progress: progress)
        try await pool.run { _ = try $0.execute(Release.recordExport(release.id, stored)) }
        return stored.contentSHA256
    }

    private func changeHistory(_ statement: Statement) async throws {
        try await patience.whenLockIsFree {
            try await pool.transaction { _ = try $0.query(statement) }
        }
    }

    private func detach(_ release: Release, _ table: PartitionedTable) async throws {
        if table.isHistory { return try await changeHistory(table.detachHistory(release.partition)) }
        try await pool.run { session in
            guard let partition = try session.partitions(of: table).first(where: { $0.name == release.partition })
            else { return }
            try session.execute(
                partition.isDetaching
                    ? table.finishDetaching(partition.name) : table.detachConcurrently(partition.name))
        }
    }

    /// What the table refers to is locked for an instant, too.
    private func drop(_ release: Release, _ table: PartitionedTable) async throws {
        try await patience.whenLockIsFree {
            try await pool.transaction { session in
                if table.isHistory {
                    _ = try session.query(table.dropHistory(release.partition))
                } else {
                    try session.execute(PartitionedTable.waitBriefly)
                    try session.execute(table.actAsOwner())
                    try session.execute(table.dropTable(release.partition))
                }
                try session.execute(Release.finish(release.id))
                try session.execute(Release.recordAction(release, table))
            }
        }
    }
}
