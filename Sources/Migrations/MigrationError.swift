import Postgres

/// A file in `sql/migrations` that cannot be used.
public enum MigrationFileError: Error, Equatable {
    case badName(file: String)
    case notUTF8(file: String)
    case duplicate(version: Int, files: [String])
    case gap(file: String, expected: Int)
    case downWithoutUp(file: String)
    /// A `B_` file that is marked to run outside a transaction.
    case needsTransaction(file: String)
    case unknownDirective(file: String, directive: String)
    case controlsTransaction(file: String, line: Int, statement: String)
    /// `copy … from stdin`, as dumps have it.
    case copiesFromClient(file: String, line: Int)
}

/// The database is not at the version this binary was made for.
public enum SchemaMismatch: Error, Equatable {
    case behind(pending: Int)
    case ahead(database: Int, binary: Int)
    case differs([MigrationPlan.Problem])
}

/// Why a migration command stopped.
public enum MigrationError: Error, Equatable {
    case unknownVersion(Int, newest: Int)
    case irreversible(Migration)
    /// `baseline` on a database that already has migrations.
    case alreadyMigrated(version: Int)
    /// Another migrator held the lock for the whole wait, in seconds.
    case lockedOut(seconds: Int)
    /// `new` with a name that is not `verb_object`.
    case badNewName(String)
}

/// A statement of a migration failed. A transactional file leaves nothing behind.
public struct MigrationFailed: Error {
    /// Without its folder.
    public let fileName: String
    /// In the file, from 1; nil when the commit failed.
    public let line: Int?
    /// The first 80 characters of the statement; nil when the commit failed.
    public let statement: String?
    /// Whether all of the file was rolled back.
    public let isRolledBack: Bool
    /// What the server said.
    public let cause: PostgresError
}
