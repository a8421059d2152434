package import Foundation
package import Logging
package import Postgres

/// Makes the partitions of every registered table ahead of time. May be killed at any moment, and run by many at once.
package struct PartitionUpkeep: Sendable {
    private let pool: Pool
    private let patience = LockPatience()
    private let logger: Logger

    package init(pool: Pool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// A table that cannot be managed does not keep the others waiting.
    /// - Parameter now: nil is the database's clock.
    /// - Throws: the first failure.
    package func run(now: Date? = nil, progress: @Sendable () -> Void = {}) async throws {
        var failure: (any Error)?
        for table in try await pool.run({ try $0.partitionedTables() }) where table.isPartitioned {
            do {
                try await keep(table, now: now, progress)
            } catch  where !(error is CancellationError) {
                logger.error("partitions.failed", metadata: ["table": "\(table.fullName)", "error": "\(error)"])
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func keep(_ table: PartitionedTable, now: Date?, _ progress: @Sendable () -> Void) async throws {
        // To cut, to take away and to extend are three; the rest are what was cut off.
        for _ in 0..<10 {
            let step = try await pool.run { session in
                try PartitionStep.next(for: session.partitionLine(of: table), now: now ?? session.databaseTime())
            }
            guard let step else { return }
            try await table.isHistory ? actOnHistory(step, table) : act(step, on: table)
            logger.info("partitions.changed", metadata: ["table": "\(table.fullName)", "step": "\(step)"])
            progress()
        }
    }

    private func act(_ step: PartitionStep, on table: PartitionedTable) async throws {
        switch step {
        case .finishDetaching(let name): try await pool.run { _ = try $0.execute(table.finishDetaching(name)) }
        case .detachRest: try await pool.run { _ = try $0.execute(table.detachConcurrently(table.restName)) }
        case .cutRest(let bound): try await cutRest(of: table, at: bound)
        case .extend(let bounds): try await change(table) { try $0.extend(table, bounds) }
        }
    }

    /// The table is locked for half a second at most, and then tried again: nobody but its owner may detach concurrently.
    private func actOnHistory(_ step: PartitionStep, _ table: PartitionedTable) async throws {
        switch step {
        case .finishDetaching: break  // It is detached in a transaction, wholly or not at all.
        case .detachRest: try await changeHistory(table, table.detachHistory(table.restName))
        case .extend(let bounds): try await changeHistory(table, table.extendHistory(bounds))
        case .cutRest(let bound):
            let from = try await pool.run { try $0.partitionLine(of: table).rest?.from }
            try await changeHistory(table, table.cutHistory("check", at: bound))
            try await changeHistory(table, table.cutHistory("look", at: bound))
            try await changeHistory(
                table, table.cutHistory("cut", at: bound, into: table.name(from: from, until: bound)))
        }
    }

    private func changeHistory(_ table: PartitionedTable, _ statement: Statement) async throws {
        try await patience.whenLockIsFree {
            try await pool.transaction { session in
                try session.execute(PartitionedTable.waitBriefly)
                try session.lockReferenced(by: table)
                _ = try session.query(statement)
            }
        }
    }

    private func cutRest(of table: PartitionedTable, at bound: Date) async throws {
        let from = try await pool.run { try $0.partitionLine(of: table).rest?.from }
        try await change(table) { session in
            try session.dropRestChecks(of: table)
            try session.execute(table.addRestCheck(from: from, until: bound))
        }
        try await pool.run { _ = try $0.execute(table.validateRestCheck()) }
        try await change(table) { try $0.cutRest(of: table, from: from, at: bound) }
    }

    /// One transaction that waits for each lock half a second at most, as the owner of the table.
    private func change(_ table: PartitionedTable, _ body: @escaping @Sendable (Session) throws -> Void) async throws {
        try await patience.whenLockIsFree {
            try await pool.transaction { session in
                try session.execute(PartitionedTable.waitBriefly)
                try session.execute(table.actAsOwner())
                try session.lockReferenced(by: table)
                try body(session)
            }
        }
    }
}

extension Session {
    /// Makes what is missing between the bounds, and the rest behind the last.
    fileprivate func extend(_ table: PartitionedTable, _ bounds: [Date]) throws {
        for (from, until) in zip(bounds, bounds.dropFirst()) {
            let name = "\(table.name)_\(table.period.suffix(from))"
            try makePartition(name, of: table)
            try execute(table.attach(name, from: from, until: until))
        }
        guard let last = bounds.last else { return }
        if try isTable(table.restName, beside: table) {
            // It was empty when it was taken away; whoever had looked up its place before may have put a row into it.
            try execute(table.moveRows(before: last))
            try dropRestChecks(of: table)
        } else {
            try makePartition(table.restName, of: table)
        }
        try execute(table.attach(table.restName, from: last, until: nil))
    }

    /// First, as everybody does who writes into both: who has the one waits for the other otherwise.
    fileprivate func lockReferenced(by table: PartitionedTable) throws {
        for row in try query(table.selectReferenced()) {
            try execute(PartitionedTable.lockReferenced(row.get("schema"), row.get("name")))
        }
    }

    /// The check on the old rest tells the server that it need not look at the rows.
    fileprivate func cutRest(of table: PartitionedTable, from: Date?, at bound: Date) throws {
        let name = table.name(from: from, until: bound)
        try execute(table.lockWhole())
        try execute(table.detach(table.restName))
        try execute(table.rename(table.restName, to: name))
        try makePartition(table.restName, of: table)
        try execute(table.attach(name, from: from, until: bound))
        try execute(table.attach(table.restName, from: bound, until: nil))
        try execute(table.dropCheck(table.restCheck, of: name))
    }

    fileprivate func dropRestChecks(of table: PartitionedTable) throws {
        for row in try query(PartitionedTable.selectRestChecks(table)) {
            try execute(table.dropCheck(row.get("name"), of: table.restName))
        }
    }
}
