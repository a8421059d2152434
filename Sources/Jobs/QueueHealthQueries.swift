package import Postgres

/// The statements about the state of the queue's table, and about what holds vacuum back (manual, section 25.1).
extension QueueHealth {
    static let selectTable: Statement = """
        select coalesce(n_dead_tup, 0) as dead_tuples, pg_total_relation_size('jobs.jobs') as bytes, last_autovacuum
        from pg_stat_user_tables where relid = 'jobs.jobs'::regclass
        """

    /// A standby's feedback belongs to no database.
    static func selectOldestTransaction(olderThan age: Duration) -> Statement {
        """
        select pid, coalesce(usename, '') as user_name, application_name, coalesce(state, '') as state,
            extract(epoch from clock_timestamp() - coalesce(xact_start, backend_start)) as seconds
        from pg_stat_activity
        where (backend_xmin is not null or backend_xid is not null) and (datname = current_database() or datid is null)
          and backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()
          and coalesce(xact_start, backend_start) <= clock_timestamp() - \(age.seconds)::float8 * interval '1 second'
        order by greatest(age(backend_xmin), age(backend_xid)) desc, xact_start limit 1
        """
    }

    /// The server's own processes have no user and are always hidden.
    static let countHidden: Statement = """
        select count(*) as sessions from pg_stat_activity
        where query = '<insufficient privilege>' and usesysid is not null
          and (datname = current_database() or datid is null)
        """

    static let selectOldestPrepared: Statement = """
        select gid, owner, extract(epoch from clock_timestamp() - prepared) as seconds
        from pg_prepared_xacts where database = current_database() order by prepared limit 1
        """

    /// `catalog_xmin` holds back the system's tables only.
    static let selectOldestSlot: Statement = """
        select slot_name, active, age(xmin) as transactions from pg_replication_slots
        where xmin is not null order by age(xmin) desc limit 1
        """
}

extension Session {
    /// What slows the queues down.
    /// - Parameter age: transactions younger than this hold nobody back.
    package func queueHealth(olderThan age: Duration = .seconds(1)) throws -> QueueHealth {
        guard let table = try first(QueueHealth.selectTable), let hidden = try first(QueueHealth.countHidden) else {
            throw ColumnError(column: "dead_tuples", problem: .null)
        }
        return try QueueHealth(
            deadTuples: table.get("dead_tuples"), tableBytes: table.get("bytes"),
            lastAutovacuum: table.get("last_autovacuum"), oldestTransaction: oldestTransaction(olderThan: age),
            oldestPreparedTransaction: oldestPreparedTransaction(), oldestReplicationSlot: oldestReplicationSlot(),
            hiddenSessions: hidden.get("sessions"))
    }

    private func oldestTransaction(olderThan age: Duration) throws -> QueueHealth.OldestTransaction? {
        try first(QueueHealth.selectOldestTransaction(olderThan: age)).map {
            try QueueHealth.OldestTransaction(
                pid: $0.get("pid"), user: $0.get("user_name"), application: $0.get("application_name"),
                seconds: $0.get("seconds"), state: $0.get("state"))
        }
    }

    private func oldestPreparedTransaction() throws -> QueueHealth.PreparedTransaction? {
        try first(QueueHealth.selectOldestPrepared).map {
            try QueueHealth.PreparedTransaction(
                name: $0.get("gid"), owner: $0.get("owner"), seconds: $0.get("seconds"))
        }
    }

    private func oldestReplicationSlot() throws -> QueueHealth.ReplicationSlot? {
        try first(QueueHealth.selectOldestSlot).map {
            try QueueHealth.ReplicationSlot(
                name: $0.get("slot_name"), isActive: $0.get("active"), transactions: $0.get("transactions"))
        }
    }
}
