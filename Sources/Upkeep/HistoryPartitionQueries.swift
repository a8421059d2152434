import Foundation
import Postgres

/// The statements that change partitions of the history. Its tables are nobody's: functions of the database do it, and only what is long over
/// leaves.
extension PartitionedTable {
    /// Whether its partitions are changed by functions alone.
    var isHistory: Bool { owner == "catalog_history" }

    /// Months of versions of products, as if they were partitions.
    static let selectSpans: Statement = """
        select partition_name, extract(epoch from from_at)::float8 as from_at, extract(epoch from until_at)::float8 as until_at,
            false as is_detaching,
            (pg_table_size('catalog.product_versions') * estimated_rows / greatest(sum(estimated_rows) over (), 1))::bigint as table_bytes,
            estimated_rows
        from catalog.version_spans()
        order by until_at
        """

    static func newestInHistory(_ table: PartitionedTable, in partition: String) -> Statement {
        """
        select extract(epoch from catalog.newest_in_history(\(table.name)::text, \(partition)::text))::float8 as newest
        """
    }

    func extendHistory(_ bounds: [Date]) -> Statement {
        """
        select catalog.extend_history(
            \(name)::text, \(bounds.map(\.sqlText))::timestamptz[], \(bounds.dropLast().map(period.suffix))::text[])
        """
    }

    /// - Parameter step: `check`, `look` or `cut`.
    func cutHistory(_ step: String, at bound: Date, into partition: String? = nil) -> Statement {
        """
        select catalog.cut_history(\(name)::text, \(step)::text, \(bound.sqlText)::timestamptz, \(partition)::text)
        """
    }

    /// Lets the service read it.
    func openHistory(_ partition: String) -> Statement {
        "select catalog.open_history(\(name)::text, \(partition)::text)"
    }

    /// Writes down that it leaves, unless it is the rest.
    func detachHistory(_ partition: String) -> Statement {
        "select catalog.detach_history(\(name)::text, \(partition)::text)"
    }

    func dropHistory(_ partition: String) -> Statement {
        "select catalog.drop_history(\(name)::text, \(partition)::text)"
    }

    /// Makes a table for rows that come back.
    func prepareHistory(_ partition: String) -> Statement {
        "select catalog.prepare_history(\(name)::text, \(partition)::text)"
    }

    /// - Parameter from: nil is the beginning of time.
    func restoreHistory(_ partition: String, from: Date?, until: Date?) -> Statement {
        """
        select catalog.restore_history(
            \(name)::text, \(partition)::text, \(from?.sqlText ?? "-infinity")::timestamptz, \(until?.sqlText ?? "infinity")::timestamptz)
        """
    }
}
