import Postgres

/// Positions in the write-ahead log, in bytes.
enum ReplicaQueries {
    /// What is on disk: a commit that was waited for is before it.
    static let primaryPosition: Statement = "select (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint as position"

    /// Null if the server is no standby.
    static let replayedPosition: Statement = """
        select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint end as position
        """
}
