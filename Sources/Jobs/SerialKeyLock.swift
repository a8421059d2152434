import Postgres

/// The lock of a serial key: what a statement takes before it touches a row of `jobs.jobs` with that key, so that everybody takes locks in one order,
/// the key's, then rows, then entries of `jobs_serial_key_runs_once`.
///
/// Who ends or takes away a job waits for it; `jobs.unpark` then finds the key's rows free. Whoever looks for work never waits, neither for a
/// key nor, since it has the key to itself, at the index: it can be no part of a deadlock. A row lock alone would not do: a claim keeps a lock on the
/// newest version of a row that it chose by an older one, whatever has become of it.
enum SerialKeyLock {
    /// False if somebody else has it. For a condition of a claim: the key of `j`.
    static let attempt: Statement = "pg_try_advisory_xact_lock(hashtextextended(j.serial_key, 1785684595))"

    /// Always true, once it is held.
    static let wait: Statement = "(pg_advisory_xact_lock(hashtextextended(j.serial_key, 1785684595)) is not null)"
}
