import Postgres

// How the selected files are run: one by one, or all in one transaction that is rolled back.

extension Migrator {
    /// Carried out of the transaction of a dry run, so that it rolls back.
    private struct Rehearsed: Error {
        let steps: [MigrationStep]
    }

    /// What one transaction did.
    private struct Finished: Sendable {
        let step: MigrationStep
        let milliseconds: Int
    }

    /// The selected files, after what comes before every run.
    func run(dryRun: Bool, _ select: @escaping Selection) async throws -> [Migration] {
        try await changing { connection, server in
            let steps =
                dryRun
                ? try await rehearse(connection, select) : try await runAll(connection, server, select)
            return steps.map(\.migration)
        }
    }

    /// Roles first, then the tool's own tables, which belong to one of them.
    func prepare(_ connection: Connection, _ server: MigrationServer) async throws {
        for script in files.preparations {
            try await lock.transaction(connection) { session in try script.runInTransaction(session) }
            try await connection.run { try server.forget($0) }
        }
        try await lock.transaction(connection) { [files] session in
            try MigrationRecords.prepare(session, owner: files.owner)
        }
    }

    private func runAll(
        _ connection: Connection, _ server: MigrationServer, _ select: @escaping Selection
    ) async throws -> [MigrationStep] {
        try await prepare(connection, server)
        var finished: [MigrationStep] = []
        while let step = try await runNext(connection, server, select) {
            finished.append(step)
            try await connection.run { try server.forget($0) }
        }
        try await runRepeatables(connection, server)
        try await repair(connection)
        return finished
    }

    /// Waits for what an earlier run has left at work, in pauses between transactions.
    private func runNext(
        _ connection: Connection, _ server: MigrationServer, _ select: @escaping Selection
    ) async throws -> MigrationStep? {
        let start = ContinuousClock.now
        var isTold = false
        while true {
            let isPatient = start.duration(to: .now) < lock.settings.patience
            do {
                return try await tryNext(connection, server, isPatient: isPatient, isTold: isTold, select)
            } catch let earlier as EarlierRun.AtWork {
                if !isTold { report(.waitingForEarlierRun(file: earlier.file, backend: earlier.backend)) }
                isTold = true
                try await Task.sleep(for: lock.settings.pollInterval)
            }
        }
    }

    /// Which file is next is decided under the lock: another migrator may have applied some since the last look.
    private func tryNext(
        _ connection: Connection, _ server: MigrationServer, isPatient: Bool, isTold: Bool,
        _ select: @escaping Selection
    ) async throws -> MigrationStep? {
        let finished = try await lock.transaction(connection) { session -> Finished? in
            let steps = try select(Self.plan(session, files))
            guard let step = steps.first else { return nil }
            if !step.isUndo { try requireNoOlderInstance(steps.map(\.migration), session) }
            if !isTold { report(.running(file: step.script.fileName)) }
            return Finished(
                step: step, milliseconds: try run(step, session, isPooled: server.isPooled, isPatient: isPatient))
        }
        guard let finished else { return nil }
        // Told after the commit, not before it.
        report(.finished(file: finished.step.script.fileName, milliseconds: finished.milliseconds))
        return finished.step
    }

    /// A process that does not work with a file must have ended before it, not after.
    private func requireNoOlderInstance(_ migrations: [Migration], _ session: Session) throws {
        guard let strictest = migrations.max(by: { $0.worksWith < $1.worksWith }) else { return }
        let instances = try ServiceInstance.olderThan(strictest.worksWith, session)
        if !instances.isEmpty { throw MigrationError.olderInstances(instances, file: strictest) }
    }

    /// Runs a file and makes its record in the session's transaction, which holds the lock meanwhile.
    ///
    /// - Returns: milliseconds.
    private func run(_ step: MigrationStep, _ session: Session, isPooled: Bool, isPatient: Bool) throws -> Int {
        let start = ContinuousClock.now
        if step.script.isTransactional {
            try step.script.runInTransaction(session)
            if isPooled { try session.executeScript(MigrationSessionQueries.forget) }
            // What the file has set for its session is not for what follows it.
            try lock.limit(session)
        } else {
            guard !isPooled else { throw MigrationError.pooled(file: step.script.fileName) }
            let watch = ProgressWatch(
                conninfo: conninfo, interval: lock.settings.progressInterval, report: report)
            try watch.watching(step.script.fileName) {
                try session.withCompanion(conninfo, application: "catalog-migrate") { worker in
                    try StatementRun(step: step, lock: lock, main: session, worker: worker, isPatient: isPatient).run()
                }
            }
        }
        let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
        try step.record(session, milliseconds: milliseconds, binary: binary)
        return milliseconds
    }

    private func rehearse(_ connection: Connection, _ select: @escaping Selection) async throws -> [MigrationStep] {
        do {
            return try await lock.transaction(connection) { session in
                for script in files.preparations { try rehearse(script, session) }
                try MigrationRecords.prepare(session, owner: files.owner)
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
            report(.running(file: step.script.fileName))
            let start = ContinuousClock.now
            try rehearse(step.script, session)
            let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
            try step.record(session, milliseconds: milliseconds, binary: binary)
            report(.finished(file: step.script.fileName, milliseconds: milliseconds))
        }
    }

    /// Each file expects a session of its own: nothing that the one before has set.
    private func rehearse(_ script: MigrationScript, _ session: Session) throws {
        try script.runInTransaction(session)
        try session.executeScript(MigrationSessionQueries.forget)
        try lock.limit(session)
    }
}
