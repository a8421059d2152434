import Jobs
import Postgres

/// The statements of `relay.windows`.
extension RelayWindow {
    private static let columns: Statement = """
        (extract(epoch from w.opens_at) * 1000000)::bigint as opens_at, (extract(epoch from w.closes_at) * 1000000)::bigint as closes_at,
        w.state, w.attempt, w.name, w.target, w.archive_prefix, w.archive_bytes, w.compression
        """

    /// Holds the window that takes arrivals now, until the transaction ends: it is not sealed before.
    static func join(_ new: NewWindow) -> Statement {
        """
        select \(columns) from relay.windows w
        where w.state = 'open' and w.name = \(new.name)::text and w.target = \(new.target)::text
          and w.archive_prefix is not distinct from \(new.archivePrefix)::text and w.closes_at > clock_timestamp()
        for share
        """
    }

    /// Opens the window of this moment, beginning where the last one was closed early; one with a name begins with its first arrival, since
    /// its beginning tells it from those of other names. Does nothing if somebody else was first.
    static func open(_ new: NewWindow) -> Statement {
        """
        insert into relay.windows as w (opens_at, closes_at, name, target, archive_prefix, archive_bytes, compression)
        select case when \(new.name)::text = '' then greatest(start.at, closed.at) else clock.now end,
            start.at + \(new.length.seconds)::float8 * interval '1 second', \(new.name)::text, \(new.target)::text,
            \(new.archivePrefix)::text, \(new.archiveBytes)::bigint, \(new.compression?.rawValue)::text
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

    /// Windows of a target's backlog that are handed out at the same time: more than workers take before the next are.
    static let mostHandedOut = 64

    /// Hands out windows: what is fresh, and of a backlog the oldest of each target. Of a target that is failing one window is a probe, the one that was
    /// not tried for the longest time; likewise of a name whose source is failing. What is not of it goes on.
    static let dispatch: Statement = """
        with failing as materialized (
            select f.store, f.failing_name, f.retry_at <= clock_timestamp() and not exists (
                select from relay.windows p
                where p.state in ('packing', 'delivered') and case f.store when 'target' then p.target else p.name end = f.failing_name
            ) as may_try
            from (
                select waits_for as store, case waits_for when 'target' then target else name end as failing_name, max(retry_at) as retry_at
                from relay.windows where state = 'sealed' and waits_for in ('source', 'target')
                group by 1, 2) f
        ), ready as materialized (
            select w.opens_at, w.name, w.target, w.failed_at, w.closes_at > clock_timestamp() - 2 * (w.closes_at - w.opens_at) as is_fresh,
                case when t.store is not null then 'target' when s.store is not null then 'source' end as failing_store,
                coalesce(t.may_try, s.may_try) as may_try
            from relay.windows w
            left join failing t on t.store = 'target' and t.failing_name = w.target
            left join failing s on s.store = 'source' and s.failing_name = w.name
            where w.state = 'sealed' and (w.waits_for is null or w.retry_at <= clock_timestamp())
        )
        update relay.windows w
        set state = 'packing', dispatched_at = clock_timestamp()
        from (
            (select opens_at from ready where failing_store is null and is_fresh)
            union
            (select distinct on (target) opens_at from ready where failing_store = 'target' and may_try
            order by target, failed_at nulls first, opens_at)
            union
            (select distinct on (name) opens_at from ready where failing_store = 'source' and may_try
            order by name, failed_at nulls first, opens_at)
            union
            (select backlog.opens_at from (select distinct target from ready) of_target
            cross join lateral (
                select r.opens_at from ready r where r.target = of_target.target and r.failing_store is null
                order by r.failed_at nulls first, r.opens_at
                limit greatest(0, \(mostHandedOut)::bigint - (
                    select count(*) from relay.windows h where h.state in ('packing', 'delivered') and h.target = of_target.target))
            ) backlog)
        ) chosen
        where w.opens_at = chosen.opens_at
        returning \(columns), w.closes_at > clock_timestamp() - 2 * (w.closes_at - w.opens_at) as is_fresh
        """

    /// Begins an attempt; not if a store failed after the window was handed out.
    static func begin(_ opensAt: WindowTime) -> Statement {
        """
        update relay.windows w
        set attempt = w.attempt + 1
        where w.opens_at = \(opensAt)::timestamptz and w.state in ('packing', 'delivered')
          and not exists (select from relay.windows f
              where f.state = 'sealed' and (f.waits_for = 'target' and f.target = w.target or f.waits_for = 'source' and f.name = w.name) and f.failed_at > w.dispatched_at)
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
        returning w.missing_count
        """
    }

    /// A store works again: whoever waits for it goes on.
    /// - Parameter window: whose target and source work.
    static func endOutage(_ stores: [String], of window: RelayWindow) -> Statement {
        """
        update relay.windows set waits_for = null, retry_at = null
        where state = 'sealed' and waits_for = any (\(stores)::text[])
          and (waits_for = 'target' and target = \(window.target)::text or waits_for = 'source' and name = \(window.name)::text)
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

    /// As `RelayJob.queue(of:)`.
    static let queue: Statement = "case when w.target = '' then 'relay' else 'relay_' || w.target end"

    /// Windows that are said to be worked on and have no job: somebody deleted it.
    static let putBackOrphans: Statement = """
        update relay.windows w set state = 'sealed', delivered_at = null
        where w.state in ('packing', 'delivered') and not exists (
            select from jobs.jobs j
            where j.queue in ('relay', \(queue)) and j.kind = 'relay.pack' and j.state <> 'dead'
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
            target: row.get("target"), archivePrefix: row.get("archive_prefix"), archiveBytes: row.get("archive_bytes"),
            compression: row.get("compression", as: String?.self).flatMap(ArchiveCompression.init))
    }
}
