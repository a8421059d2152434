import Postgres

/// Statements on `migrations.applied`, the tool's own table.
enum AppliedMigrationQueries {
    static let tableExists: Statement = "select to_regclass('migrations.applied') is not null as exists"

    // Everybody may read it: the service checks the version at its start, whatever role it has.
    static let createTable = """
        create schema migrations;
        comment on schema migrations is 'the bundled migration tool''s own records: catalog migrate status';
        grant usage on schema migrations to public;
        create table migrations.applied (
            version integer not null,
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default clock_timestamp(),
            applied_by text not null default session_user,
            duration_ms integer not null,
            baseline boolean not null default false,
            constraint applied_pkey primary key (version)
        );
        comment on column migrations.applied.checksum is 'SHA-256 of the file when it was applied';
        comment on column migrations.applied.baseline is 'recorded without being run';
        grant select on migrations.applied to public;
        """

    static let all: Statement = """
        select version, name, checksum, applied_at::text as applied_at, applied_by, duration_ms, baseline
        from migrations.applied
        order by version
        """

    static func insert(_ migration: Migration, duration: Int, isBaseline: Bool) -> Statement {
        """
        insert into migrations.applied (version, name, checksum, duration_ms, baseline)
        values (\(migration.version)::integer, \(migration.name)::text, \(migration.checksum)::text, \(duration)::integer,
            \(isBaseline)::boolean)
        """
    }

    static func delete(version: Int) -> Statement {
        "delete from migrations.applied where version = \(version)::integer"
    }
}

/// Statements that prepare a transaction for a migration.
enum MigrationSessionQueries {
    /// Advisory locks are per database, so that any constant will do: this is "catalog:" as eight bytes of ASCII.
    static let tryLock: Statement = "select pg_try_advisory_xact_lock(7161132844275689274) as locked"

    /// Back to the role that logged in, whatever a script has set.
    static let resetRole: Statement = "set local role none"

    static func setLockTimeout(milliseconds: Int) -> Statement {
        "select set_config('lock_timeout', \(String(milliseconds))::text, true)"
    }

    /// The transaction that holds the lock for a file without a transaction is idle for as long as that file runs.
    static let allowIdling: Statement = "set local idle_in_transaction_session_timeout = 0"
}
