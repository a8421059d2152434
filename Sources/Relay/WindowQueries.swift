import Jobs
import Postgres

/// The statements of `relay.windows`.
extension RelayWindow {
    private static let columns: Statement = """
        (extract(epoch from w.opens_at) * 1000000)::bigint as opens_at, (extract(epoch from w.closes_at) * 1000000)::bigint as closes_at,
        w.state, w.attempt, w.name, w.archive_bytes, w.compression
        """

    /// Holds the window that takes arrivals now, until the transaction ends: it is not sealed before.
    static func join(name: String) -> Statement {
        """
        select \(columns) from relay.windows w
        where w.state = 'open' and w.name = \(name)::text and w.closes_at > clock_timestamp()
        for share
        """
    }

    /// Opens the window of this moment, beginning where the last one was closed early; one with a name begins with its first arrival, since
    /// its beginning tells it from those of other names. Does nothing if somebody else was first.
    static func open(_ new: NewWindow) -> Statement {
        """
        insert into relay.windows as w (opens_at, closes_at, name, archive_bytes, compression)
        select case when \(new.name)::text = '' then greatest(start.at, closed.at) else clock.now end,
            start.at + \(new.length.seconds)::float8 * interval '1 second', \(new.name)::text, \(new.archiveBytes)::bigint, \(new.compression?.rawValue)::text
        from clock_timestamp() as clock (now)
        cross join lateral (select to_timestamp(floor(extract(epoch from clock.now) / \(new.length.seconds)::float8)
            * \(new.length.seconds)::float8)) as start (at)
        cross join lateral (select max(o.closes_at) from relay.windows o
            where o.name = '' and o.closes_at > start.at and o.closes_at <= clock.now) as closed (at)
        on conflict do nothing
        returning \(columns), extract(epoch from w.closes_at - clock_timestamp())::float8 as seconds_left
        """
    }

    /// Waits for arrivals under way, then counts the members.
    /// - Parameter closes: at once, although its time is not over.
    static func seal(_ opensAt: WindowTime?, closes: Bool) -> Statement {
        """
        update relay.windows w
        set state = 'sealed', closes_at = least(w.closes_at, greatest(clock_timestamp(), w.opens_at + interval '1 microsecond')),
            sealed_at = clock_timestamp(), member_count = 0, byte_count = 0
        where w.state = 'open' and (\(opensAt)::timestamptz is null or w.opens_at = \(opensAt)::timestamptz)
          and (\(closes)::boolean or w.closes_at <= clock_timestamp())
        returning \(columns)
        """
    }

    /// In a statement of its own: the one before began when arrivals were still under way.
    static func count(_ opensAt: [WindowTime]) -> Statement {
        """
        update relay.windows w
        set member_count = m.members, byte_count = m.bytes
        from (select window_at, count(*) as members, coalesce(sum(size_bytes), 0) as bytes from relay.members
            where window_at = any (\(opensAt)::timestamptz[]) group by window_at) m
        where w.opens_at = m.window_at
        """
    }

    /// One dispatch at a time.
    static let holdDispatch: Statement = "select pg_advisory_xact_lock(hashtextextended('relay dispatch', 0))"

    /// Whether the target failed and nothing shows that it works again; and when it may be tried.
    static let outage: Statement = """
        select coalesce(bool_or(w.waits_for = 'target'), false) as is_failing,
            coalesce(max(w.retry_at) <= clock_timestamp(), true)
                and not exists (select from relay.windows p where p.state in ('packing', 'delivered')) as may_try
        from relay.windows w where w.state = 'sealed' and w.waits_for in ('source', 'target')
        """

    /// Windows of a backlog that are handed out at the same time: more than workers take before the next are.
    static let mostHandedOut = 64

    /// Hands out windows: what is fresh, and of a backlog the oldest; or one as a probe: the one that was not tried for the longest time. Of a
    /// name whose source is failing one window at a time is a probe, beside those of the other names.
    static func dispatch(onlyOne: Bool) -> Statement {
        """
        with failing as materialized (
            select f.name, max(f.retry_at) <= clock_timestamp()
                and not exists (select from relay.windows p where p.name = f.name and p.state in ('packing', 'delivered')) as may_try
            from relay.windows f where f.state = 'sealed' and f.waits_for = 'source' and not \(onlyOne)::boolean
            group by f.name
        )
        update relay.windows w
        set state = 'packing', dispatched_at = clock_timestamp()
        from (
            (select opens_at from relay.windows
            where state = 'sealed' and (waits_for is null or retry_at <= clock_timestamp()) and not \(onlyOne)::boolean
              and closes_at > clock_timestamp() - 2 * (closes_at - opens_at) and name not in (select f.name from failing f))
            union
            (select distinct on (s.name) s.opens_at from relay.windows s join failing f on f.name = s.name and f.may_try
            where s.state = 'sealed' and (s.waits_for is null or s.retry_at <= clock_timestamp())
            order by s.name, s.failed_at nulls first, s.opens_at)
            union
            (select opens_at from relay.windows
            where state = 'sealed' and (waits_for is null or retry_at <= clock_timestamp()) and name not in (select f.name from failing f)
            order by failed_at nulls first, opens_at
            limit case when \(onlyOne)::boolean then 1 else greatest(0, \(mostHandedOut)::bigint
                - (select count(*) from relay.windows h where h.state in ('packing', 'delivered'))) end)
        ) chosen
        where w.opens_at = chosen.opens_at
        returning \(columns), w.closes_at > clock_timestamp() - 2 * (w.closes_at - w.opens_at) as is_fresh
        """
    }

    /// Begins an attempt; not if a store failed after the window was handed out.
    static func begin(_ opensAt: WindowTime) -> Statement {
        """
        update relay.windows w
        set attempt = w.attempt + 1
        where w.opens_at = \(opensAt)::timestamptz and w.state in ('packing', 'delivered')
          and not exists (select from relay.windows f
              where f.state = 'sealed' and (f.waits_for = 'target' or f.waits_for = 'source' and f.name = w.name) and f.failed_at > w.dispatched_at)
        returning \(columns)
        """
    }

    /// Puts a window back that was not begun because a store is failing.
    static func release(_ opensAt: WindowTime) -> Statement {
        """
        update relay.windows set state = 'sealed', delivered_at = null
        where opens_at = \(opensAt)::timestamptz and state in ('packing', 'delivered')
        """
    }

    /// Puts a window back after a failure, which holds back the others if it is a store's.
    static func fail(_ window: RelayWindow, waitsFor: String, error: String, pause: Duration) -> Statement {
        """
        update relay.windows
        set state = 'sealed', delivered_at = null, waits_for = \(waitsFor)::text, last_error = \(error)::text,
            failed_at = clock_timestamp(), retry_at = clock_timestamp() + \(pause.seconds)::float8 * interval '1 second'
        where \(held(window)) and state in ('packing', 'delivered')
        """
    }

    /// Puts a window back whoever had it.
    static func giveUp(_ opensAt: WindowTime, error: String, pause: Duration) -> Statement {
        """
        update relay.windows
        set state = 'sealed', delivered_at = null, waits_for = 'repair', last_error = \(error)::text,
            failed_at = clock_timestamp(), retry_at = clock_timestamp() + \(pause.seconds)::float8 * interval '1 second'
        where opens_at = \(opensAt)::timestamptz and state in ('packing', 'delivered')
        """
    }

    static func deliver(_ window: RelayWindow) -> Statement {
        """
        update relay.windows set state = 'delivered', delivered_at = clock_timestamp()
        where \(held(window)) and state = 'packing'
        """
    }

    static func verify(_ window: RelayWindow) -> Statement {
        """
        update relay.windows w
        set state = case when exists (select from relay.archives a where a.window_at = w.opens_at and a.ended_as = 'lost')
                then 'lost' else 'verified' end,
            verified_at = clock_timestamp(), waits_for = null, retry_at = null, last_error = null
        where \(held(window)) and state = 'delivered'
        """
    }

    /// A store works again: whoever waits for it goes on.
    /// - Parameter name: of the windows whose source works.
    static func endOutage(_ stores: [String], of name: String) -> Statement {
        """
        update relay.windows set waits_for = null, retry_at = null
        where state = 'sealed' and waits_for = any (\(stores)::text[]) and (waits_for <> 'source' or name = \(name)::text)
        """
    }

    /// Whoever waits after a failure is tried now.
    static let retryNow: Statement = """
        update relay.windows set retry_at = clock_timestamp() where state = 'sealed' and retry_at > clock_timestamp()
        """

    /// Windows that were done, as if they had only been sealed.
    static func replay(from: WindowTime, through: WindowTime) -> Statement {
        """
        update relay.windows w
        set state = 'sealed', delivered_at = null, verified_at = null, missing_count = 0
        where w.state in ('verified', 'lost') and w.opens_at between \(from)::timestamptz and \(through)::timestamptz
        returning \(columns)
        """
    }

    /// Windows that were done without all of their objects.
    /// - Parameter opensAt: nil for all.
    static func replayIncomplete(_ opensAt: WindowTime?) -> Statement {
        """
        update relay.windows w
        set state = 'sealed', delivered_at = null, verified_at = null, missing_count = 0
        where w.state in ('verified', 'lost') and w.missing_count > 0
          and (\(opensAt)::timestamptz is null or w.opens_at = \(opensAt)::timestamptz)
        returning \(columns)
        """
    }

    /// For `audit.actions`: which windows were done and are to be delivered again.
    static func describe(_ windows: [WindowTime]) -> Statement {
        """
        select catalog.describe_action(
            jsonb_build_object('done', \(windows.count)::integer),
            jsonb_build_object('sealed', \(windows.count)::integer, 'windows', \(windows.prefix(100).map(\.description))::text[]))
        """
    }

    /// Windows that are said to be worked on and have no job: somebody deleted it.
    static let putBackOrphans: Statement = """
        update relay.windows w set state = 'sealed', delivered_at = null
        where w.state in ('packing', 'delivered') and not exists (
            select from jobs.jobs j
            where j.queue = 'relay' and j.kind = 'relay.pack' and j.state <> 'dead'
              and (j.payload ->> 'window')::timestamptz = w.opens_at)
        """

    /// Locks the window and says whether the attempt is still the one that may write.
    static func hold(_ window: RelayWindow) -> Statement {
        "select from relay.windows where \(held(window)) for no key update"
    }

    private static func held(_ window: RelayWindow) -> Statement {
        "opens_at = \(window.opensAt)::timestamptz and attempt = \(window.attempt)::integer"
    }

    init(_ row: Row) throws {
        try self.init(
            opensAt: WindowTime(microseconds: row.get("opens_at")),
            closesAt: WindowTime(microseconds: row.get("closes_at")),
            state: State(rawValue: row.get("state")) ?? .open, attempt: row.get("attempt"), name: row.get("name"),
            archiveBytes: row.get("archive_bytes"),
            compression: row.get("compression", as: String?.self).flatMap(ArchiveCompression.init))
    }
}
