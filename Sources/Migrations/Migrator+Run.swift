import Postgres

// How the selected files are run: one by one, or all in one transaction that is rolled back.

extension Migrator {
    /// Carried out of the transaction of a dry run, so that it rolls back.
    private struct Rehearsed: Error {
        let steps: [MigrationStep]
    }

    /// - Parameter preparations: what comes before the first file, even if there is none.
    func run(
        dryRun: Bool, preparing preparations: [MigrationScript] = [], _ select: @escaping Selection
    ) async throws -> [Migration] {
        try await withConnection { connection in
            let steps =
                dryRun
                ? try await rehearse(connection, preparations, select)
                : try await runAll(connection, preparations, select)
            return steps.map(\.migration)
        }
    }

    private func runAll(
        _ connection: Connection, _ preparations: [MigrationScript], _ select: @escaping Selection
    ) async throws -> [MigrationStep] {
        for script in preparations {
            try await lock.transaction(connection) { session in try script.runInTransaction(session) }
        }
        var finished: [MigrationStep] = []
        while let step = try await runNext(connection, select) { finished.append(step) }
        return finished
    }

    /// Which file is next is decided under the lock: another migrator may have applied some since the last look.
    private func runNext(_ connection: Connection, _ select: @escaping Selection) async throws -> MigrationStep? {
        let finished = try await lock.transaction(connection) { session -> (step: MigrationStep, milliseconds: Int)? in
            try Self.createTableIfMissing(session)
            guard let step = try select(Self.plan(session, files)).first else { return nil }
            report(.running(file: step.script.fileName))
            return (step, try step.run(session, conninfo: conninfo))
        }
        guard let finished else { return nil }
        // Told after the commit, not before it.
        report(.finished(file: finished.step.script.fileName, milliseconds: finished.milliseconds))
        return finished.step
    }

    private func rehearse(
        _ connection: Connection, _ preparations: [MigrationScript], _ select: @escaping Selection
    ) async throws -> [MigrationStep] {
        do {
            return try await lock.transaction(connection) { session in
                for script in preparations { try script.runInTransaction(session) }
                try Self.createTableIfMissing(session)
                let steps = try select(Self.plan(session, files))
                if let stuck = steps.first(where: { !$0.script.isTransactional }) {
                    report(.onlyListed(because: stuck.script.fileName))
                } else {
                    try rehearse(steps, session)
                }
                throw Rehearsed(steps: steps)
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.steps
        }
    }

    private func rehearse(_ steps: [MigrationStep], _ session: Session) throws {
        for step in steps {
            // Each file expects a transaction of its own: nothing that the one before has set.
            try session.execute("reset all")
            try lock.limitWaiting(session)
            report(.running(file: step.script.fileName))
            let milliseconds = try step.run(session, conninfo: conninfo)
            report(.finished(file: step.script.fileName, milliseconds: milliseconds))
        }
    }
}
