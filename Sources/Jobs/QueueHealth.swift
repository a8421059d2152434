/// What makes a queue slow: row versions nobody needs and whoever keeps vacuum from removing them.
package struct QueueHealth: Sendable, Codable {
    /// In `jobs.jobs`, as the statistics have it.
    package var deadTuples: Int
    package var tableBytes: Int
    package var lastAutovacuum: String?
    /// The transaction whose snapshot holds vacuum back longest; nil if none that can be seen is older than a second.
    package var oldestTransaction: OldestTransaction?
    /// The oldest transaction that was prepared for a second phase and waits for it; nil if there is none.
    package var oldestPreparedTransaction: PreparedTransaction?
    /// The replication slot that holds vacuum back most; nil if none does.
    package var oldestReplicationSlot: ReplicationSlot?
    /// Sessions of other users whose transactions cannot be seen, because `pg_read_all_stats` is not granted.
    package var hiddenSessions: Int

    /// A session at work, or idle in its transaction, or a standby that sends feedback.
    package struct OldestTransaction: Sendable, Codable {
        package var pid: Int
        package var user: String
        package var application: String
        package var seconds: Double
        package var state: String
    }

    package struct PreparedTransaction: Sendable, Codable {
        package var name: String
        package var owner: String
        package var seconds: Double
    }

    package struct ReplicationSlot: Sendable, Codable {
        package var name: String
        package var isActive: Bool
        /// How many transactions began since the oldest one it needs.
        package var transactions: Int
    }
}
