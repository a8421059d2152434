import Intake
import Postgres

/// The statements of `relay.members`.
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
        select bucket, object_key, object_version, etag, size_bytes, state = 'waiting' as is_waiting, part
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

    static func miss(_ missing: [MissingMember], _ opensAt: WindowTime) -> Statement {
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

    static func countMissing(_ opensAt: WindowTime) -> Statement {
        """
        update relay.windows w
        set missing_count = (select count(*) from relay.members m where m.window_at = w.opens_at and m.state in ('gone', 'altered'))
        where w.opens_at = \(opensAt)::timestamptz
        """
    }

    /// Of an archive that is given up before it was stored.
    static func unpack(_ archive: RelayArchive) -> Statement {
        """
        update relay.members set state = 'waiting', part = null, entry_name = null, sha256 = null
        where window_at = \(archive.opensAt)::timestamptz and part = \(archive.part)::integer
        """
    }

    /// Objects that were missing may be there again.
    static func lookAgain(_ windows: [WindowTime]) -> Statement {
        """
        update relay.members set state = 'waiting', problem = null
        where window_at = any (\(windows)::timestamptz[]) and state in ('gone', 'altered')
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
            etag: row.get("etag"), size: row.get("size_bytes"), isWaiting: row.get("is_waiting"), part: row.get("part"))
    }
}
