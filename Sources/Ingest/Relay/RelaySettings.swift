/// How the relay works.
public struct RelaySettings: Sendable {
    /// How long a window takes arrivals.
    public var window = Duration.seconds(60)
    /// Bytes of an archive at most; one object alone may exceed it.
    public var archiveBytes = 64 << 20
    /// Whether every archive is read back whole after it was stored.
    public var readsBack = false
    /// For how long members are kept in the database after their day.
    public var retentionDays = 30
    /// An alert is raised when the oldest window that is not verified is older.
    public var ageBound = Duration.seconds(900)
    /// An alert is raised when windows of more time than this wait.
    public var backlogBound = Duration.seconds(3600)
    /// After a failure of a store the next try waits so long at least; it doubles up to `longestPause`.
    public var pause = Duration.seconds(2)
    public var longestPause = Duration.seconds(15)
    /// Blocks that are compressed at the same time.
    public var threads = 2

    public init() {}
}
