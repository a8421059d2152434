import Postgres

// How the selected files are run: each in its own transaction, outside one, or all in one that is rolled back.

extension Migrator {
    private enum Outcome: Sendable {
        case nothingLeft
        case finished(MigrationStep)
        /// The next file must run outside a transaction.
        case needsOwnConnection
        /// Another migrator was faster: look again.
        case overtaken
    }

    /// Carried out of the transaction of a dry run, so that it rolls back.
    private struct Rehearsed: Error {
        let steps: [MigrationStep]
    }

    func run(dryRun: Bool, _ select: @escaping Selection) async throws -> [Migration] {
        try await withConnection { connection in
            let steps = dryRun ? try await rehearse(connection, select) : try await runAll(connection, select)
            return steps.map(\.migration)
        }
    }

    private func runAll(_ connection: Connection, _ select: @escaping Selection) async throws -> [MigrationStep] {
        var finished: [MigrationStep] = []
        while true {
            var outcome = try await runNext(connection, select)
            if case .needsOwnConnection = outcome { outcome = try await runNextOutside(connection, select) }
            switch outcome {
            case .nothingLeft: return finished
            case .finished(let step): finished.append(step)
            case .needsOwnConnection, .overtaken: continue
            }
        }
    }

    /// Which file is next is decided under the lock: another migrator may have applied some since the last look.
    private func runNext(_ connection: Connection, _ select: @escaping Selection) async throws -> Outcome {
        let outcome = try await lock.transaction(connection) { [files, report] session -> (Outcome, Int) in
            try Self.createTableIfMissing(session)
            guard let step = try select(Self.plan(session, files)).first else { return (.nothingLeft, 0) }
            guard step.script.isTransactional else { return (.needsOwnConnection, 0) }
            report(.running(file: step.script.fileName))
            return (.finished(step), try step.runInTransaction(session))
        }
        // Told after the commit, not before it.
        if case (.finished(let step), let milliseconds) = outcome {
            report(.finished(file: step.script.fileName, milliseconds: milliseconds))
        }
        return outcome.0
    }

    /// The connection holds the lock while the script runs on one of its own, which ends with whatever the script has `set`.
    ///
    /// After an error the caller closes the connection, and with it the transaction that holds the lock.
    private func runNextOutside(_ connection: Connection, _ select: @escaping Selection) async throws -> Outcome {
        try await lock.hold(connection)
        let next = try await connection.run { [files] session in
            let step = try select(Self.plan(session, files)).first.flatMap { $0.script.isTransactional ? nil : $0 }
            if step == nil { try session.execute("rollback") }
            return step
        }
        guard let step = next else { return .overtaken }
        report(.running(file: step.script.fileName))
        let start = ContinuousClock.now
        try await withConnection { try await $0.run(step.runScript) }
        let milliseconds = start.millisecondsSince
        try await connection.run { session in
            try session.execute(step.record(milliseconds: milliseconds))
            try session.execute("commit")
        }
        report(.finished(file: step.script.fileName, milliseconds: milliseconds))
        return .finished(step)
    }

    private func rehearse(_ connection: Connection, _ select: @escaping Selection) async throws -> [MigrationStep] {
        do {
            return try await lock.transaction(connection) { [files, report] session in
                try Self.createTableIfMissing(session)
                let steps = try select(Self.plan(session, files))
                if let stuck = steps.first(where: { !$0.script.isTransactional }) {
                    report(.onlyListed(because: stuck.script.fileName))
                    throw Rehearsed(steps: steps)
                }
                for step in steps {
                    report(.running(file: step.script.fileName))
                    // As a new transaction would do: forget what the file before has set.
                    let milliseconds = try session.savepoint { try step.runInTransaction(session) }
                    report(.finished(file: step.script.fileName, milliseconds: milliseconds))
                }
                throw Rehearsed(steps: steps)
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.steps
        }
    }
}
