import Jobs
import Postgres

extension RelayAlert {
    static let backlog: Statement = """
        select coalesce(sum(n.windows), 0)::bigint as windows, coalesce(max(n.seconds), 0)::float8 as seconds, coalesce(max(n.age), 0)::float8 as age
        from (
            select count(*) as windows, extract(epoch from sum(closes_at - opens_at)) as seconds,
                extract(epoch from clock_timestamp() - min(sealed_at)) as age
            from relay.windows where state in ('sealed', 'packing', 'delivered') group by name) n
        """

    /// - Returns: a row if it was not raised before; what it says is always of now.
    static func raise(_ kind: Kind, _ detail: String) -> Statement {
        """
        with known as (
            update relay.alerts set detail = \(detail)::text
            where kind = \(kind.rawValue)::text and window_at is null and cleared_at is null
            returning alert_id)
        insert into relay.alerts (kind, detail)
        select \(kind.rawValue)::text, \(detail)::text where not exists (select from known)
        on conflict do nothing returning alert_id
        """
    }

    static func clear(_ kind: Kind) -> Statement {
        "update relay.alerts set cleared_at = clock_timestamp() where kind = \(kind.rawValue)::text and cleared_at is null"
    }

    /// About objects that are in no archive.
    static func raiseMissing(_ opensAt: WindowTime) -> Statement {
        """
        insert into relay.alerts (kind, window_at, detail)
        select 'members', opens_at, missing_count || ' of ' || member_count || ' objects were gone, altered or unreadable'
        from relay.windows where opens_at = \(opensAt)::timestamptz and missing_count > 0
        on conflict (kind, coalesce(window_at, '-infinity')) where cleared_at is null do update set detail = excluded.detail
        """
    }

    /// About archives that nobody can make again.
    static func raiseLost(_ opensAt: WindowTime) -> Statement {
        """
        insert into relay.alerts (kind, window_at, detail)
        select 'lost', window_at, 'the target has lost ' || string_agg(object_key, ', ' order by part)
            || ', and not all of its objects can be read again'
        from relay.archives where window_at = \(opensAt)::timestamptz and ended_as = 'lost'
        group by window_at
        on conflict (kind, coalesce(window_at, '-infinity')) where cleared_at is null do update set detail = excluded.detail
        """
    }

    /// Until the window is done.
    static func raiseDeaths(_ opensAt: WindowTime, attempts: Int) -> Statement {
        """
        insert into relay.alerts (kind, window_at, detail)
        values ('deaths', \(opensAt)::timestamptz, \(attempts)::integer || ' attempts to pack it ended with the death of their worker')
        on conflict (kind, coalesce(window_at, '-infinity')) where cleared_at is null do update set detail = excluded.detail
        """
    }

    static func clearDeaths(_ opensAt: WindowTime) -> Statement {
        """
        update relay.alerts set cleared_at = clock_timestamp()
        where kind = 'deaths' and window_at = \(opensAt)::timestamptz and cleared_at is null
        """
    }

    /// Targets with windows that were handed out so long ago, of which nobody takes any.
    static func selectUntaken(for age: Duration) -> Statement {
        """
        select q.target, count(*) as windows, exists (select from jobs.paused_queues p where p.queue = q.queue) as is_paused
        from (select distinct w.target, \(RelayWindow.queue) as queue from relay.windows w where w.state in ('packing', 'delivered')) q
        join jobs.jobs j on j.queue = q.queue and j.state = 'ready'
          and j.run_at < clock_timestamp() - \(age.seconds)::float8 * interval '1 second'
        where not exists (select from jobs.jobs r where r.queue = q.queue and r.state = 'running')
        group by q.target, q.queue order by q.target
        """
    }

    /// Windows whose objects were said to be altered.
    static let selectAltered: Statement = """
        select (extract(epoch from a.window_at) * 1000000)::bigint as opens_at from relay.alerts a
        where a.kind = 'members' and a.cleared_at is null
          and exists (select from relay.members m where m.window_at = a.window_at and m.state = 'altered')
        """

    /// Objects of the window are missing no more.
    static func clearSettled(_ opensAt: WindowTime) -> Statement {
        """
        update relay.alerts a set cleared_at = clock_timestamp()
        from relay.windows w
        where a.kind = 'members' and a.window_at = \(opensAt)::timestamptz and a.cleared_at is null
          and w.opens_at = a.window_at and w.missing_count = 0
        """
    }

    /// - Parameter includesLost: also those about lost archives: somebody has read them.
    static func clearMissing(_ windows: [WindowTime], includesLost: Bool = false) -> Statement {
        """
        update relay.alerts set cleared_at = clock_timestamp()
        where (kind = 'members' or kind = 'lost' and \(includesLost)::boolean) and window_at = any (\(windows)::timestamptz[]) and cleared_at is null
        """
    }

    static let selectRaised: Statement = """
        select kind, replace(to_char(window_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z') as window_at, detail,
            \(.timestamp("raised_at")) as raised_at
        from relay.alerts where cleared_at is null order by raised_at desc limit 100
        """
}
