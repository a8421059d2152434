import Foundation
import Logging
import Postgres
import TestSupport

@testable import Upkeep

extension Date {
    /// A moment of UTC, such as `2024-01-31` or `2024-01-31T12:00:00Z`.
    static func at(_ text: String) -> Date {
        try! Date(text.count == 10 ? "\(text)T00:00:00Z" : text, strategy: .iso8601)
    }
}

extension PartitionedTable {
    static func make(period: Period = .month, ahead: Int = 3) -> PartitionedTable {
        PartitionedTable(
            schema: "catalog", name: "validation_errors", column: "created_at", period: period, ahead: ahead,
            minimumDays: 90, isArchived: true, owner: "catalog_owner")
    }
}

/// A migrated database with its partitions, and the upkeep that works on them.
struct Partitions: Sendable {
    let pool: Pool
    let conninfo: String
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func with<Result>(_ body: (Partitions) async throws -> Result) async throws -> Result {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 4)
            try await pool.run { session in
                try session.executeScript(
                    """
                    insert into catalog.vendors (vendor_id, vendor_name, email) values ('V1', 'One', 'a@b'), ('V2', 'Two', 'a@b');
                    insert into catalog.upload_history (upload_id, vendor_id, file_name) values ('U1', 'V1', 'f'), ('U2', 'V2', 'f')
                    """)
            }
            let result = try await body(Partitions(pool: pool, conninfo: conninfo))
            await pool.close()
            return result
        }
    }

    func keep(now: String) async throws {
        try await PartitionUpkeep(pool: pool, logger: logger).run(now: .at(now))
    }

    /// An error of a row, at a time.
    func insert(_ at: String, upload: String = "U1", row: Int = 1) async throws {
        try await pool.run { _ = try $0.execute(Self.insert(at, upload, row)) }
    }

    static func insert(_ at: String, _ upload: String = "U1", _ row: Int = 1) -> Statement {
        """
        insert into catalog.validation_errors
            (upload_id, row_number, line_number, error_type, error_message, rejected_value, original_data, created_at)
        values (\(upload)::text, \(row)::integer, 2, 'INVALID_PRICE', 'x', 'a "quoted", value', '{"a": "ä\\nb"}', \(at)::timestamptz)
        """
    }

    /// The partitions of a table as `from..until`, in the order of time.
    func line(of table: String = "catalog.validation_errors") async throws -> [String] {
        try await pool.run { session in
            let registered = try session.partitionedTables().first { $0.fullName == table }!
            return try session.partitions(of: registered).map { partition in
                let (from, until) = (partition.from?.sqlText.prefix(10), partition.until?.sqlText.prefix(10))
                return "\(from ?? "")..\(until ?? "")"
            }
        }
    }

    func value(_ statement: Statement) async throws -> String {
        try await pool.run { try $0.query(statement)[0][0] ?? "" }
    }
}
