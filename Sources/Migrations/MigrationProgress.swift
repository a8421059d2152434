import Postgres

/// How far PostgreSQL is with building an index.
package struct MigrationProgress: Sendable, Equatable {
    /// As the catalogue has it, such as `building index: scanning table`.
    package let phase: String
    /// Of the blocks or tuples of this phase; nil where it does not count.
    package let percent: Int?
    /// Sessions that it waits for.
    package let waitsFor: Int
}

/// Looks over the shoulder of the session that runs a file outside a transaction.
struct ProgressWatch: Sendable {
    let conninfo: String
    let interval: Duration
    let report: @Sendable (MigrationEvent) -> Void

    /// Reports the progress of what `body` runs under this file's name.
    func watching<R>(_ file: String, _ body: () throws -> R) rethrows -> R {
        let watcher = Task { await watch(file) }
        defer { watcher.cancel() }
        return try body()
    }

    private func watch(_ file: String) async {
        // What ends sooner needs no connection.
        guard (try? await Task.sleep(for: interval)) != nil,
            // Nobody's migration fails because its progress cannot be shown.
            let connection = try? await Connection.open(conninfo, application: "catalog-progress")
        else { return }
        var last: MigrationProgress?
        repeat {
            guard let progress = try? await connection.run({ try Self.look($0, file) }) else { continue }
            if progress != last { report(.progress(file: file, progress)) }
            last = progress
        } while (try? await Task.sleep(for: interval)) != nil
        await connection.close()
    }

    private static func look(_ session: Session, _ file: String) throws -> MigrationProgress? {
        try session.first(ProgressQueries.look(application: StatementRun.application(file))).map { row in
            MigrationProgress(
                phase: try row.get("phase"), percent: try row.get("percent"), waitsFor: try row.get("waits_for"))
        }
    }
}

enum ProgressQueries {
    static func look(application: String) -> Statement {
        """
        select p.phase,
            (100 * case when p.tuples_total > 0 then p.tuples_done::float / p.tuples_total
                when p.blocks_total > 0 then p.blocks_done::float / p.blocks_total end)::integer as percent,
            greatest(p.lockers_total - p.lockers_done, 0)::integer as waits_for
        from pg_stat_progress_create_index p
        join pg_stat_activity a using (pid)
        where a.datname = current_database() and a.application_name = \(application)::text
        """
    }
}
