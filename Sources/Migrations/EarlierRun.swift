import Postgres

/// A session that an earlier run of a file has left behind: its client was killed or cut off, and the server builds on.
struct EarlierRun {
    /// It is still there: to be asked again in another transaction.
    ///
    /// Whoever builds an index concurrently waits for the end of every transaction that has a snapshot, and so for one that waits for
    /// it in a loop of its own.
    struct AtWork: Error {
        let file: String
        let backend: Int
    }

    let file: String
    /// What such a session is called.
    let application: String
    /// Of the one who holds the lock now.
    let session: Session

    /// Returns when there is none. The index that it builds is wanted, so that it may end by itself; one that only sits there, or
    /// takes longer than our patience, is ended.
    ///
    /// - Throws: ``AtWork``; ``MigrationError/earlierRun(file:backend:)`` when it should be ended and the role may not do so.
    func check(isPatient: Bool) throws {
        guard let backend = try session.first(EarlierRunQueries.find(application: application)) else { return }
        let pid: Int = try backend.get("pid")
        if try backend.get("idle") || !isPatient {
            do {
                try session.execute(EarlierRunQueries.terminate(pid))
            } catch let error as PostgresError where error.sqlState == "42501" {
                throw MigrationError.earlierRun(file: file, backend: pid)
            }
        }
        throw AtWork(file: file, backend: pid)
    }
}

enum EarlierRunQueries {
    /// The name is visible to every role, the state only to some: where it is not, the session counts as being at work.
    static func find(application: String) -> Statement {
        """
        select pid, coalesce(state like 'idle%', false) as idle from pg_stat_activity
        where datname = current_database() and application_name = \(application)::text and pid <> pg_backend_pid()
        limit 1
        """
    }

    static func terminate(_ pid: Int) -> Statement { "select pg_terminate_backend(\(pid)::integer)" }
}
