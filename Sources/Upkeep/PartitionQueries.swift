package import Foundation
package import Postgres

/// The statements of `retention.kept_tables` and `retention.partitions`, and those that change partitions.
extension PartitionedTable {
    /// A name that can stand in a statement.
    var sql: Statement { sql(name) }

    /// One of its partitions, or of the tables that were.
    func sql(_ partition: String) -> Statement { "\(identifier: schema).\(identifier: partition)" }

    static let select: Statement = """
        select t.table_schema, t.table_name, t.partition_column, t.period, t.ahead, t.keep_days, t.minimum_days, t.is_archived,
            t.release_check, pg_get_userbyid(c.relowner)::text as owner, c.relkind = 'p' as is_partitioned
        from retention.kept_tables t
        join pg_namespace n on n.nspname = t.table_schema
        join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
        order by t.table_schema, t.table_name
        """

    static func selectPartitions(_ table: PartitionedTable) -> Statement {
        """
        select partition_name, extract(epoch from from_at)::float8 as from_at, extract(epoch from until_at)::float8 as until_at,
            is_detaching, table_bytes, estimated_rows
        from retention.partitions
        where table_schema = \(table.schema)::text and table_name = \(table.name)::text
        order by until_at
        """
    }

    static let now: Statement = "select extract(epoch from clock_timestamp())::float8 as now"

    /// - Returns: no row if there is no such table.
    static func isTable(_ table: PartitionedTable, _ name: String) -> Statement {
        """
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = \(table.schema)::text and c.relname = \(name)::text
        """
    }

    /// Checks of its own that a table kept when it was detached, or that a cutting off left.
    static func selectRestChecks(_ table: PartitionedTable) -> Statement {
        """
        select k.conname::text as name from pg_constraint k
        join pg_class c on c.oid = k.conrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = \(table.schema)::text and c.relname = \(table.restName)::text and k.contype = 'c'
          and not exists (
              select from pg_constraint p
              join pg_class t on t.oid = p.conrelid
              where t.relnamespace = c.relnamespace and t.relname = \(table.name)::text and p.contype = 'c' and p.conname = k.conname)
        """
    }

    /// Triggers that no partition gets from its parent: those that refuse TRUNCATE.
    static func selectTruncateTriggers(_ table: PartitionedTable) -> Statement {
        """
        select t.tgname::text as name, format('%I.%I', s.nspname, f.proname) as function,
            coalesce(substring(pg_get_triggerdef(t.oid) from 'EXECUTE FUNCTION [^(]+\\((.*)\\)$'), '') as arguments
        from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_proc f on f.oid = t.tgfoid
        join pg_namespace s on s.oid = f.pronamespace
        where n.nspname = \(table.schema)::text and c.relname = \(table.name)::text
          and not t.tgisinternal and t.tgtype & 32 = 32 and t.tgtype & 2 = 2
        """
    }

    static func newest(_ table: PartitionedTable, in partition: String) -> Statement {
        "select extract(epoch from max(\(identifier: table.column)))::float8 as newest from \(table.sql(partition))"
    }

    func actAsOwner() -> Statement { "set local role \(identifier: owner)" }

    /// Shorter than the server's `deadlock_timeout`: of a circle of waiting this one is out before anybody else is.
    static let waitBriefly: Statement = "set local lock_timeout = '500ms'"

    /// The tables that its foreign keys refer to. A partition that comes or goes locks them, too.
    func selectReferenced() -> Statement {
        """
        select distinct n.nspname as schema, c.relname as name
        from pg_constraint k join pg_class c on c.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace
        where k.conrelid = \(fullName)::text::regclass and k.contype = 'f' and k.conparentid = 0 order by 1, 2
        """
    }

    /// As the change itself will: whoever has less and asks for more waits for who waits for it.
    static func lockReferenced(_ schema: String, _ name: String) -> Statement {
        "lock table \(identifier: schema).\(identifier: name) in access exclusive mode"
    }

    /// Against readers, too.
    func lockWhole() -> Statement { "lock table \(sql) in access exclusive mode" }

    func make(_ partition: String) -> Statement {
        """
        create table \(sql(partition)) (like \(sql) including all excluding identity excluding statistics)
        """
    }

    func refuseTruncate(_ partition: String, trigger: String, function: String, arguments: String) -> Statement {
        """
        create trigger \(identifier: trigger) before truncate on \(sql(partition))
        for each statement execute function \(raw: function)(\(raw: arguments))
        """
    }

    func attach(_ partition: String, from: Date?, until: Date?) -> Statement {
        """
        alter table \(sql) attach partition \(sql(partition))
        for values from (\(raw: Self.bound(from, or: "minvalue"))) to (\(raw: Self.bound(until, or: "maxvalue")))
        """
    }

    func detach(_ partition: String) -> Statement { "alter table \(sql) detach partition \(sql(partition))" }

    /// Nobody waits for it; it waits for everybody who uses the table. No part of any transaction.
    func detachConcurrently(_ partition: String) -> Statement { "\(detach(partition)) concurrently" }

    func finishDetaching(_ partition: String) -> Statement { "\(detach(partition)) finalize" }

    func rename(_ partition: String, to name: String) -> Statement {
        "alter table \(sql(partition)) rename to \(identifier: name)"
    }

    /// Rows outside are refused from then on; those that are there are not looked at.
    func addRestCheck(from: Date?, until: Date) -> Statement {
        let lower: Statement = from.map { "\(raw: Self.bound($0, or: "")) <= \(identifier: column) and " } ?? ""
        return """
            alter table \(sql(restName)) add constraint \(identifier: restCheck)
            check (\(lower)\(identifier: column) < \(raw: Self.bound(until, or: ""))) not valid
            """
    }

    func validateRestCheck() -> Statement {
        "alter table \(sql(restName)) validate constraint \(identifier: restCheck)"
    }

    func dropCheck(_ name: String, of partition: String) -> Statement {
        "alter table \(sql(partition)) drop constraint \(identifier: name)"
    }

    /// Out of a rest that was taken away, into the partitions that they belong to by now.
    func moveRows(before bound: Date) -> Statement {
        """
        with gone as (delete from \(sql(restName)) where \(identifier: column) < \(raw: Self.bound(bound, or: "")) returning *)
        insert into \(sql) overriding system value select * from gone
        """
    }

    private static func bound(_ date: Date?, or word: String) -> String {
        date.map { "timestamptz '\($0.sqlText)'" } ?? word
    }

    init(_ row: Row) throws {
        try self.init(
            schema: row.get("table_schema"), name: row.get("table_name"), column: row.get("partition_column"),
            period: Period(rawValue: row.get("period")) ?? .month, ahead: row.get("ahead"),
            keepDays: row.get("keep_days"), minimumDays: row.get("minimum_days"), isArchived: row.get("is_archived"),
            releaseCheck: row.get("release_check"), owner: row.get("owner"), isPartitioned: row.get("is_partitioned"))
    }
}

extension Partition {
    init(_ row: Row) throws {
        try self.init(
            name: row.get("partition_name"), from: Date(bound: row.get("from_at")),
            until: Date(bound: row.get("until_at")), isDetaching: row.get("is_detaching"),
            byteCount: row.get("table_bytes"), estimatedRows: row.get("estimated_rows"))
    }
}

extension Date {
    /// - Parameter seconds: infinite where there is no bound.
    init?(bound seconds: Double) {
        guard seconds.isFinite else { return nil }
        self.init(timeIntervalSince1970: seconds)
    }
}

extension Session {
    /// The clock by which rows get their times.
    package func databaseTime() throws -> Date {
        Date(timeIntervalSince1970: try query(PartitionedTable.now)[0].get("now"))
    }

    /// Every table that is managed.
    package func partitionedTables() throws -> [PartitionedTable] {
        try query(PartitionedTable.select).map { try PartitionedTable($0) }
    }

    package func partitions(of table: PartitionedTable) throws -> [Partition] {
        try query(table.isPartitioned ? PartitionedTable.selectPartitions(table) : PartitionedTable.selectSpans)
            .map { try Partition($0) }
    }

    func partitionLine(of table: PartitionedTable) throws -> PartitionLine {
        var line = PartitionLine(table: table, partitions: try partitions(of: table))
        if let rest = line.rest {
            let newest =
                table.isHistory
                ? PartitionedTable.newestInHistory(table, in: rest.name) : PartitionedTable.newest(table, in: rest.name)
            line.newestInRest = try first(newest)?.get("newest", as: Double?.self).flatMap(Date.init(bound:))
        }
        return line
    }

    func isTable(_ name: String, beside table: PartitionedTable) throws -> Bool {
        try first(PartitionedTable.isTable(table, name)) != nil
    }

    /// A table like the parent that is no partition yet. Nobody waits for it.
    func makePartition(_ name: String, of table: PartitionedTable) throws {
        try execute(table.make(name))
        for row in try query(PartitionedTable.selectTruncateTriggers(table)) {
            try execute(
                table.refuseTruncate(
                    name, trigger: row.get("name"), function: row.get("function"), arguments: row.get("arguments")))
        }
    }
}
