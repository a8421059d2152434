package import Postgres

extension RelayStatus {
    /// Of the last day; windows under way are all counted. Only of the open ones are members counted: whoever waits was counted when it was sealed.
    package static let selectStates: Statement = """
        with counted as materialized (
            select o.opens_at, m.members, m.bytes from relay.windows o
            cross join lateral (
                select count(*) as members, sum(size_bytes) as bytes from relay.members m where m.window_at = o.opens_at) m
            where o.state = 'open'
        ), archived as materialized (
            select a.window_at, count(*) as archives from relay.windows w join relay.archives a on a.window_at = w.opens_at
            where w.state <> 'verified' or w.opens_at > clock_timestamp() - interval '1 day'
            group by a.window_at
        )
        select s.state, count(w.opens_at) as windows, coalesce(sum(coalesce(w.member_count, m.members)), 0)::bigint as objects,
            coalesce(sum(coalesce(w.byte_count, m.bytes)), 0)::bigint as bytes, coalesce(sum(a.archives), 0)::bigint as archives,
            replace(to_char(min(w.opens_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z') as oldest,
            case when s.state not in ('open', 'verified', 'lost')
                then extract(epoch from clock_timestamp() - min(w.closes_at))::float8 end as oldest_seconds
        from unnest('{open,sealed,packing,delivered,verified,lost}'::text[]) with ordinality as s (state, place)
        left join relay.windows w
            on w.state = s.state and (w.state <> 'verified' or w.opens_at > clock_timestamp() - interval '1 day')
        left join archived a on a.window_at = w.opens_at
        left join counted m on m.opens_at = w.opens_at
        group by s.state, s.place order by s.place
        """

    package static let selectWaiting: Statement = """
        select name, target, count(*) as windows, sum(member_count)::bigint as objects,
            extract(epoch from clock_timestamp() - min(closes_at))::float8 as oldest_seconds,
            (array_agg(waits_for order by failed_at desc) filter (where waits_for is not null))[1] as waits_for,
            (array_agg(last_error order by failed_at desc) filter (where waits_for is not null))[1] as last_error
        from relay.windows where state in ('sealed', 'packing', 'delivered') group by name, target order by name, target
        """

    /// Objects a second: those that arrived within the last hour, and those whose windows were done within the last ten minutes.
    static let selectRates: Statement = """
        select coalesce(arrived.objects / greatest(60, least(3600, extract(epoch from clock_timestamp() - arrived.since))), 0)::float8 as arriving,
            (delivered.objects / 600)::float8 as delivered, waiting.objects::float8 as waiting
        from (select sum(member_count) as objects, min(opens_at) as since from relay.windows
            where opens_at > clock_timestamp() - interval '1 hour') arrived,
            (select coalesce(sum(member_count), 0)::float8 as objects from relay.windows
            where verified_at > clock_timestamp() - interval '10 minutes') delivered,
            (select coalesce(sum(member_count), 0) as objects from relay.windows where state in ('sealed', 'packing', 'delivered')) waiting
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
        let waiting = try query(RelayStatus.selectWaiting).map { row in
            try RelayStatus.Waiting(
                name: row.get("name"), target: row.get("target"), windows: row.get("windows"),
                objects: row.get("objects"),
                oldestSeconds: row.get("oldest_seconds"), waitsFor: row.get("waits_for"),
                lastError: row.get("last_error"))
        }
        guard let trouble = try first(RelayStatus.selectTrouble), let rates = try first(RelayStatus.selectRates) else {
            throw ColumnError(column: "missing", problem: .null)
        }
        let alerts = try query(RelayAlert.selectRaised).map { row in
            try RelayAlert(
                kind: row.get("kind"), window: row.get("window_at"), detail: row.get("detail"),
                raisedAt: row.get("raised_at"))
        }
        let pace = try RelayStatus.Pace(
            arriving: rates.get("arriving"), delivered: rates.get("delivered"), waiting: rates.get("waiting"))
        return try RelayStatus(
            states: states, waiting: waiting, pace: pace, missing: trouble.get("missing"),
            lastError: trouble.get("last_error"),
            alerts: alerts)
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
        _ = try query(RelayWindow.describe(windows))
        return windows
    }

    /// Objects that are in no archive, or were refused at least once.
    package func missingObjects(of opensAt: WindowTime?, limit: Int) throws -> [RelayMissingObject] {
        try query(RelayMissingObject.select(opensAt, limit: limit)).map { row in
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
        _ = try query(RelayWindow.describe(windows))
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
