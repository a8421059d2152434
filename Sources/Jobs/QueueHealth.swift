/// What makes a queue slow: row versions nobody needs and whoever keeps vacuum from removing them.
public struct QueueHealth: Sendable, Codable {
    /// In `jobs.jobs`, as the statistics have it.
    public var deadTuples: Int
    public var tableBytes: Int
    public var lastAutovacuum: String?
    /// The transaction whose snapshot holds vacuum back longest; nil if none that can be seen is older than a second.
    public var oldestTransaction: OldestTransaction?
    /// The oldest transaction that was prepared for a second phase and waits for it; nil if there is none.
    public var oldestPreparedTransaction: PreparedTransaction?
    /// The replication slot that holds vacuum back most; nil if none does.
    public var oldestReplicationSlot: ReplicationSlot?
    /// Sessions of other users whose transactions cannot be seen, because `pg_read_all_stats` is not granted.
    public var hiddenSessions: Int

    /// A session at work, or idle in its transaction, or a standby that sends feedback.
    public struct OldestTransaction: Sendable, Codable {
        public var pid: Int
        public var user: String
        public var application: String
        public var seconds: Double
        public var state: String
    }

    public struct PreparedTransaction: Sendable, Codable {
        public var name: String
        public var owner: String
        public var seconds: Double
    }

    public struct ReplicationSlot: Sendable, Codable {
        public var name: String
        public var isActive: Bool
        /// How many transactions began since the oldest one it needs.
        public var transactions: Int
    }
}
