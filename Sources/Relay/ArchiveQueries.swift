import Postgres

/// The statements of `relay.archives`.
extension RelayArchive {
    static func insert(_ archive: RelayArchive) -> Statement {
        """
        insert into relay.archives (window_at, part, object_key, sha256, byte_count, member_count, engine, engine_level)
        values (\(archive.opensAt)::timestamptz, \(archive.part)::integer, \(archive.key)::text, \(archive.sha256)::text,
            \(archive.byteCount)::bigint, \(archive.memberCount)::integer, \(archive.engine?.name)::text, \(archive.engine?.level)::integer)
        """
    }

    static func deliver(_ archive: RelayArchive) -> Statement {
        """
        update relay.archives set delivered_at = clock_timestamp(), is_uncertain = false where \(isSame(archive))
        returning extract(epoch from clock_timestamp() - window_at)::float8 as seconds
        """
    }

    static func verify(_ archive: RelayArchive) -> Statement {
        "update relay.archives set verified_at = clock_timestamp() where \(isSame(archive))"
    }

    /// It is not there as it should be, whatever was known before.
    static func markUncertain(_ archive: RelayArchive) -> Statement {
        "update relay.archives set is_uncertain = true where \(isSame(archive))"
    }

    static func markUncertain(_ windows: [WindowTime]) -> Statement {
        """
        update relay.archives set is_uncertain = true
        where window_at = any (\(windows)::timestamptz[]) and ended_as is null
        """
    }

    /// Those of one window, or the one of a key; those that ended too.
    static func select(_ opensAt: WindowTime?, key: String? = nil) -> Statement {
        """
        select (extract(epoch from a.window_at) * 1000000)::bigint as window_at, w.target, a.part, a.object_key, a.sha256, a.byte_count, a.member_count,
            a.engine, a.engine_level, a.delivered_at is not null as was_delivered, a.is_uncertain, a.ended_as
        from relay.archives a
        join relay.windows w on w.opens_at = a.window_at
        where a.window_at = \(opensAt)::timestamptz or a.object_key = \(key)::text order by a.part
        """
    }

    static func find(_ key: String, of target: String) -> Statement {
        """
        select from relay.archives a join relay.windows w on w.opens_at = a.window_at
        where a.object_key = \(key)::text and w.target = \(target)::text
        """
    }

    static func end(_ archive: RelayArchive, as end: RelayArchive.End) -> Statement {
        """
        update relay.archives set ended_as = \(end.rawValue)::text, ended_at = clock_timestamp()
        where \(isSame(archive))
        """
    }

    private static func isSame(_ archive: RelayArchive) -> Statement {
        "window_at = \(archive.opensAt)::timestamptz and part = \(archive.part)::integer"
    }

    init(_ row: Row) throws {
        try self.init(
            opensAt: WindowTime(microseconds: row.get("window_at")), target: row.get("target"), part: row.get("part"),
            key: row.get("object_key"), sha256: row.get("sha256"), byteCount: row.get("byte_count"),
            memberCount: row.get("member_count"),
            engine: row.get("engine", as: String?.self).map {
                ArchiveEngine(name: $0, level: try row.get("engine_level"))
            },
            wasDelivered: row.get("was_delivered"), isUncertain: row.get("is_uncertain"),
            end: row.get("ended_as", as: String?.self).flatMap(End.init))
    }
}
