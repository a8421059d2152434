/// How patient a ``Migrator`` is.
package struct MigratorSettings: Sendable {
    /// How long a statement waits for a lock on a table before it gives way. A waiting `alter table` makes every later query on the
    /// table wait behind it, so this is the longest stall that a migration causes.
    package var lockTimeout: Duration = .milliseconds(500)
    /// The pause after the first time it gave way; it doubles up to ``longestPause``. Ten times as long as the wait, so that whoever
    /// works with the table stands still for less than a tenth of the time.
    package var shortestPause: Duration = .seconds(5)
    /// The pause after many times.
    package var longestPause: Duration = .seconds(30)
    /// How long a statement gives way again and again before its lock timeout is an error.
    package var lockPatience: Duration = .seconds(600)
    /// How long to wait for another migrator altogether, or for what an earlier one has left running.
    package var patience: Duration = .seconds(600)
    /// The pause between two looks whether the other one has finished, on average.
    package var pollInterval: Duration = .milliseconds(200)

    /// How often the progress of a long statement is looked at.
    package var progressInterval: Duration = .seconds(2)

    /// The defaults stated at each property.
    package init() {}
}

/// What a ``Migrator`` tells while it works. Events come from the connection's thread.
package enum MigrationEvent: Sendable, Equatable {
    /// Another migrator holds the lock; told once per wait.
    case waitingForAnotherMigrator
    /// A session of an earlier run is still at work on the file; told once per wait.
    case waitingForEarlierRun(file: String, backend: Int)
    /// It waited too long for a table's lock, gave way, and will be tried again.
    case retrying(file: String, attempt: Int, pause: Duration)
    case running(file: String)
    case finished(file: String, milliseconds: Int)
    /// A statement of a file that runs outside a transaction was done by an earlier run, or by hand.
    case alreadyDone(file: String, line: Int)
    /// What is left of an index build that was cut off goes first.
    case droppingInvalidIndex(file: String, index: String)
    /// A dry run only lists: this file cannot run in a transaction, and so not be rolled back.
    case onlyListed(because: String)
    /// A long statement, as PostgreSQL tells of it.
    case progress(file: String, MigrationProgress)
    /// Something of roles, owners, grants or policies was not as it should be, and is.
    case repaired(String)
}

/// Decides how long to wait after an attempt that did not get its locks, and when to give up. Pure: the time is passed in.
struct Patience {
    private let settings: MigratorSettings
    private var attempts = 0
    private var pause: Duration
    private(set) var isWaiting = false

    init(_ settings: MigratorSettings) {
        self.settings = settings
        pause = settings.shortestPause
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
    /// - Parameter jitter: 1 … 1.5, because a shorter pause would let the others stand still for more than a tenth.
    mutating func delayAfterLockTimeout(waited: Duration, jitter: Double) -> (delay: Duration, attempt: Int)? {
        guard waited < settings.lockPatience else { return nil }
        attempts += 1
        defer { pause = min(pause * 2, settings.longestPause) }
        return (pause * jitter, attempts)
    }
}
