package import Postgres

extension RelayStatus {
    /// Of the last day; windows under way are all counted.
    static let selectStates: Statement = """
        select s.state, count(w.opens_at) as windows, coalesce(sum(coalesce(w.member_count, m.members)), 0)::bigint as objects,
            coalesce(sum(coalesce(w.byte_count, m.bytes)), 0)::bigint as bytes, coalesce(sum(a.archives), 0)::bigint as archives,
            to_char(min(w.opens_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as oldest,
            case when s.state not in ('open', 'verified', 'lost')
                then extract(epoch from clock_timestamp() - min(w.closes_at))::float8 end as oldest_seconds
        from unnest('{open,sealed,packing,delivered,verified,lost}'::text[]) with ordinality as s (state, place)
        left join relay.windows w
            on w.state = s.state and (w.state <> 'verified' or w.opens_at > clock_timestamp() - interval '1 day')
        left join lateral (select count(*) as archives from relay.archives a where a.window_at = w.opens_at) a on true
        left join lateral (select count(*) as members, sum(size_bytes) as bytes from relay.members m
            where w.state = 'open' and m.window_at = w.opens_at) m on true
        group by s.state, s.place order by s.place
        """

    static let selectTrouble: Statement = """
        select (select coalesce(sum(missing_count), 0)::bigint from relay.windows where opens_at > clock_timestamp() - interval '1 day')
                as missing,
            (select last_error from relay.windows where state not in ('verified', 'lost') and waits_for is not null order by failed_at desc limit 1)
                as last_error
        """
}

extension Session {
    /// States, objects that were missed during the last day, and alerts that are true.
    package func relayStatus() throws -> RelayStatus {
        let states = try query(RelayStatus.selectStates).map { row in
            try RelayStatus.StateCount(
                state: row.get("state"), windows: row.get("windows"), objects: row.get("objects"),
                bytes: row.get("bytes"), archives: row.get("archives"), oldest: row.get("oldest"),
                oldestSeconds: row.get("oldest_seconds"))
        }
        guard let trouble = try first(RelayStatus.selectTrouble) else {
            throw ColumnError(column: "missing", problem: .null)
        }
        let alerts = try query(RelayAlert.selectRaised).map { row in
            try RelayAlert(
                kind: row.get("kind"), window: row.get("window_at"), detail: row.get("detail"),
                raisedAt: row.get("raised_at"))
        }
        return try RelayStatus(
            states: states, missing: trouble.get("missing"), lastError: trouble.get("last_error"), alerts: alerts)
    }

    /// Ends the open window and hands out what waits, now. Needs a transaction.
    /// - Returns: which windows were ended.
    package func flushRelay() throws -> [WindowTime] {
        let sealed = try sealWindows(closing: true)
        try execute(RelayWindow.retryNow)
        try dispatchWindows()
        return sealed
    }

    /// Lets windows be delivered again: archives that the target still has stay, others are made anew; objects that were
    /// missing are looked for again. Needs a transaction.
    /// - Returns: which windows; those under way are not among them.
    package func replayWindows(from: WindowTime, through: WindowTime) throws -> [WindowTime] {
        let windows = try query(RelayWindow.replay(from: from, through: through)).map { try RelayWindow($0).opensAt }
        try execute(RelayArchive.markUncertain(windows))
        try execute(RelayMember.lookAgain(windows))
        try execute(RelayAlert.clearMissing(windows, includesLost: true))
        try dispatchWindows()
        return windows
    }

    /// Objects that are in no archive, or were refused at least once.
    package func missingObjects(of opensAt: WindowTime?, limit: Int) throws -> [RelayMissingObject] {
        try query(RelayMember.selectMissing(opensAt, limit: limit)).map { row in
            try RelayMissingObject(
                window: row.get("window_at"), bucket: row.get("bucket"), key: row.get("object_key"),
                version: row.get("object_version"), state: row.get("state"), tries: row.get("tries"),
                problem: row.get("problem"))
        }
    }

    /// Looks for missing objects again; archives stay as they are. Needs a transaction.
    /// - Returns: which windows.
    package func retryMissing(of opensAt: WindowTime?) throws -> [WindowTime] {
        let windows = try query(RelayWindow.replayIncomplete(opensAt)).map { try RelayWindow($0).opensAt }
        try execute(RelayMember.lookAgain(windows))
        try execute(RelayAlert.clearMissing(windows))
        try dispatchWindows()
        return windows
    }

    /// Gives up the refused objects of a window that waits for them, and goes on with it. Needs a transaction.
    /// - Returns: how many.
    package func skipRefused(of opensAt: WindowTime) throws -> Int {
        let count = try execute(RelayMember.giveUp(opensAt))
        guard count > 0 else { return 0 }
        try execute(RelayMember.countMissing(opensAt))
        try execute(RelayAlert.raiseMissing(opensAt))
        try execute(RelayWindow.retryNow)
        try dispatchWindows()
        return count
    }
}
