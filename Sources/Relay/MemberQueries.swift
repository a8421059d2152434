import Intake
package import Postgres

/// The statements of `relay.members`.
extension RelayMissingObject {
    /// Objects that are in no archive, or were refused at least once; the newest windows first.
    /// - Parameter opensAt: nil for all windows.
    package static func select(_ opensAt: WindowTime?, limit: Int) -> Statement {
        """
        select replace(to_char(m.window_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z') as window_at, m.bucket, m.object_key, m.object_version,
            m.state, m.tries, coalesce(m.problem, w.last_error) as problem
        from relay.windows w
        join relay.members m on m.window_at = w.opens_at
        where (w.missing_count > 0 or (w.state = 'sealed' and w.waits_for is not null))
          and (m.state in ('gone', 'altered', 'unreadable') or (m.state = 'waiting' and m.tries > 0))
          and (\(opensAt)::timestamptz is null or w.opens_at = \(opensAt)::timestamptz)
        order by m.window_at desc, m.object_key collate "C", m.bucket
        limit \(limit)::integer
        """
    }
}

extension RelayMember {
    static func insert(_ event: ObjectEvent, _ opensAt: WindowTime) -> Statement {
        """
        insert into relay.members (window_at, bucket, object_key, object_version, etag, size_bytes)
        values (\(opensAt)::timestamptz, \(event.bucket)::text, \(event.key)::text, \(event.version)::text,
            \(event.etag)::text, \(event.byteCount)::bigint)
        """
    }

    /// In the order of the archive; those that are missing too, since names depend on all.
    static func selectAll(_ opensAt: WindowTime) -> Statement {
        """
        select bucket, object_key, object_version, etag, size_bytes, state = 'waiting' as is_waiting, part,
            coalesce(entry_name, '') as entry_name, sha256
        from relay.members where window_at = \(opensAt)::timestamptz
        order by object_key collate "C", bucket collate "C", arrived_at, object_version collate "C"
        """
    }

    static func pack(_ members: [PackedMember], into archive: RelayArchive) -> Statement {
        """
        update relay.members m
        set state = 'packed', part = \(archive.part)::integer, entry_name = packed.name, sha256 = packed.sha256, size_bytes = packed.size
        from unnest(\(members.map(\.member.bucket))::text[], \(members.map(\.member.key))::text[],
            \(members.map(\.member.version))::text[], \(members.map(\.member.name))::text[],
            \(members.map(\.sha256))::text[], \(members.map(\.size))::bigint[])
            as packed (bucket, key, version, name, sha256, size)
        where m.window_at = \(archive.opensAt)::timestamptz and m.bucket = packed.bucket
          and m.object_key = packed.key and m.object_version = packed.version and m.state = 'waiting'
        """
    }

    static func markMissing(_ missing: [MissingMember], _ opensAt: WindowTime) -> Statement {
        """
        update relay.members m
        set state = missing.state, problem = missing.problem
        from unnest(\(missing.map(\.member.bucket))::text[], \(missing.map(\.member.key))::text[],
            \(missing.map(\.member.version))::text[], \(missing.map(\.state.rawValue))::text[],
            \(missing.map(\.problem))::text[]) as missing (bucket, key, version, state, problem)
        where m.window_at = \(opensAt)::timestamptz and m.bucket = missing.bucket
          and m.object_key = missing.key and m.object_version = missing.version and m.state = 'waiting'
        """
    }

    /// What took the place of an object that was altered has arrived by itself: nothing is missing.
    static func markReplaced(_ opensAt: WindowTime) -> Statement {
        """
        update relay.members m
        set state = 'replaced', problem = null
        where m.window_at = \(opensAt)::timestamptz and m.state = 'altered'
          and exists (
              select from intake.seen_objects own
              join intake.seen_objects next
                  on next.bucket = own.bucket and next.object_key = own.object_key and next.object_version <> own.object_version
              where own.bucket = m.bucket and own.object_key = m.object_key and own.object_version = m.object_version
                and next.occurred_at >= own.occurred_at)
        """
    }

    static func countMissing(_ opensAt: WindowTime) -> Statement {
        """
        update relay.windows w
        set missing_count = (select count(*) from relay.members m where m.window_at = w.opens_at and m.state in ('gone', 'altered', 'unreadable'))
        where w.opens_at = \(opensAt)::timestamptz
        """
    }

    /// Of an archive that cannot be made again.
    static func unpack(_ archive: RelayArchive) -> Statement {
        """
        update relay.members set state = 'waiting', part = null, entry_name = null, sha256 = null
        where window_at = \(archive.opensAt)::timestamptz and part = \(archive.part)::integer
        """
    }

    /// Of each of these buckets an object that could be read lately.
    static func selectReadable(_ buckets: Set<String>) -> Statement {
        """
        select m.bucket, m.object_key, m.object_version, m.etag, m.size_bytes, false as is_waiting, m.part, m.entry_name, m.sha256
        from unnest(\(buckets.sorted())::text[]) as b (bucket)
        cross join lateral (
            select one.* from relay.windows w
            cross join lateral (
                select * from relay.members m where m.window_at = w.opens_at and m.bucket = b.bucket and m.state = 'packed' limit 1) one
            where w.opens_at > clock_timestamp() - interval '7 days'
            order by w.opens_at desc limit 1) m
        """
    }

    /// Counts a try of each, and gives up those that had enough.
    /// - Returns: a row for each that is tried again.
    static func countTries(_ failed: [FailedMember], of opensAt: WindowTime) -> Statement {
        """
        update relay.members m
        set tries = m.tries + 1,
            state = case when has_enough then 'unreadable' else m.state end,
            problem = case when has_enough then failed.problem end,
            part = case when not has_enough then m.part end,
            entry_name = case when not has_enough then m.entry_name end,
            sha256 = case when not has_enough then m.sha256 end
        from unnest(\(failed.map(\.member.bucket))::text[], \(failed.map(\.member.key))::text[],
            \(failed.map(\.member.version))::text[], \(failed.map { String("\($0.error)".prefix(500)) })::text[])
            as failed (bucket, key, version, problem)
        join relay.members now on now.window_at = \(opensAt)::timestamptz and now.bucket = failed.bucket
            and now.object_key = failed.key and now.object_version = failed.version
        cross join lateral (select now.tries + 1 >= \(FailedMember.tries)::integer) as counted (has_enough)
        where m.window_at = now.window_at and m.bucket = now.bucket
          and m.object_key = now.object_key and m.object_version = now.object_version and m.state in ('waiting', 'packed')
        returning m.state <> 'unreadable' as is_tried_again
        """
    }

    /// Objects of a waiting window that were refused at least once are given up.
    static func giveUp(_ opensAt: WindowTime) -> Statement {
        """
        update relay.members m
        set state = 'unreadable', problem = coalesce(w.last_error, 'it could not be read')
        from relay.windows w
        where w.opens_at = \(opensAt)::timestamptz and w.state = 'sealed' and w.waits_for is not null
          and m.window_at = w.opens_at and m.state = 'waiting' and m.tries > 0
        """
    }

    /// Objects that were missing may be there again.
    static func lookAgain(_ windows: [WindowTime]) -> Statement {
        """
        update relay.members set state = 'waiting', problem = null, tries = 0
        where window_at = any (\(windows)::timestamptz[]) and state in ('gone', 'altered', 'unreadable')
        """
    }

    /// What the archive of a part must hold.
    static func selectPacked(_ archive: RelayArchive) -> Statement {
        """
        select entry_name, sha256 from relay.members
        where window_at = \(archive.opensAt)::timestamptz and part = \(archive.part)::integer
        """
    }

    init(_ row: Row) throws {
        try self.init(
            bucket: row.get("bucket"), key: row.get("object_key"), version: row.get("object_version"),
            etag: row.get("etag"), size: row.get("size_bytes"), isWaiting: row.get("is_waiting"), part: row.get("part"),
            name: row.get("entry_name"), sha256: row.get("sha256"))
    }
}
