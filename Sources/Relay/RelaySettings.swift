/// How the relay works.
package struct RelaySettings: Sendable {
    /// How long a window takes arrivals.
    package var window = Duration.seconds(60)
    /// Bytes of an archive at most; one object alone may exceed it.
    package var archiveBytes = 64 << 20
    /// How long an archive may take objects; nil for as long as there are some.
    var archiveTime: Duration?
    package var compression = ArchiveCompression.default
    /// Whether every archive is read back whole after it was stored.
    package var readsBack = false
    /// An alert is raised when the oldest window that is not verified is older.
    package var ageBound = Duration.seconds(900)
    /// An alert is raised when windows of more time than this wait.
    package var backlogBound = Duration.seconds(3600)
    /// After a failure of a store the next try waits so long at least; it doubles up to `longestPause`.
    package var pause = Duration.seconds(2)
    package var longestPause = Duration.seconds(15)
    /// Pieces that are compressed at the same time.
    package var threads = 2

    package init() {}

    /// The worker that had a window before lost what it had read: with each that died, archives end after a shorter time, so that some of them are
    /// stored in the life of the next.
    /// - Parameter attempt: 1 if none died.
    func hastened(attempt: Int) -> RelaySettings {
        guard attempt > 1 else { return self }
        var settings = self
        settings.archiveTime = max(.milliseconds(500), .seconds(4) / (1 << min(attempt - 2, 3)))
        return settings
    }
}
