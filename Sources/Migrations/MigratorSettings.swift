/// How patient a ``Migrator`` is.
public struct MigratorSettings: Sendable {
    /// How long a transactional file waits for a lock on a table before it gives way and tries again. A waiting `alter table` makes every
    /// later query on the table wait behind it, so this is the longest stall that a migration causes.
    public var lockTimeout: Duration = .seconds(5)
    /// How often a file is tried before its lock timeout is an error.
    public var lockAttempts = 10
    /// The pause before such a retry, on average.
    public var retryDelay: Duration = .seconds(1)
    /// How long to wait for another migrator altogether.
    public var patience: Duration = .seconds(300)
    /// The pause between two looks whether the other one has finished, on average.
    public var pollInterval: Duration = .milliseconds(200)

    /// The defaults stated at each property.
    public init() {}
}

/// What a ``Migrator`` tells while it works. Events come from the connection's thread.
public enum MigrationEvent: Sendable, Equatable {
    /// Another migrator holds the lock; told once per wait.
    case waitingForAnotherMigrator
    /// The file waited too long for a table's lock, gave way, and will be tried again.
    case retrying(file: String, attempt: Int, of: Int)
    case running(file: String)
    case finished(file: String, milliseconds: Int)
    /// A dry run only lists: this file cannot run in a transaction, and so not be rolled back.
    case onlyListed(because: String)
}

/// Decides how long to wait after an attempt that did not get its locks, and when to give up. Pure: the time is passed in.
struct Patience {
    private let settings: MigratorSettings
    private var attempts = 0
    private(set) var isWaiting = false

    init(_ settings: MigratorSettings) {
        self.settings = settings
    }

    /// - Parameter jitter: 0.5 … 1.5, so that two migrators do not meet again and again.
    mutating func delayForAnotherMigrator(waited: Duration, jitter: Double) throws -> Duration {
        guard waited < settings.patience else {
            throw MigrationError.lockedOut(seconds: Int(settings.patience.components.seconds))
        }
        isWaiting = true
        return settings.pollInterval * jitter
    }

    /// Nil when that was the last attempt.
    mutating func delayAfterLockTimeout(jitter: Double) -> (delay: Duration, attempt: Int)? {
        attempts += 1
        return attempts < settings.lockAttempts ? (settings.retryDelay * jitter, attempts) : nil
    }
}
