package import Foundation
package import Postgres

/// The statements of `retention.released_partitions`.
extension Release {
    static let columns: Statement = """
        r.release_id, r.table_schema || '.' || r.table_name as full_name, r.partition_name,
            case when isfinite(r.from_at) then \(.timestamp("r.from_at")) end as from_at,
            \(.timestamp("r.until_at")) as until_at, r.state, r.row_count, r.byte_count,
            r.object_key, r.object_sha256, r.content_sha256,
            \(.timestamp("r.restored_until")) as restored_until
        """

    /// A line in `audit.actions`, of the upkeep or of who asks for it.
    static func recordAction(_ release: Release, _ table: PartitionedTable) -> Statement {
        "select catalog.record_action('retention release', \(table.fullName + " " + release.partition)::text, true)"
    }

    /// Those that somebody began and nobody ended.
    static let selectLeaving: Statement =
        "select \(columns) from retention.released_partitions r where r.state = 'leaving' order by r.release_id"

    static func selectNewest(limit: Int) -> Statement {
        "select \(columns) from retention.released_partitions r order by r.release_id desc limit \(limit)::integer"
    }

    static func select(_ id: Int) -> Statement {
        "select \(columns) from retention.released_partitions r where r.release_id = \(id)::bigint"
    }

    /// Names of partitions that were brought back, and whose time is not over.
    static func selectRestored(_ table: PartitionedTable, now: Date) -> Statement {
        """
        select partition_name from retention.released_partitions
        where table_schema = \(table.schema)::text and table_name = \(table.name)::text and state = 'restored'
          and restored_until > \(now.sqlText)::timestamptz
        """
    }

    /// - Returns: no row if somebody else began it.
    static func begin(_ table: PartitionedTable, _ partition: Partition) -> Statement {
        """
        insert into retention.released_partitions as r (table_schema, table_name, partition_name, from_at, until_at)
        values (\(table.schema)::text, \(table.name)::text, \(partition.name)::text,
            \(partition.from?.sqlText ?? "-infinity")::timestamptz, \(partition.until?.sqlText ?? "infinity")::timestamptz)
        on conflict (table_schema, table_name, from_at) where state <> 'released'
            do update set state = 'leaving', restored_until = null, partition_name = excluded.partition_name, row_count = null,
                byte_count = null, content_sha256 = null, object_key = null, object_sha256 = null, exported_at = null
            where r.state = 'restored'
        returning \(columns)
        """
    }

    static func recordExport(_ id: Int, _ export: ExportedPartition) -> Statement {
        """
        update retention.released_partitions
        set row_count = \(export.rows)::bigint, byte_count = \(export.bytes)::bigint,
            content_sha256 = \(export.contentSHA256)::text, object_key = \(export.key)::text,
            object_sha256 = \(export.sha256)::text, exported_at = clock_timestamp()
        where release_id = \(id)::bigint
        """
    }

    static func finish(_ id: Int) -> Statement {
        """
        update retention.released_partitions set state = 'released', released_at = clock_timestamp()
        where release_id = \(id)::bigint and state = 'leaving'
        """
    }

    static func restore(_ id: Int, partition: String, days: Int) -> Statement {
        """
        update retention.released_partitions
        set state = 'restored', partition_name = \(partition)::text,
            restored_until = clock_timestamp() + \(days)::integer * interval '1 day'
        where release_id = \(id)::bigint and state = 'released'
        """
    }

    init(_ row: Row) throws {
        try self.init(
            id: row.get("release_id"), table: row.get("full_name"), partition: row.get("partition_name"),
            from: row.get("from_at"), until: row.get("until_at"),
            state: State(rawValue: row.get("state")) ?? .leaving, rows: row.get("row_count"),
            bytes: row.get("byte_count"), key: row.get("object_key"), sha256: row.get("object_sha256"),
            restoredUntil: row.get("restored_until"), contentSHA256: row.get("content_sha256"))
    }
}

extension PartitionedTable {
    /// Whether the registered function agrees.
    func mayRelease(_ partition: Partition) -> Statement {
        """
        select \(raw: releaseCheck ?? "")(\(partition.from?.sqlText ?? "-infinity")::timestamptz,
            \(partition.until?.sqlText ?? "infinity")::timestamptz) as agrees
        """
    }

    /// Every value as the server reads it again, whatever the settings of the role.
    static let writePlainly: Statement = """
        select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true), set_config('intervalstyle', 'postgres', true),
            set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true),
            set_config('synchronize_seqscans', 'off', true)
        """

    func copyOut(_ partition: String) -> Statement { "copy \(sql(partition)) to stdout (format csv, header)" }

    func copyIn(_ partition: String, columns: [String]) -> Statement {
        var names: Statement = ""
        for (index, column) in columns.enumerated() {
            names += index == 0 ? "\(identifier: column)" : ", \(identifier: column)"
        }
        return "copy \(sql(partition)) (\(names)) from stdin (format csv, header)"
    }

    func dropTable(_ partition: String) -> Statement { "drop table \(sql(partition))" }
}

extension Session {
    package func releases(limit: Int = 100) throws -> [Release] {
        try query(Release.selectNewest(limit: limit)).map { try Release($0) }
    }

    package func release(_ id: Int) throws -> Release? { try first(Release.select(id)).map { try Release($0) } }

    func leavingReleases() throws -> [Release] { try query(Release.selectLeaving).map { try Release($0) } }

    /// The partitions of a table whose time is over and that nothing holds back.
    package func endedPartitions(
        of table: PartitionedTable, _ settings: RetentionSettings, now: Date
    ) throws -> [Partition] {
        let restored = Set(
            try query(Release.selectRestored(table, now: now)).map { try $0.get("partition_name", as: String.self) })
        let ended = table.ended(
            try partitions(of: table), now: now, keepDays: settings.keepDays(of: table), restored: restored)
        guard table.releaseCheck != nil else { return ended }
        return try ended.filter { try query(table.mayRelease($0))[0].get("agrees") }
    }
}
