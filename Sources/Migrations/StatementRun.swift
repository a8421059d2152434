import Postgres

/// Runs a file that cannot run in a transaction, so that it may be cut off anywhere and run again: by a kill, a lost session or a crash
/// of the server.
///
/// The main session holds the lock in its open transaction; the statements run on a session of their own. What may run in a
/// transaction does so together with its record in `migrations.applied_statements` and is done exactly once. For the rest
/// a record says that it was begun, and the catalogue whether it was done.
struct StatementRun {
    let step: MigrationStep
    let lock: MigrationLock
    /// Holds the lock.
    let main: Session
    /// Runs the statements.
    let worker: Session
    /// Whether a session of an earlier run may end by itself.
    let isPatient: Bool

    private var script: MigrationScript { step.script }

    /// - Throws: ``EarlierRun/AtWork``, ``MigrationFailed``, ``MigrationError/statementChanged(file:line:)``, ``MigrationError/indexDiffers(file:index:)``.
    func run() throws {
        try EarlierRun(file: script.fileName, application: application, session: main).check(isPatient: isPatient)
        try prepare()
        let records = try StatementRecord.all(worker, step)
        var number = 0
        for unit in StatementUnit.units(script.statements) {
            try checkLock()
            if case .setting(let statement) = unit {
                try perform(statement)
            } else {
                number += 1
                try run(unit, StatementRecord(step, number, unit.text), records[number])
            }
        }
    }

    /// Whoever has lost the lock does not begin another statement beside the one who has it now.
    ///
    /// By the simple protocol: the other one leaves its portal open, and with it a snapshot that an index build would wait for.
    private func checkLock() throws { try main.executeScript("select") }

    /// What the session is called, so that a later run finds it.
    private var application: String { Self.application(script.fileName) }

    /// PostgreSQL keeps 63 bytes.
    static func application(_ fileName: String) -> String { String("catalog-migrate \(fileName)".prefix(63)) }

    private func prepare() throws {
        try worker.executeScript(
            MigrationSessionQueries.sessionLimits(
                application: application, lock: lock.settings.lockTimeout, serverVersion: worker.serverVersion))
    }

    private func run(_ unit: StatementUnit, _ record: StatementRecord, _ earlier: StatementRecord?) throws {
        if let earlier, earlier.isFinished {
            guard earlier.checksum == record.checksum else {
                throw MigrationError.statementChanged(file: script.fileName, line: unit.first.line)
            }
            return lock.report(.alreadyDone(file: script.fileName, line: unit.first.line))
        }
        if case .transaction(let statements) = unit { return try runTransaction(statements, record) }
        try record.begin(worker)
        if try isDone(unit, wasBegun: earlier != nil) {
            lock.report(.alreadyDone(file: script.fileName, line: unit.first.line))
        } else {
            try runAlone(unit)
        }
        try worker.transaction { try record.finish(worker) }
    }

    // MARK: In a transaction

    private func runTransaction(_ statements: [SQLStatement], _ record: StatementRecord) throws {
        try retrying {
            if statements[0].controlsTransaction {
                try perform(statements.dropLast())
                try record.finish(worker)
                try perform(statements[statements.count - 1])
            } else {
                try worker.transaction {
                    try perform(statements[...])
                    try record.finish(worker)
                }
            }
        }
    }

    /// Gives way when a table is locked, as a file in one transaction does.
    private func retrying(_ body: () throws -> Void) throws {
        let start = ContinuousClock.now
        var patience = Patience(lock.settings)
        while true {
            do {
                return try body()
            } catch let failure as MigrationFailed where failure.isLockTimeout {
                // After a `begin` of the file's own.
                try worker.execute("rollback")
                let waited = start.duration(to: .now)
                guard let retry = patience.delayAfterLockTimeout(waited: waited, jitter: .random(in: 1...1.5)) else {
                    throw failure
                }
                lock.report(.retrying(file: failure.fileName, attempt: retry.attempt, pause: retry.delay))
                try worker.execute("select pg_sleep(\(retry.delay / .seconds(1))::double precision)")
            }
        }
    }

    // MARK: Alone

    /// Readers and writers do not queue behind what runs concurrently, so that it may wait for its locks as long as it takes; and a
    /// time limit there would leave an invalid index.
    private func runAlone(_ unit: StatementUnit) throws {
        try worker.execute("set lock_timeout = 0")
        do {
            try perform(unit.first)
        } catch let failure as MigrationFailed where !failure.cause.isConnectionLoss {
            if case .indexBuild(_, let build) = unit { try dropInvalid(build) }
            throw failure
        }
        try worker.execute(MigrationSessionQueries.setLockTimeout(lock.settings.lockTimeout))
    }

    private func isDone(_ unit: StatementUnit, wasBegun: Bool) throws -> Bool {
        switch unit {
        case .indexBuild(_, let build): return try isDone(build)
        case .indexDrop(_, let name):
            return try wasBegun && !worker.query(IndexQueries.exists(name))[0].get("exists", as: Bool.self)
        case .reindex(_, let name):
            if wasBegun { try dropLeftovers(name) }
            return false
        case .detach(_, let parent, let partition): return try wasBegun && isDetached(parent, partition)
        case .alone, .setting, .transaction: return false
        }
    }

    /// A valid index of the same definition is what the statement wants, whoever has built it; what a build left that was cut off is
    /// removed.
    private func isDone(_ build: IndexBuild) throws -> Bool {
        guard let index = try worker.first(IndexQueries.find(build)) else { return false }
        guard try index.get("valid") else {
            try dropInvalid(build)
            return false
        }
        guard try equals(build, definition: index.get("definition"), isUnique: index.get("is_unique")) else {
            throw MigrationError.indexDiffers(file: script.fileName, index: build.name)
        }
        return true
    }

    /// The server says what it would make of the statement, on an empty copy of the table.
    private func equals(_ build: IndexBuild, definition: String, isUnique: Bool) throws -> Bool {
        guard isUnique == build.isUnique else { return false }
        var wanted: String?
        do {
            try worker.transaction {
                try worker.executeScript(IndexQueries.makeProbe(build))
                wanted = try worker.query(IndexQueries.probe)[0].get("definition")
                throw ProbeMade()
            }
        } catch is ProbeMade {}
        return wanted == definition
    }

    private struct ProbeMade: Error {}

    private func dropInvalid(_ build: IndexBuild) throws {
        guard let index = try worker.first(IndexQueries.find(build)), try !index.get("valid", as: Bool.self) else {
            return
        }
        try drop(try index.get("name"))
    }

    private func dropLeftovers(_ name: QualifiedName) throws {
        for row in try worker.query(IndexQueries.leftovers(name)) { try drop(try row.get("name")) }
    }

    private func drop(_ index: String) throws {
        lock.report(.droppingInvalidIndex(file: script.fileName, index: index))
        try worker.execute("set lock_timeout = 0")
        try worker.execute("drop index concurrently if exists \(raw: index)")
    }

    /// Ends a detachment that was cut off between its two transactions.
    private func isDetached(_ parent: QualifiedName, _ partition: QualifiedName) throws -> Bool {
        guard let row = try worker.first(IndexQueries.partition(parent, partition)) else { return true }
        guard try row.get("pending") else { return false }
        try worker.execute("alter table \(raw: parent.quoted) detach partition \(raw: partition.quoted) finalize")
        return true
    }

    private func perform(_ statements: ArraySlice<SQLStatement>) throws {
        for statement in statements { try perform(statement) }
    }

    private func perform(_ statement: SQLStatement) throws {
        try script.run(statement, worker)
    }
}
