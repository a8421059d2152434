import Postgres

/// The statements of `relay.archives`.
extension RelayArchive {
    static func insert(_ archive: RelayArchive) -> Statement {
        """
        insert into relay.archives (window_at, part, object_key, sha256, byte_count, member_count)
        values (\(archive.opensAt)::timestamptz, \(archive.part)::integer, \(archive.key)::text, \(archive.sha256)::text,
            \(archive.byteCount)::bigint, \(archive.memberCount)::integer)
        """
    }

    static func deliver(_ archive: RelayArchive) -> Statement {
        """
        update relay.archives set delivered_at = clock_timestamp() where \(isSame(archive))
        returning extract(epoch from clock_timestamp() - window_at)::float8 as seconds
        """
    }

    static func verify(_ archive: RelayArchive) -> Statement {
        "update relay.archives set verified_at = clock_timestamp() where \(isSame(archive))"
    }

    /// It is not there as it should be, whatever was known before.
    static func markUncertain(_ archive: RelayArchive) -> Statement {
        "update relay.archives set delivered_at = null, verified_at = null where \(isSame(archive))"
    }

    static func markUncertain(_ windows: [WindowTime]) -> Statement {
        """
        update relay.archives set delivered_at = null, verified_at = null
        where window_at = any (\(windows)::timestamptz[])
        """
    }

    /// Those of one window, or the one of a key.
    static func select(_ opensAt: WindowTime?, key: String? = nil) -> Statement {
        """
        select (extract(epoch from window_at) * 1000000)::bigint as window_at, part, object_key, sha256, byte_count, member_count,
            delivered_at is not null as is_delivered
        from relay.archives where window_at = \(opensAt)::timestamptz or object_key = \(key)::text order by part
        """
    }

    static func delete(_ archive: RelayArchive) -> Statement {
        "delete from relay.archives where \(isSame(archive))"
    }

    private static func isSame(_ archive: RelayArchive) -> Statement {
        "window_at = \(archive.opensAt)::timestamptz and part = \(archive.part)::integer"
    }

    init(_ row: Row) throws {
        try self.init(
            opensAt: WindowTime(microseconds: row.get("window_at")), part: row.get("part"), key: row.get("object_key"),
            sha256: row.get("sha256"), byteCount: row.get("byte_count"), memberCount: row.get("member_count"),
            isDelivered: row.get("is_delivered"))
    }
}
