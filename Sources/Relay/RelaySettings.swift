/// How the relay works.
package struct RelaySettings: Sendable {
    /// How long a window takes arrivals.
    package var window = Duration.seconds(60)
    /// Bytes of an archive at most; one object alone may exceed it.
    package var archiveBytes = 64 << 20
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
}
