import Postgres
import Text

/// Statements on `migrations.applied`.
enum AppliedMigrationQueries {
    /// A table made before `works_with` has no such column: a row as JSON may be asked all the same.
    static let all: Statement = """
        select a.version, a.name, a.checksum, \(.timestamp("a.applied_at")) as applied_at, a.applied_by, a.duration_ms, a.baseline,
            coalesce((to_jsonb(a) ->> 'works_with')::integer, a.version) as works_with, to_jsonb(a) ->> 'applied_with' as applied_with
        from migrations.applied a
        order by a.version
        """

    static func insert(_ migration: Migration, duration: Int, binary: String?, isBaseline: Bool) -> Statement {
        """
        insert into migrations.applied (version, name, checksum, duration_ms, baseline, works_with, applied_with)
        values (\(migration.version)::integer, \(migration.name)::text, \(migration.checksum)::text, \(duration)::integer,
            \(isBaseline)::boolean, \(migration.worksWith)::integer, \(binary)::text)
        """
    }

    static func delete(version: Int) -> Statement {
        "delete from migrations.applied where version = \(version)::integer"
    }
}

/// Statements that prepare a session or a transaction for a migration.
enum MigrationSessionQueries {
    /// Advisory locks are per database, so that any constant will do: this is "catalog:" as eight bytes of ASCII.
    static let tryLock: Statement = "select pg_try_advisory_xact_lock(7161132844275689274) as locked"

    /// Where the session is. What a pooler answers for a process id is its own invention.
    static let whereAmI: Statement = """
        select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as read_only, pg_backend_pid() as pid
        """

    /// Back to the role that logged in, whatever a script has set.
    static let resetRole: Statement = "set local role none"

    /// What a script may have set for the rest of the session, in a transaction. `discard all` is refused there.
    static let forget = """
        set session authorization default; reset all; deallocate all; close all; discard plans; discard sequences; discard temporary
        """

    /// For the session.
    static func setLockTimeout(_ timeout: Duration) -> Statement {
        "select set_config('lock_timeout', \(String(milliseconds(timeout)))::text, false)"
    }

    /// For the rest of the transaction: what a role or a database sets for its applications ends no migration. The transaction that holds
    /// the lock for a file without one is idle for as long as that file runs.
    static func limits(lock timeout: Duration, serverVersion: Int) -> String {
        let limits =
            ["statement_timeout", "idle_in_transaction_session_timeout"]
            + (serverVersion >= 170000 ? ["transaction_timeout"] : [])
        return (limits.map { "set local \($0) = 0" } + ["set local lock_timeout = \(milliseconds(timeout))"])
            .joined(separator: "; ")
    }

    /// For the whole session, where it is ours: also those limits that count between transactions, and a server that notices within a
    /// minute that we are gone.
    static func sessionLimits(application: String, lock timeout: Duration, serverVersion: Int) -> String {
        let limits =
            ["statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"]
            + (serverVersion >= 170000 ? ["transaction_timeout"] : [])
        let keepalives = [("idle", 30), ("interval", 10), ("count", 3)].map { "set tcp_keepalives_\($0) = \($1)" }
        let name = application.escaping(["'": "''"])
        return
            (limits.map { "set \($0) = 0" } + keepalives
            + ["set lock_timeout = \(milliseconds(timeout))", "set application_name = '\(name)'"])
            .joined(separator: "; ")
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
}
