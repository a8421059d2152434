package import Postgres

/// A file in `sql/migrations` that cannot be used.
package enum MigrationFileError: Error, Equatable {
    case badName(file: String)
    case notUTF8(file: String)
    case duplicate(version: Int, files: [String])
    case gap(file: String, expected: Int)
    case downWithoutUp(file: String)
    /// A `B_` file that is marked to run outside a transaction.
    case needsTransaction(file: String)
    case unknownDirective(file: String, directive: String)
    case controlsTransaction(file: String, line: Int, statement: String)
    /// `works-with` a migration that comes later.
    case worksWithLater(file: String, version: Int)
    /// `${name}` without a value.
    case unknownPlaceholder(file: String, name: String)
    /// `create index concurrently` without a name.
    case namelessIndex(file: String, line: Int)
    /// `copy … from stdin`, as dumps have it.
    case copiesFromClient(file: String, line: Int)
}

/// The database is not at the version this binary was made for.
package enum SchemaMismatch: Error, Equatable {
    case behind(pending: Int)
    case ahead(database: Int, binary: Int)
    case differs([MigrationPlan.Problem])
}

/// Why a migration command stopped.
package enum MigrationError: Error, Equatable {
    case unknownVersion(Int, newest: Int)
    case irreversible(Migration)
    /// `baseline` on a database that already has migrations.
    case alreadyMigrated(version: Int)
    /// The server is a replica.
    case standby
    /// Somebody has frozen writes.
    case readOnly
    /// A file that runs outside a transaction, through PgBouncer.
    case pooled(file: String)
    /// The tool's own tables belong to a role that this one is not a member of.
    case foreignRecords(owner: String?)
    /// Processes of the service are at work that do not work with a pending file.
    case olderInstances([ServiceInstance], file: Migration)
    /// A session of an earlier run is at work, and its end not ours to order.
    case earlierRun(file: String, backend: Int)
    /// A statement of a file that runs outside a transaction is done, and was changed since.
    case statementChanged(file: String, line: Int)
    /// An index of that name is there, and another one.
    case indexDiffers(file: String, index: String)
    /// Statements that `lint` calls errors, in pending files.
    case dangerous([LintFinding])
    /// Another migrator held the lock for the whole wait, in seconds.
    case lockedOut(seconds: Int)
    /// `new` with a name that is not `verb_object`.
    case badNewName(String)
}

/// A statement of a migration failed. A transactional file leaves nothing behind.
package struct MigrationFailed: Error {
    /// Without its folder.
    package let fileName: String
    /// In the file, from 1; nil when the commit failed.
    package let line: Int?
    /// The first 80 characters of the statement; nil when the commit failed.
    package let statement: String?
    /// Whether nothing of the file is left; false when it runs outside a transaction.
    package let isRolledBack: Bool
    /// What the server said.
    package let cause: PostgresError

    /// It waited too long for a table (lock_not_available).
    var isLockTimeout: Bool { cause.sqlState == "55P03" }
}
